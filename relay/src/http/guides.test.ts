import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CARRIER_TABLE } from '../carriers/index.ts'
import { startTestRelay, type TestRelay } from '../relay.test-kit.ts'
import { SETTINGS } from '../settings/table.ts'

const [first] = CARRIER_TABLE
const dir = mkdtempSync(join(tmpdir(), 'guides-'))
const guide = join(dir, 'GUIDE.md')
writeFileSync(
  guide,
  '# Tin & cans\n\nTwo *tins* and a [string](https://tins.example).\n\n## Pull\n\n<script>alert(1)</script>\n\n## Pull\n\n`a<b>`\n\n| a | b |\n| --- | --- |\n| `c` | d |\n',
)

let house: TestRelay
beforeAll(async () => {
  if (!first) throw new Error('The table of carriers is empty.')
  house = await startTestRelay({
    extras: { carriers: [...CARRIER_TABLE, { ...first, name: 'tins', doors: () => ({}), guide: pathToFileURL(guide) }] },
  })
})
afterAll(async () => {
  await house.close()
  rmSync(dir, { recursive: true })
})

const read = async (path: string) => {
  const response = await house.ask(path)
  return { response, text: await response.text() }
}

describe('the carriers’ guides', () => {
  it('lists every carrier that has one, with what it is about', async () => {
    const { response, text } = await read('/docs/carriers')
    expect(response.headers.get('content-type')).toContain('text/html')
    for (const { guide, name } of CARRIER_TABLE) if (guide) expect(text).toContain(`href="/docs/carriers/${name}"`)
    expect(text).toContain('Tin &amp; cans')
    expect(text).toContain('Two tins and a string.')
  })

  it('shows a guide, its sections linked, without anything that runs', async () => {
    const { response, text } = await read('/docs/carriers/tins')
    expect(response.status).toBe(200)
    const policy = response.headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('script-src')
    expect(policy).not.toContain('unsafe')
    expect(text).not.toContain('<script')
    expect(text).not.toContain(' style=')
    expect(text).toContain('&lt;script&gt;')
    expect(text).toContain('<code>a&lt;b&gt;</code>')
    expect(text).toContain('<h2 id="pull">')
    expect(text).toContain('<a href="#pull-2">')
    expect(text).toContain('<td><code>c</code></td>')
  })

  it('is asked again for nothing, and knows no other names', async () => {
    const { response } = await read('/docs/carriers/tins')
    const again = await house.ask('/docs/carriers/tins', { headers: { 'if-none-match': response.headers.get('etag') ?? '' } })
    expect(again.status).toBe(304)
    expect((await read('/docs/carriers/string')).response.status).toBe(404)
  })

  describe.each(CARRIER_TABLE.flatMap(({ guide, name }) => (guide ? [{ name, text: readFileSync(guide, 'utf8') }] : [])))(
    'of $name',
    ({ text }) => {
      it('names no variable that the relay does not read', () => {
        // In quotes stands what others say.
        const named = [...text.matchAll(/(?<!")\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g)].map(([variable]) => variable)
        expect(named.length).toBeGreaterThan(0)
        const known = Object.values(SETTINGS).flatMap((group) => Object.keys(group))
        expect([...new Set(named)].filter((variable) => !known.includes(variable))).toEqual([])
      })

      it('names no address that the relay does not answer, nor another way to ask it', () => {
        const own = new Map<string, string[]>()
        for (const { method, path } of house.relay.routes) own.set(shape(path), [...(own.get(shape(path)) ?? []), method.toUpperCase()])
        for (const { path } of house.relay.sockets) own.set(shape(path), [...(own.get(shape(path)) ?? []), 'GET'])
        const named = [...text.matchAll(/(?:\b(GET|POST|PUT|PATCH|DELETE|HEAD)\s+(?:https?:\/\/[^\s`/]+)?)?(\/api\/[\w{}/.-]*)/g)]
        expect(named.length).toBeGreaterThan(0)
        const wrong = named.filter(([, method, path = '']) => {
          // With a slash at its end it is all that is below it.
          if (path.endsWith('/')) return ![...own.keys()].some((each) => each.startsWith(path))
          const methods = own.get(shape(path))
          return !methods || (method !== undefined && !methods.includes(method))
        })
        expect(wrong.map(([words]) => words)).toEqual([])
      })
    },
  )

  it('every carrier’s own guide says the same things in the same order', async () => {
    for (const { guide, name } of CARRIER_TABLE) {
      if (!guide) continue
      const { text } = await read(`/docs/carriers/${name}`)
      const sections = [...text.matchAll(/<h2 id="([^"]+)"/g)].map(([, id]) => id)
      const wanted = ['what-you-need', 'set-it-up', 'addresses-to-paste', 'local-tries', 'what-can-go-wrong']
      expect(
        sections.filter((id) => wanted.includes(id ?? '')),
        name,
      ).toEqual(wanted)
    }
  })
})

/** A path whatever its variables are called. */
const shape = (path: string) => path.replace(/\{[^}]+\}/g, '{}')
