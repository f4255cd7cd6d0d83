import { expect, test } from 'vitest'
import { ToolSpec } from '../../agents/persona.ts'
import { TestClock } from '../../clock.test-kit.ts'
import { createFeed, type FeedEvent } from '../feed.ts'
import { createTools } from './index.ts'

function setUp(more: Partial<Parameters<typeof createTools>[0]> = {}) {
  const clock = new TestClock()
  const asked: string[] = []
  const noted: string[] = []
  const payloads: Record<string, unknown>[] = []
  const told: FeedEvent[] = []
  const ends = { count: 0 }
  const feed = createFeed(() => undefined)
  feed.listen((event) => event.type === 'tool' && asked.push(`${event.id} ${event.name}`))
  const specs = [
    ToolSpec.parse({ name: 'look', description: 'looks', timeoutMs: 1000 }),
    ToolSpec.parse({ name: 'end_call', description: 'an owner’s own: not taken' }),
    ToolSpec.parse({ name: 'unknown_to_us', description: '', kind: 'built-in' }),
  ]
  const tools = createTools({
    specs,
    feed,
    clock,
    note(type, payload) {
      noted.push(type)
      payloads.push(payload)
    },
    onEndCall() {
      ends.count += 1
    },
    ...more,
  })
  feed.listen((event) => told.push(event))
  return { clock, tools, asked, noted, payloads, told, ends }
}
const look = { id: 'u1', name: 'look', arguments: { at: 'lamp' } }
const never = new AbortController().signal

test('asked for twice, run once, answered to both', async () => {
  const { tools, asked, noted } = setUp()
  const both = Promise.all([tools.use(look, never), tools.use(look, never)])
  expect(tools.answer('u1', { seen: 1 })).toBe(true)
  expect(await both).toEqual([{ seen: 1 }, { seen: 1 }])
  expect(await tools.use(look, never)).toEqual({ seen: 1 })
  expect(tools.answer('u1', 'again')).toBe(false)
  expect(asked).toEqual(['u1 look'])
  expect(noted).toEqual(['tool.called', 'tool.finished'])
})

test('a page that does not answer in time is an error the agent hears of, and its late answer is not taken', async () => {
  const { tools, clock } = setUp()
  const result = tools.use(look, never)
  await clock.advance(1000)
  expect(await result).toEqual({ error: 'The page did not answer look in time.' })
  expect(tools.answer('u1', 1)).toBe(false)
  expect(clock.waiting).toBe(0)
})

test('who asks may leave; the tool goes on, and leaves nothing on the signal', async () => {
  const { tools, asked } = setUp()
  const leaving = new AbortController()
  let listeners = 0
  const { addEventListener, removeEventListener } = leaving.signal
  leaving.signal.addEventListener = (...all: Parameters<typeof addEventListener>) => {
    listeners += 1
    addEventListener.apply(leaving.signal, all)
  }
  leaving.signal.removeEventListener = (...all: Parameters<typeof removeEventListener>) => {
    listeners -= 1
    removeEventListener.apply(leaving.signal, all)
  }
  const result = tools.use(look, leaving.signal)
  leaving.abort()
  expect(await result).toEqual({ error: expect.stringContaining('will not run twice') })
  expect(tools.answer('u1', 'seen')).toBe(true)
  expect(await tools.use(look, never)).toBe('seen')
  expect(asked).toHaveLength(1)
  expect(listeners).toBe(0)
})

test('the call ends itself; unknown tools and built-in ones of an owner are refused', async () => {
  const { tools, ends, asked } = setUp()
  expect(tools.specs.map((spec) => spec.name)).toEqual(['look', 'end_call', 'ask_for_human', 'take_message'])
  expect(await tools.use({ id: 'e', name: 'end_call', arguments: {} }, never)).toEqual({ ok: true })
  expect(ends.count).toBe(1)
  expect(await tools.use({ id: 'x', name: 'unknown_to_us', arguments: {} }, never)).toEqual({ error: 'There is no tool unknown_to_us.' })
  expect(asked).toEqual([])
})

test('the end of the call answers whatever waits', async () => {
  const { tools, clock } = setUp()
  const result = tools.use(look, never)
  tools.close()
  expect(await result).toEqual({ error: 'The call ended.' })
  expect(clock.waiting).toBe(0)
})

const order = ToolSpec.parse({
  name: 'get_order',
  description: '',
  kind: 'http',
  parameters: { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] },
  timeoutMs: 4000,
  http: { url: 'https://shop.example/orders/{id}', headers: { 'X-Key': { sealed: 'c2VhbGVk' } } },
})

test('a service is asked once, with its own time and an end when nobody waits any more', async () => {
  const signals: AbortSignal[] = []
  const slow: string[] = []
  const { tools, clock, noted, payloads } = setUp({
    specs: [order],
    onSlow: ({ name }) => slow.push(name),
    askService: (_, __, signal) => {
      signals.push(signal)
      return new Promise(() => undefined)
    },
  })
  const result = tools.use({ id: 'u1', name: 'get_order', arguments: { id: 7 } }, never)
  await clock.advance(3999)
  expect(slow).toEqual(['get_order'])
  expect(signals.map((signal) => signal.aborted)).toEqual([false])
  await clock.advance(1)
  expect(await result).toEqual({ error: 'The service did not answer get_order in time.' })
  expect(signals.map((signal) => signal.aborted)).toEqual([true])
  expect(noted).toEqual(['tool.called', 'tool.finished'])
  expect(payloads[1]).toMatchObject({ ms: 4000, ok: false })
  expect(clock.waiting).toBe(0)
})

test('wrong arguments run nothing and are named', async () => {
  let asks = 0
  const { tools, payloads } = setUp({
    specs: [order],
    askService: async () => {
      asks += 1
      return { ships: 'today' }
    },
  })
  const use = (id: string, values: Record<string, unknown>) => tools.use({ id, name: 'get_order', arguments: values }, never)
  expect(await use('u1', { id: 'seven' })).toEqual({ error: expect.stringMatching(/arguments of get_order do not fit. id: /) })
  expect(asks).toBe(0)
  expect(await use('u2', { id: 7 })).toEqual({ ships: 'today' })
  expect([asks, payloads.at(-1)]).toEqual([1, expect.objectContaining({ ok: true, result: { ships: 'today' } })])
})

test('engines see neither address nor headers; without a way to services there are none', () => {
  expect(JSON.stringify(setUp({ specs: [order], askService: async () => 1 }).tools.specs)).not.toMatch(/shop\.example|X-Key|sealed/)
  expect(setUp({ specs: [order] }).tools.specs.some(({ name }) => name === 'get_order')).toBe(false)
})

test('a human is asked for: those who watch are told, and the model learns whether there is anybody', async () => {
  const use = { id: 'h', name: 'ask_for_human', arguments: { reason: 'a refund' } }
  const alone = setUp()
  expect(await alone.tools.use(use, never)).toEqual({
    ok: false,
    message: 'Nobody is watching calls now. Say so plainly, and offer to take a message.',
  })
  expect(alone.noted).toEqual(['tool.called', 'human.requested', 'tool.finished'])
  expect(alone.payloads[1]).toEqual({ reason: 'a refund' })
  expect(alone.told).toEqual([{ type: 'human-requested', reason: 'a refund' }])
  expect(await setUp({ anybodyWatches: async () => true }).tools.use(use, never)).toMatchObject({ ok: true })
})

test('a message is taken into the log', async () => {
  const { tools, noted, payloads } = setUp()
  const values = { name: 'Asha', contact: '+91 98', message: 'Call me.' }
  expect(await tools.use({ id: 'm', name: 'take_message', arguments: values }, never)).toEqual({ ok: true })
  expect(noted[1]).toBe('message.taken')
  expect(payloads[1]).toEqual(values)
  expect(await tools.use({ id: 'n', name: 'take_message', arguments: { name: 'Asha' } }, never)).toEqual({
    error: expect.stringContaining('contact'),
  })
})

test('built-in tools can be switched off, and are no reason for a filler', async () => {
  const { tools } = setUp({ builtIns: ['take_message'] })
  expect(tools.specs.map(({ name }) => name)).toEqual(['look', 'end_call', 'take_message'])
  expect(await tools.use({ id: 'h', name: 'ask_for_human', arguments: { reason: 'x' } }, never)).toEqual({
    error: 'There is no tool ask_for_human.',
  })
})

test('what the page has not answered is known, to be told again under the same id', async () => {
  const { tools, asked } = setUp()
  const result = tools.use(look, never)
  const other = tools.use({ ...look, id: 'u2', arguments: {} }, never)
  expect(tools.unanswered()).toEqual([look, { id: 'u2', name: 'look', arguments: {} }])
  tools.answer('u2', 1)
  expect(tools.unanswered()).toEqual([look])
  tools.answer('u1', 2)
  expect(await Promise.all([result, other])).toEqual([2, 1])
  expect([tools.unanswered(), asked]).toEqual([[], ['u1 look', 'u2 look']])
})

test('the end of the call is noted before it returns, so that the log still takes it', () => {
  const { tools, noted } = setUp()
  void tools.use(look, never)
  tools.close()
  expect(noted).toEqual(['tool.called', 'tool.finished'])
})
