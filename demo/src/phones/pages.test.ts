import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { addShop } from '../shop/pages.ts'
import { addPhones } from './pages.ts'

const app = new Hono()
addShop(app)
addPhones(app, { understands: 'keys' })
const get = (path: string) => app.request(`http://localhost:8787${path}`)
const text = async (path: string) => (await get(path)).text()

/** Every module that a file imports, by its path on the server. */
const imports = (path: string, code: string) =>
  [...code.matchAll(/^import .*'(\.[^']+)'$/gm)].map(([, to = '']) => new URL(to, `http://x${path}`).pathname)

test('everything the page loads is its own and is there, modules of modules and of worklets, too', async () => {
  const page = await text('/phone')
  const loads = [...page.matchAll(/(?:src|href)="([^"#<][^"]*)"/g)].map(([, path]) => path ?? '')
  expect(loads.filter((path) => !path.startsWith('/'))).toEqual([])
  const waiting = [...loads, '/phone/sound/capture.js', '/phone/sound/playback.js']
  const seen = new Set<string>()
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    const answer = await get(path)
    expect([path, answer.status]).toEqual([path, 200])
    if (path.endsWith('.js')) waiting.push(...imports(path, await answer.text()))
  }
  expect(seen.size).toBeGreaterThan(20)
})

test('nothing inline, so that the policy holds', async () => {
  const answer = await get('/phone')
  expect(await answer.text()).not.toMatch(/\sstyle=|<style|\son\w+=|<script>/)
  const policy = answer.headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
  expect(policy).toContain("connect-src 'self' ws://localhost:8787")
  expect(policy).not.toContain('unsafe')
})

test('the page knows what the agent understands', async () => {
  expect(await text('/phone')).toContain('data-understands="keys"')
  const able = new Hono()
  addPhones(able, { understands: 'speech' })
  expect(await (await able.request('http://localhost:8787/phone')).text()).toContain('<html lang="en" data-understands="speech">')
})

test('no other file can be had', async () => {
  for (const path of [
    '/phone/index.html',
    '/phone/tsconfig.json',
    '/phone/..%2Fpages.ts',
    '/phone/../pages.ts',
    '/phone/sound/sound.test.ts',
  ])
    expect([path, (await get(path)).status]).toEqual([path, 404])
})

test('the shop leads to the phones and says what they are', async () => {
  const page = await text('/')
  expect(page).toContain('href="/phone"')
  expect(page).toContain('Open the sandbox phones')
})
