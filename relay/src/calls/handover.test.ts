import { describe, expect, test } from 'vitest'
import { answering, fakeAudioLeg, scriptedEngine, world } from './fakes.test-kit.ts'
import type { EngineContext, EngineInput } from './ports.ts'

const TROUBLE = /technical problem/
const dropped = { type: 'failed', fault: { code: 'dropped', message: 'gone', retryable: true } } as const

/** A call on the line whose greeting was heard. */
async function onTheLine(engines: Parameters<typeof world>[0], persona: Record<string, unknown> = {}) {
  const house = world(engines)
  const call = await house.open(persona)
  const leg = fakeAudioLeg(house.clock)
  call.attach(leg)
  await house.clock.advance(1000)
  return { ...house, call, leg, ask: (text: string) => leg.emit({ type: 'text', text }) }
}

/** Fails at every turn, after `afterMs`. */
const failing = (name: string, afterMs: number, words = '') =>
  scriptedEngine(name, (input: EngineInput, context: EngineContext) => {
    if (input.type !== 'turn') return
    if (words !== '') context.emit({ type: 'text', utterance: input.utterance, text: words })
    context.clock.after(afterMs, () => context.emit(dropped))
    context.clock.after(afterMs + 50, () => context.emit({ type: 'text', utterance: input.utterance, text: 'late words' }))
  })

describe('hand-over', () => {
  test('an engine that dies mid-sentence: the next answers with the context, and the log names it', async () => {
    const broken = failing('first', 150, 'The price is. And then ')
    const second = answering('second', (text) => `Second answers ${text}.`)
    const { clock, ask, call, lines, log } = await onTheLine([broken, second])
    ask('price')
    await clock.advance(3000)
    expect(lines()).toEqual(['agent: Hello there.', 'visitor: price', 'agent: The —', 'agent: Second answers price.'])
    expect(second.contexts[0]?.history).toEqual([
      { role: 'agent', text: 'Hello there.' },
      { role: 'visitor', text: 'price' },
      { role: 'agent', text: 'The' },
    ])
    expect(log.events.find((event) => event.type === 'engine.handover')?.payload).toMatchObject({
      from: 'first',
      to: 'second',
      fault: 'dropped',
    })
    expect(log.types().filter((type) => type === 'engine.started')).toHaveLength(2)
    expect(broken.closed).toBe(1)
    expect(call.engine).toBe('second')
  })

  test('a stalled engine is left after its stated limit, and the next sounds within two seconds', async () => {
    const silent = scriptedEngine('first', () => undefined, { stallMs: 1500 })
    const { clock, ask, call, lines } = await onTheLine([silent, answering('second', () => 'Here.')])
    ask('hm')
    await clock.advance(1400)
    expect(call.engine).toBe('first')
    await clock.advance(300)
    expect(lines().at(-1)).toMatch(/^agent: Here\./)
  })

  test('one that throws at a turn is left like one that says it failed', async () => {
    const thrower = scriptedEngine('first', () => {
      throw new Error('bad')
    })
    const { clock, ask, lines } = await onTheLine([thrower, answering('second', (text) => `Yes, ${text}.`)])
    ask('tea')
    await clock.advance(1000)
    ask('coffee')
    await clock.advance(1000)
    expect(lines()).toEqual(['agent: Hello there.', 'visitor: tea', 'agent: Yes, tea.', 'visitor: coffee', 'agent: Yes, coffee.'])
  })

  test('one that throws when it is closed is left like any other', async () => {
    const thrower = failing('first', 50)
    const { start } = thrower
    thrower.start = async (context) => ({
      ...(await start(context)),
      close() {
        throw new Error('closed badly')
      },
    })
    const { clock, ask, lines } = await onTheLine([thrower, answering('second', (text) => `Yes, ${text}.`)])
    ask('tea')
    await clock.advance(1000)
    expect(lines().at(-1)).toBe('agent: Yes, tea.')
  })

  test('a hand-over that goes wrong itself ends the call, and nobody talks to no engine', async () => {
    const { clock, ask, call, log, lines } = await onTheLine([failing('first', 50), answering('second', () => 'Yes.')])
    const { event } = log
    log.event = function (callId, type, payload) {
      if (type === 'engine.started') throw new Error('not now')
      event.call(this, callId, type, payload)
    }
    ask('tea')
    await clock.advance(10_000)
    expect(lines().at(-1)).toMatch(TROUBLE)
    expect(call.endReason).toBe('error')
  })

  test('one that fails between turns is left without a word', async () => {
    const engine = scriptedEngine('first', () => undefined)
    const { clock, ask, call, lines } = await onTheLine([engine, answering('second', (text) => `Yes, ${text}.`)])
    engine.contexts[0]?.emit(dropped)
    await clock.advance(10)
    expect(call.engine).toBe('second')
    ask('tea')
    await clock.advance(1000)
    expect(lines()).toEqual(['agent: Hello there.', 'visitor: tea', 'agent: Yes, tea.'])
  })

  test('the next one is told what the page noted and an operator whispered, and a question asked meanwhile instead of the old one', async () => {
    const second = answering('second', (text) => `Yes, ${text}.`)
    const { call, clock, ask, leg, lines } = await onTheLine([failing('first', 100, 'One two three four five. '), second])
    leg.emit({ type: 'context', text: 'cart: a lamp' })
    call.advise({ type: 'whisper', text: 'be brief' }, 'u_1')
    ask('tea')
    const answer = Promise.withResolvers<number | undefined>()
    leg.clear = () => answer.promise
    await clock.advance(110)
    ask('coffee')
    answer.resolve(40)
    await clock.advance(2000)
    expect(second.inputs.filter((input) => input.type !== 'interrupted')).toMatchObject([
      { type: 'context', text: 'cart: a lamp' },
      { type: 'whisper', text: 'be brief' },
      { type: 'turn', text: 'coffee' },
    ])
    expect(lines().filter((line) => line.startsWith('agent: Yes'))).toEqual(['agent: Yes, coffee.'])
  })

  test('what the visitor interrupts while it is handed over is not answered any more', async () => {
    const second = answering('second', (text) => `Yes, ${text}.`)
    const { clock, ask, leg, lines } = await onTheLine([failing('first', 100, 'One two three four five. '), second])
    ask('tea')
    const answer = Promise.withResolvers<number | undefined>()
    leg.clear = () => answer.promise
    await clock.advance(110)
    leg.emit({ type: 'interrupt' })
    answer.resolve(40)
    await clock.advance(2000)
    expect(second.inputs.map((input) => input.type)).not.toContain('turn')
    expect(lines().at(-1)).toMatch(/^agent: .* —$/)
  })
})

test('last words are not begun again by another engine', async () => {
  const first = scriptedEngine('first', (input, context) => {
    if (input.type !== 'turn') return
    context.emit({ type: 'text', utterance: input.utterance, text: 'Thank you and goodbye. ' })
    context.emit({ type: 'hang-up' })
    context.clock.after(100, () => context.emit(dropped))
  })
  const second = answering('second', () => 'What was that?')
  const { clock, ask, lines, log } = await onTheLine([first, second])
  ask('bye')
  await clock.advance(3000)
  expect(second.inputs).toEqual([])
  expect(lines().at(-1)).toMatch(/^agent: Thank.* —$/)
  expect(log.closes).toMatchObject([{ endReason: 'agent' }])
})

test('a call that ends between two engines starts no other', async () => {
  const second = answering('second', () => 'Hello?')
  const { clock, ask, call, leg } = await onTheLine([failing('first', 100, 'One two three four five. '), second])
  ask('tea')
  const answer = Promise.withResolvers<number | undefined>()
  leg.clear = () => answer.promise
  await clock.advance(110)
  call.hangUp('visitor')
  answer.resolve(40)
  await clock.advance(1000)
  await call.closed
  expect(second.contexts).toEqual([])
})

describe('when no engine is left', () => {
  const refusing = (name: string) => scriptedEngine(name, () => undefined, { start: () => Promise.reject(new Error('no')) })

  test('one honest sentence is heard, and the call ends with error', async () => {
    const { clock, ask, lines, log, leg } = await onTheLine([failing('first', 100), failing('second', 100)])
    ask('tea')
    await clock.advance(12_000)
    expect(lines().at(-1)).toMatch(TROUBLE)
    expect(lines().at(-1)).not.toMatch(/—|…/)
    expect(log.closes).toMatchObject([{ status: 'failed', endReason: 'error' }])
    expect(leg.closedWith).toBe('error')
  })

  test('also when they fail before anybody is there: the sentence is said instead of the greeting', async () => {
    const { clock, open, log, lines, calls } = world([refusing('first'), refusing('second')])
    const call = await open()
    await clock.advance(5000)
    expect(calls.size).toBe(1)
    call.attach(fakeAudioLeg(clock))
    await clock.advance(12_000)
    expect(lines()).toHaveLength(1)
    expect(lines()[0]).toMatch(TROUBLE)
    expect(log.closes).toMatchObject([{ status: 'failed', endReason: 'error' }])
    expect(clock.waiting).toBe(0)
  })

  test('also while the last words are said: they are cut short, and the call ends for its first reason', async () => {
    const engine = scriptedEngine('first', (input, context) => {
      if (input.type !== 'turn') return
      context.emit({ type: 'text', utterance: input.utterance, text: 'Thank you and goodbye. ' })
      context.emit({ type: 'hang-up' })
      context.clock.after(100, () => context.emit(dropped))
    })
    const { clock, ask, lines, log } = await onTheLine([engine])
    ask('bye')
    await clock.advance(2000)
    expect(lines().at(-1)).toMatch(/^agent: Thank.* —$/)
    expect(log.closes).toMatchObject([{ endReason: 'agent' }])
  })

  test('none can run at all: the call is not opened, and operators are told what to set', async () => {
    const off = scriptedEngine('first', () => undefined, { availability: () => ({ ok: false, missing: 'GEMINI_API_KEY' }) })
    await expect(world([off]).open()).rejects.toMatchObject({ code: 'provider_unavailable' })
  })

  test('an engine that speaks cannot be bound to a typed call, and counts as none', async () => {
    const audio = scriptedEngine('first', () => undefined, { hears: 'audio', speaks: 'audio' })
    await expect(world([audio]).open({}, 'text')).rejects.toMatchObject({ code: 'provider_unavailable' })
  })
})
