import { expect, test } from 'vitest'
import { ToolSpec } from '../../agents/persona.ts'
import { TestClock } from '../../clock.test-kit.ts'
import { createFeed } from '../feed.ts'
import { createTools } from './index.ts'

function setUp() {
  const clock = new TestClock()
  const asked: string[] = []
  const noted: string[] = []
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
    note: (type) => noted.push(type),
    onEndCall() {
      ends.count += 1
    },
  })
  return { clock, tools, asked, noted, ends }
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
