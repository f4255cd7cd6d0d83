import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { DEMO_AGENT } from './agent.ts'
import { addShop } from './pages.ts'

const app = new Hono()
addShop(app)
const get = (path: string, headers: Record<string, string> = {}) => app.request(`http://localhost:8787${path}`, { headers })

test('the shop carries the two lines as an owner would paste them', async () => {
  const page = await (await get('/')).text()
  expect(page).toContain('<script type="module" src="/voice-agent.js"></script>')
  expect(page).toContain('<voice-agent agent-id="demo"></voice-agent>')
  expect(page).not.toContain('<!-- art:')
})

test('everything the shop loads is its own and is there', async () => {
  const page = await (await get('/')).text()
  const sheets = await Promise.all(
    ['base.css', 'shop.css', 'paste.css', 'art.css'].map(async (name) => (await get(`/shop/${name}`)).text()),
  )
  const loads = [...page.matchAll(/(?:src|href)="([^"#<][^"]*)"/g), ...sheets.join().matchAll(/url\("?([^")]+)"?\)/g)].map(
    ([, path]) => path ?? '',
  )
  expect(loads.filter((path) => !path.startsWith('/'))).toEqual([])
  const files = loads.filter((path) => path.startsWith('/shop/'))
  expect(files.length).toBeGreaterThan(5)
  for (const path of files) expect([path, (await get(path)).status]).toEqual([path, 200])
})

test('nothing inline, so that the policy holds', async () => {
  const answer = await get('/')
  const page = await answer.text()
  expect(page).not.toMatch(/\sstyle=|<style|\son\w+=|<script>/)
  const policy = answer.headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
  expect(policy).toContain("connect-src 'self' ws://localhost:8787")
  expect(policy).not.toContain('unsafe')
})

test('files are asked for again, and answered 304 when they are the same', async () => {
  const etag = (await get('/shop/shop.css')).headers.get('etag') ?? ''
  expect((await get('/shop/shop.css', { 'if-none-match': etag })).status).toBe(304)
})

test('no other file can be had', async () => {
  for (const path of ['/shop/pages.ts', '/shop/..%2Fagent.ts', '/shop/index.html', '/shop/none.css']) {
    expect((await get(path)).status).toBe(404)
  }
})

test('the strict page has exactly the policy that the tag must live with', async () => {
  const answer = await get('/strict-csp')
  expect(answer.headers.get('content-security-policy')).toBe(
    "default-src 'none'; script-src http://localhost:8787; style-src 'self'; connect-src http://localhost:8787 ws://localhost:8787; require-trusted-types-for 'script'",
  )
})

test('the inline page takes attributes, direction and theme from the query, and nothing that could run', async () => {
  const page = await (await get('/inline?language=ar&theme=dark&text-only=&onclick=x&relay-url=//evil&user-id=%22%3E%3Cscript%3E')).text()
  expect(page).toContain('<html lang="ar" dir="rtl" data-theme="dark">')
  expect(page).toContain('variant="inline"')
  expect(page).toContain('text-only=""')
  expect(page).toContain('user-id="&quot;&gt;&lt;script&gt;"')
  expect(page).not.toMatch(/onclick|evil/)
})

test('the agent knows the shop as the page tells it', async () => {
  const page = await (await get('/')).text()
  const { questions } = DEMO_AGENT.persona.knowledge
  expect(questions.length).toBeGreaterThanOrEqual(25)
  const answers = questions.map((each) => each.answer).join(' ')
  for (const [, price] of page.matchAll(/<data value="(\d+)">/g))
    expect(answers).toContain(`${Number(price).toLocaleString('en-US')} rupees`)
  expect(DEMO_AGENT.persona.keyMenu.map((item) => item.digit)).toEqual(['1', '2', '3', '0', '#'])
})
