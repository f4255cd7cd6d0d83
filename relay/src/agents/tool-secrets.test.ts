import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { open, seal } from '../access/encryption.ts'
import { maskToolSecrets, openToolSecrets, sealToolSecrets } from './tool-secrets.ts'
import { ToolSpec } from './tool-spec.ts'

const key = randomBytes(32)
const secrets = {
  sealSecret: (text: string, place: string) => seal(key, place, Buffer.from(text)),
  openSecret: (sealed: Uint8Array, place: string) => Buffer.from(open(key, place, sealed)).toString(),
}
const tool = (headers: Record<string, unknown>, more: { name?: string; url?: string } = {}) =>
  ToolSpec.parse({
    name: more.name ?? 'get_order',
    description: '',
    kind: 'http',
    http: { url: more.url ?? 'https://shop.example/orders', headers },
  })
const sealed = (tools: ToolSpec[], before: ToolSpec[] = [], agentId = 'a_1') => sealToolSecrets({ tools, before, agentId, secrets })
const first = (o: { tools: ToolSpec[] }) => o.tools[0] ?? tool({})

test('a value goes in, is nowhere to be read, and comes out for the request', () => {
  const stored = sealed([tool({ Authorization: 'Bearer s3cret' })])
  expect(stored.faults).toEqual([])
  expect(JSON.stringify(stored)).not.toContain('s3cret')
  expect(Buffer.from(JSON.stringify(stored.tools), 'base64').includes('s3cret')).toBe(false)
  expect(openToolSecrets('a_1', first(stored), secrets)).toEqual({ Authorization: 'Bearer s3cret' })
  expect(maskToolSecrets(stored.tools)[0]?.http).toEqual({
    url: 'https://shop.example/orders',
    method: 'GET',
    headers: { Authorization: null },
  })
})

test('null keeps it, also when path, method or the name’s case change; text replaces it; leaving it out forgets it', () => {
  const before = sealed([tool({ 'X-Key': 'old' })]).tools
  const kept = sealed([tool({ 'x-key': null }, { url: 'https://shop.example/other?a=1' })], before)
  expect(openToolSecrets('a_1', first(kept), secrets)).toEqual({ 'x-key': 'old' })
  const changed = sealed([tool({ 'X-Key': 'new' })], before)
  expect(openToolSecrets('a_1', first(changed), secrets)).toEqual({ 'X-Key': 'new' })
  expect(openToolSecrets('a_1', first(sealed([tool({})], before)), secrets)).toEqual({})
})

test('a kept secret follows to no other server, tool or header', () => {
  const before = sealed([tool({ 'X-Key': 'old' })]).tools
  const others: ToolSpec[] = [
    tool({ 'X-Key': null }, { url: 'https://evil.example/orders' }),
    tool({ 'X-Key': null }, { url: 'https://shop.example:8443/orders' }),
    tool({ 'X-Key': null }, { name: 'other' }),
    tool({ 'X-Other': null }),
  ]
  for (const other of others)
    expect(sealed([other], before).faults).toEqual([
      expect.objectContaining({ path: expect.stringMatching(/^tools\.0\.http\.headers\.X-/) }),
    ])
})

test('sealed bytes that somebody brings along are not taken, and open nowhere else', () => {
  const before = sealed([tool({ 'X-Key': 'old' })]).tools
  const value = first({ tools: before }).http?.headers?.['X-Key']
  expect(sealed([tool({ 'X-Key': value })], before).faults).toEqual([])
  expect(sealed([tool({ 'X-Key': value }, { url: 'https://evil.example/' })], before).faults).toHaveLength(1)
  expect(sealed([tool({ 'X-Key': value })], [], 'a_2').faults).toHaveLength(1)
  expect(() => openToolSecrets('a_2', first({ tools: before }), secrets)).toThrow()
  expect(() => openToolSecrets('a_1', tool({ 'X-Key': value }, { url: 'https://evil.example/' }), secrets)).toThrow()
})
