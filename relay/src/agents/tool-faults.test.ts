import { expect, test } from 'vitest'
import { toolFaults } from './tool-faults.ts'
import { ToolSpec } from './tool-spec.ts'

const parameters = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] }
const http = (more: Record<string, unknown>, rest: Record<string, unknown> = {}) =>
  ToolSpec.parse({
    name: 'get_order',
    description: '',
    kind: 'http',
    parameters,
    http: { url: 'https://shop.example/{id}', ...more },
    ...rest,
  })
const paths = (...tools: ToolSpec[]) => toolFaults(tools, ['localhost:1']).map(({ path }) => path)

test('a tool that can work has no faults', () => {
  expect(paths(http({ headers: { 'X-Key': 'a b', Authorization: null }, allowedHosts: ['shop.example', '*.example'] }))).toEqual([])
  expect(paths(http({ url: 'http://localhost:1/{id}' }))).toEqual([])
})

test('each fault is told at its place', () => {
  expect(paths(http({}), http({}))).toEqual(['tools.1.name'])
  expect(paths(http({}, { parameters: { type: 'array' } }))).toContain('tools.0.parameters')
  expect(paths(http({}, { parameters: { ...parameters, properties: { id: { not: { type: 'string' } } } } }))).toEqual([
    'tools.0.parameters',
  ])
  for (const url of [
    'http://shop.example/',
    'https://u:p@shop.example/',
    'https://shop.example/?a={id}',
    'https://shop.example/{other}',
    'nonsense',
  ])
    expect(paths(http({ url })), url).toContain('tools.0.http.url')
  expect(paths(http({ allowedHosts: ['other.example'] }))).toEqual(['tools.0.http.url'])
  expect(paths(http({ allowedHosts: ['shop.example', 'https://x'] }))).toEqual(['tools.0.http.allowedHosts.1'])
  for (const headers of [{ Host: 'x' }, { 'a b': 'x' }, { a: 'x\r\ny: z' }, { a: ' x' }]) expect(paths(http({ headers }))).toHaveLength(1)
  expect(paths(http({ headers: { 'X-Key': 'a', 'x-key': 'b' } }))).toEqual(['tools.0.http.headers.x-key'])
})

test('http belongs to http tools, and only to them', () => {
  expect(ToolSpec.safeParse({ name: 'a', description: '', kind: 'http' }).success).toBe(false)
  expect(ToolSpec.safeParse({ name: 'a', description: '', http: { url: 'https://x.example' } }).success).toBe(false)
})
