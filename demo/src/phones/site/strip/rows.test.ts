import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Passing } from '../../wire.ts'
import { gist, MOST_ROWS, Rows, readableBody, shortName } from './rows.js'

const message = (name: string, o: Partial<Passing> = {}): Passing => ({
  type: 'passing',
  handset: 0,
  callId: 'a',
  atMs: 1000,
  from: 'carrier',
  name,
  ...o,
})
const shown = (rows: Rows) => rows.all.map(({ from, name, count }) => `${from} ${name} ${count}`)

test('sound is counted by direction, and what is said between begins a new count', () => {
  const rows = new Rows()
  rows.add(message('start'))
  rows.add(message('media ×50'))
  rows.add(message('media ×20', { from: 'relay' }))
  rows.add(message('mark', { from: 'relay' }))
  rows.add(message('media ×50'))
  rows.add(message('media'))
  rows.add(message('dtmf'))
  rows.add(message('media ×3'))
  expect(shown(rows)).toEqual([
    'carrier start 0',
    'carrier media 101',
    'relay media 20',
    'relay mark 1',
    'carrier dtmf 0',
    'carrier media 3',
  ])
})

test('times count from the first message of a call, and a new call begins anew', () => {
  const rows = new Rows()
  rows.add(message('one', { atMs: 5000 }))
  expect(rows.add(message('two', { atMs: 5250 })).atMs).toBe(250)
  expect(rows.add(message('media ×2', { callId: 'b', atMs: 9000 })).atMs).toBe(0)
  expect(rows.add(message('media ×2', { callId: 'c', atMs: 9000 })).count).toBe(2)
})

test('whatever passes: never more rows than are kept, and no sound is lost from the count', () => {
  const any = fc.record({
    name: fc.constantFrom('start', 'media ×7', 'media', 'mark', 'POST /Calls.json', 'stop'),
    from: fc.constantFrom('relay' as const, 'carrier' as const),
    callId: fc.constantFrom('a', 'b'),
  })
  fc.assert(
    fc.property(fc.array(any, { maxLength: MOST_ROWS }), (all) => {
      const rows = new Rows()
      for (const each of all) rows.add(message(each.name, each))
      const counted = rows.all.filter(({ name }) => name === 'media').reduce((sum, { count }) => sum + count, 0)
      expect(counted).toBe(all.reduce((sum, { name }) => sum + (name === 'media ×7' ? 7 : name === 'media' ? 1 : 0), 0))
    }),
  )
  const rows = new Rows()
  for (let i = 0; i < MOST_ROWS + 50; i += 1) rows.add(message(`message ${i}`))
  expect(rows.all).toHaveLength(MOST_ROWS)
})

test('bodies are made readable, and what is neither JSON nor a form is left as it is', () => {
  expect(readableBody('{"a":{"b":1}}')).toBe('{\n  "a": {\n    "b": 1\n  }\n}')
  expect(readableBody('To=%2B12025550101&From=%2B12025550199')).toBe('To = +12025550101\nFrom = +12025550199')
  expect(readableBody('<Response><Hangup/></Response>')).toBe('<Response><Hangup/></Response>')
  expect(shortName('POST /api/calls/status/2ed03e94f74547b3963c738c8a85629c')).toBe('POST /api/calls/status/…')
})

test('the word that people look for is found in a body, and only a word', () => {
  expect(gist('{"CallSid":"CA1","CallStatus":"ringing"}')).toBe('ringing')
  expect(gist('{"event":"dtmf","dtmf":{"track":"inbound","digit":"5"}}')).toBe('5')
  for (const body of [undefined, '', 'To=1', '{}', 'null', '[]', '{"CallStatus":7}', '{"CallStatus":"a very long status indeed"}'])
    expect([body, gist(body)]).toEqual([body, ''])
})
