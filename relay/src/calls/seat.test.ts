import { describe, expect, test } from 'vitest'
import { Persona } from '../agents/persona.ts'
import { TestClock } from '../clock.test-kit.ts'
import { scriptedEngine } from './fakes.test-kit.ts'
import { Passage } from './passage.ts'
import type { EngineContext, EngineFault, EngineInput } from './ports.ts'
import { type Answer, takeSeat } from './seat.ts'

const turn = (utterance: string): EngineInput => ({ type: 'turn', utterance, text: 'hm', by: 'typing' })

function setUp(onInput: (input: EngineInput, context: EngineContext) => void, more: Parameters<typeof scriptedEngine>[2] = {}) {
  const clock = new TestClock()
  const engine = scriptedEngine('first', onInput, { stallMs: 1000, ...more })
  const answers: Answer[] = []
  const faults: EngineFault['code'][] = []
  const tool = Promise.withResolvers<unknown>()
  const seat = takeSeat({
    passage: new Passage(),
    engine,
    clock,
    history: [],
    context: {
      callId: 'c',
      persona: Persona.parse({ name: 'Mira' }),
      language: 'en',
      variables: {},
      tools: [],
      useTool: () => tool.promise,
    },
    onAnswer: (event) => answers.push(event),
    onFault: (fault) => faults.push(fault.code),
  })
  return { clock, engine, seat, answers, faults, tool }
}
const text = (utterance: string) => ({ type: 'text' as const, utterance, text: 'yes ' })

describe('an engine at work', () => {
  test('gets what came before it was ready, in order', async () => {
    const ready = Promise.withResolvers<void>()
    const { engine, seat, clock } = setUp(() => undefined, {
      async start(context) {
        await ready.promise
        return { take: (input) => void engine.inputs.push(input), close: async () => void context }
      },
    })
    seat.take({ type: 'context', text: 'cart' })
    seat.take(turn('a'))
    await clock.advance(10)
    expect(engine.inputs).toEqual([])
    ready.resolve()
    await clock.advance(10)
    expect(engine.inputs.map((input) => input.type)).toEqual(['context', 'turn'])
  })

  test('gets the sound that came before it was ready as it was, though its bytes were used again', async () => {
    const ready = Promise.withResolvers<void>()
    const { engine, seat, clock } = setUp(() => undefined, {
      async start() {
        await ready.promise
        return { take: (input) => void engine.inputs.push(input), close: async () => undefined }
      },
    })
    const bytes = Uint8Array.of(1, 2)
    seat.sound(bytes, 8000)
    bytes.fill(9)
    seat.sound(bytes, 8000)
    bytes.fill(0)
    ready.resolve()
    await clock.advance(10)
    seat.sound(Uint8Array.of(5, 6), 8000)
    expect(engine.inputs.map((input) => input.type === 'audio' && [...input.bytes])).toEqual([
      [1, 2],
      [9, 9],
      [5, 6],
    ])
  })

  test('stalls when no piece comes in its time: after a turn, and between pieces', async () => {
    const never = setUp(() => undefined)
    await never.clock.advance(5000)
    never.seat.take(turn('a'))
    await never.clock.advance(999)
    expect(never.faults).toEqual([])
    await never.clock.advance(1)
    expect(never.faults).toEqual(['stalled'])
    expect(never.engine.closed).toBe(1)

    const stops = setUp((input, context) => {
      if (input.type === 'turn') for (const at of [500, 1400]) context.clock.after(at, () => context.emit(text('a')))
    })
    await stops.clock.advance(1)
    stops.seat.take(turn('a'))
    await stops.clock.advance(2399)
    expect(stops.faults).toEqual([])
    await stops.clock.advance(1)
    expect(stops.faults).toEqual(['stalled'])
  })

  test('is not called stalled while nothing is owed: done, interrupted, or a tool at work', async () => {
    const done = setUp((input, context) => input.type === 'turn' && context.emit({ type: 'done', utterance: 'a' }))
    await done.clock.advance(1)
    done.seat.take(turn('a'))
    await done.clock.advance(5000)
    expect(done.faults).toEqual([])
    expect(done.seat.turn).toBeUndefined()

    const cut = setUp(() => undefined)
    cut.seat.take(turn('a'))
    cut.seat.take({ type: 'interrupted', utterance: 'a', heard: '' })
    await cut.clock.advance(5000)
    expect(cut.faults).toEqual([])

    const tooling = setUp((input, context) => {
      if (input.type === 'turn') void context.useTool({ id: 't', name: 'look', arguments: {} }, context.signal)
    })
    tooling.seat.take(turn('a'))
    await tooling.clock.advance(5000)
    expect(tooling.faults).toEqual([])
    tooling.tool.resolve({})
    await tooling.clock.advance(1000)
    expect(tooling.faults).toEqual(['stalled'])
  })

  test.each([
    [
      'says that it failed',
      'quota',
      setUp.bind(null, (_: EngineInput, context: EngineContext) => {
        context.emit({ type: 'failed', fault: { code: 'quota', message: '', retryable: false } })
        context.emit({ type: 'failed', fault: { code: 'dropped', message: '', retryable: false } })
      }),
    ],
    [
      'throws at a turn',
      'malformed',
      setUp.bind(null, () => {
        throw new Error('bad')
      }),
    ],
    ['cannot start', 'unavailable', setUp.bind(null, () => undefined, { start: () => Promise.reject(new Error('no')) })],
    [
      'throws at its start',
      'unavailable',
      setUp.bind(null, () => undefined, {
        start() {
          throw new Error('no')
        },
      }),
    ],
  ] as const)('one that %s fails once, and is not heard any more', async (_, code, make) => {
    const { clock, seat, faults, answers, engine } = make()
    seat.take(turn('a'))
    await clock.advance(1)
    seat.take(turn('b'))
    for (const context of engine.contexts) context.emit(text('a'))
    await clock.advance(10_000)
    expect(faults).toEqual([code])
    expect(answers).toEqual([])
    expect(seat.turn).toMatchObject({ utterance: 'a' })
    expect(clock.waiting).toBe(0)
  })

  test('one that is ready only after it was closed is closed, and told nothing', async () => {
    const ready = Promise.withResolvers<void>()
    let closed = 0
    const { seat, clock, engine, faults } = setUp(() => undefined, {
      async start() {
        await ready.promise
        return {
          take: (input) => void engine.inputs.push(input),
          async close() {
            closed += 1
          },
        }
      },
    })
    seat.take(turn('a'))
    await clock.advance(1)
    await seat.close()
    ready.resolve()
    await clock.advance(10_000)
    expect([closed, engine.inputs, faults]).toEqual([1, [], []])
    expect(clock.waiting).toBe(0)
  })
})
