import { describe, expect, test } from 'vitest'
import { answering, fakeAudioLeg, fakeTextLeg, scriptedEngine, world } from './fakes.test-kit.ts'
import type { FeedEvent } from './feed.ts'

const echo = () => answering('first', (text) => `You said ${text} and I heard it well.`)

describe('a voice call', () => {
  test('greets, answers, and every line is final once it was heard', async () => {
    const { clock, open, lines } = world([echo()])
    const call = await open()
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(100)
    expect(lines()).toEqual(['agent: Hello there. …'])
    await clock.advance(400)
    expect(lines()).toEqual(['agent: Hello there.'])
    leg.emit({ type: 'text', text: 'tea' })
    await clock.advance(3000)
    expect(lines()).toEqual(['agent: Hello there.', 'visitor: tea', 'agent: You said tea and I heard it well.'])
    expect(call.status).toBe('connected')
  })

  test('paces frames: never more than the lead ahead of real time, never a gap', async () => {
    const { clock, open } = world([answering('first', () => 'one two three four five six seven eight nine ten.')])
    const call = await open()
    const leg = fakeAudioLeg(clock, 200)
    call.attach(leg)
    await clock.advance(1000)
    leg.frames.length = 0
    leg.emit({ type: 'text', text: 'go' })
    await clock.advance(2000)
    const start = leg.frames[0]?.atMs ?? Number.NaN
    expect(leg.frames).toHaveLength(50)
    for (const [index, frame] of leg.frames.entries()) {
      const dueMs = Math.max(0, index * 20 - 200)
      expect(frame.atMs - start).toBeGreaterThanOrEqual(dueMs)
      expect(frame.atMs - start).toBeLessThan(dueMs + 20)
    }
  })

  test('an interruption ends the line where it was heard and tells the engine the same', async () => {
    const engine = answering('first', () => 'one two three four five six seven eight nine ten.')
    const { clock, open, lines } = world([engine])
    const call = await open()
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(1000)
    leg.emit({ type: 'text', text: 'go' })
    await clock.advance(450)
    leg.emit({ type: 'interrupt' })
    await clock.advance(50)
    expect(lines().at(-1)).toBe('agent: one two three four —')
    expect(engine.inputs.at(-1)).toMatchObject({ type: 'interrupted', heard: 'one two three four' })
    const sent = leg.frames.length
    await clock.advance(2000)
    expect(leg.frames).toHaveLength(sent)
  })

  test('a new typed turn cuts the answer before it, also when its generation is over', async () => {
    const engine = echo()
    const { clock, open, lines } = world([engine])
    const call = await open()
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(1000)
    leg.emit({ type: 'text', text: 'tea' })
    await clock.advance(250)
    leg.emit({ type: 'text', text: 'coffee' })
    await clock.advance(4000)
    expect(lines()).toEqual([
      'agent: Hello there.',
      'visitor: tea',
      'agent: You said —',
      'visitor: coffee',
      'agent: You said coffee and I heard it well.',
    ])
    expect(engine.inputs.map((input) => input.type)).toEqual(['turn', 'interrupted', 'turn'])
  })

  test('a far end that never says how far it got still gets final lines', async () => {
    const { clock, open, lines } = world([echo()])
    const call = await open()
    const leg = fakeAudioLeg(clock)
    leg.echo = false
    call.attach(leg)
    await clock.advance(800)
    expect(lines()).toEqual(['agent: Hello there. …'])
    await clock.advance(200)
    expect(lines()).toEqual(['agent: Hello there.'])
  })

  test('a dropped line loses and repeats nothing', async () => {
    const { clock, open, lines } = world([answering('first', () => 'one two three four five six seven eight nine ten.')])
    const call = await open()
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(1000)
    leg.emit({ type: 'text', text: 'go' })
    await clock.advance(400)
    leg.room = false
    leg.emit({ type: 'detached' })
    const answer = leg.frames.at(-1)?.utterance ?? ''
    const ofAnswer = () => leg.frames.filter((frame) => frame.utterance === answer).length
    const before = ofAnswer()
    leg.lose(answer, 160)
    await clock.advance(10_000)
    expect(ofAnswer()).toBe(before)
    leg.room = true
    leg.emit({ type: 'attached' })
    await clock.advance(3000)
    // Eight frames were swallowed: exactly those are sent again, and then the rest.
    expect(ofAnswer()).toBe(50 + 8)
    expect(lines().at(-1)).toBe('agent: one two three four five six seven eight nine ten.')
    expect(call.status).toBe('connected')
  })

  test('a line that does not come back ends the call once', async () => {
    const { clock, open, log } = world([echo()])
    const call = await open()
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(1000)
    leg.emit({ type: 'detached' })
    await clock.advance(30_000)
    leg.emit({ type: 'attached' })
    call.hangUp('visitor')
    await call.closed
    expect(log.closes).toEqual([{ callId: call.id, status: 'completed', endReason: 'connection' }])
  })

  test('hanging up mid-word: the last line ends where the far end says it was heard', async () => {
    const { clock, open, lines, log } = world([answering('first', () => 'one two three four five six seven eight nine ten.')])
    const call = await open()
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(1000)
    leg.emit({ type: 'text', text: 'go' })
    await clock.advance(430)
    call.hangUp('visitor')
    leg.emit({ type: 'text', text: 'too late' })
    await clock.advance(10)
    await call.closed
    expect(lines().slice(-2)).toEqual(['visitor: go', 'agent: one two three four —'])
    expect(leg.cleared).toHaveLength(1)
    expect(log.types().at(-1)).not.toBe('turn')
  })

  test('nobody comes: the call fails and its book is closed', async () => {
    const { clock, open, log, calls } = world([echo()])
    await open()
    await clock.advance(60_000)
    expect(log.closes).toMatchObject([{ status: 'failed', endReason: 'connection' }])
    expect(calls.size).toBe(0)
  })

  test('keys: one of the menu acts at once, others are gathered', async () => {
    const engine = echo()
    const { clock, open } = world([engine])
    const call = await open({ keyMenu: [{ digit: '1', label: 'Hours' }] })
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(1000)
    leg.emit({ type: 'digits', digits: '1' })
    await clock.advance(50)
    expect(engine.inputs.at(-1)).toMatchObject({ type: 'turn', by: 'keys', text: '1' })
    leg.emit({ type: 'digits', digits: '4' })
    await clock.advance(1000)
    leg.emit({ type: 'digits', digits: '2' })
    await clock.advance(1300)
    expect(engine.inputs.at(-1)).toMatchObject({ type: 'turn', by: 'keys', text: '42' })
  })

  test('silence is asked about once, then ends the call after its goodbye was heard', async () => {
    const { clock, open, lines, log } = world([echo()])
    const call = await open({ limits: { silenceMs: 5000 } })
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(6500)
    expect(lines().at(-1)).toBe('agent: Are you still there?')
    await clock.advance(5000)
    expect(log.closes).toEqual([])
    await clock.advance(4000)
    expect(lines().at(-1)).toMatch(/^agent: I cannot hear from you.*Goodbye\.$/)
    expect(log.closes).toMatchObject([{ status: 'completed', endReason: 'deadline' }])
    expect(leg.closedWith).toBe('deadline')
  })

  test('the agent hangs up only after its goodbye was heard', async () => {
    const engine = scriptedEngine('first', (input, context) => {
      if (input.type !== 'turn') return
      context.emit({ type: 'text', utterance: input.utterance, text: 'Thank you and goodbye.' })
      context.emit({ type: 'hang-up' })
      context.emit({ type: 'done', utterance: input.utterance })
    })
    const { clock, open, log, lines } = world([engine])
    const call = await open()
    call.attach(fakeAudioLeg(clock))
    await clock.advance(1000)
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    leg.emit({ type: 'text', text: 'bye' })
    await clock.advance(300)
    expect(log.closes).toEqual([])
    await clock.advance(500)
    expect(lines().at(-1)).toBe('agent: Thank you and goodbye.')
    expect(log.closes).toMatchObject([{ status: 'completed', endReason: 'agent' }])
  })
})

describe('hand-over', () => {
  test('an engine that dies mid-sentence: the next answers with the context, and the log names it', async () => {
    const broken = scriptedEngine('first', (input, context) => {
      if (input.type !== 'turn') return
      context.emit({ type: 'text', utterance: input.utterance, text: 'The price is. And then ' })
      context.clock.after(150, () => context.emit({ type: 'failed', fault: { code: 'dropped', message: 'gone', retryable: true } }))
      context.clock.after(200, () => context.emit({ type: 'text', utterance: input.utterance, text: 'late words' }))
    })
    const second = answering('second', (text) => `Second answers ${text}.`)
    const { clock, open, lines, log } = world([broken, second])
    const call = await open()
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(1000)
    leg.emit({ type: 'text', text: 'price' })
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
    expect(broken.closed).toBe(1)
    expect(call.engine).toBe('second')
  })

  test('a stalled engine is left after its stated limit', async () => {
    const silent = scriptedEngine('first', () => undefined, { stallMs: 1500 })
    const { clock, open, lines } = world([silent, echo()], {})
    const call = await open({ fallbacks: ['first'] })
    expect(call.engine).toBe('first')
    call.hangUp('visitor')
    const other = answering('second', () => 'Here.')
    const again = world([silent, other])
    const next = await again.open()
    const leg = fakeAudioLeg(again.clock)
    next.attach(leg)
    await again.clock.advance(1000)
    leg.emit({ type: 'text', text: 'hm' })
    await again.clock.advance(1400)
    expect(next.engine).toBe('first')
    await again.clock.advance(300)
    expect(again.lines().at(-1)).toMatch(/^agent: Here\./)
    expect(lines()).toEqual([])
    await clock.advance(0)
  })

  test('an engine that cannot start is passed over; when none is left the line says so and ends', async () => {
    const refused = scriptedEngine('first', () => undefined, { start: () => Promise.reject(new Error('no')) })
    const { clock, open, log, lines } = world([refused])
    const call = await open()
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(12_000)
    expect(lines().at(-1)).toMatch(/technical problem/)
    expect(log.closes).toMatchObject([{ status: 'failed', endReason: 'error' }])
  })

  test('no engine can run: the call is not opened', async () => {
    const off = scriptedEngine('first', () => undefined, { availability: () => ({ ok: false, missing: 'GEMINI_API_KEY' }) })
    await expect(world([off]).open()).rejects.toMatchObject({ code: 'provider_unavailable' })
  })
})

test('a typed call needs no sound', async () => {
  const { clock, open, lines } = world([echo()])
  const call = await open({}, 'text')
  const leg = fakeTextLeg()
  const states: string[] = []
  call.feed.listen((event: FeedEvent) => event.type === 'state' && states.push(event.state))
  call.attach(leg)
  await clock.advance(10)
  leg.emit({ type: 'text', text: 'tea' })
  await clock.advance(10)
  expect(lines()).toEqual(['agent: Hello there.', 'visitor: tea', 'agent: You said tea and I heard it well.'])
  expect(states).toEqual(['speaking', 'listening', 'thinking', 'speaking', 'listening'])
})

test('a typed call waits twenty times as long before it asks', async () => {
  const { clock, open, lines } = world([echo()])
  const call = await open({ limits: { silenceMs: 5000 } }, 'text')
  call.attach(fakeTextLeg())
  await clock.advance(99_000)
  expect(lines()).toEqual(['agent: Hello there.'])
  await clock.advance(2000)
  expect(lines().at(-1)).toBe('agent: Are you still there?')
})

test('a client tool runs once, answers or times out, and an interruption does not run it again', async () => {
  const results: unknown[] = []
  const engine = scriptedEngine('first', (input, context) => {
    if (input.type !== 'turn') return
    const use = { id: 'use-1', name: 'look', arguments: { at: 'lamp' } }
    for (let twice = 0; twice < 2; twice++) void context.useTool(use, context.signal).then((result) => results.push(result))
  })
  const { clock, open } = world([engine])
  const call = await open({ tools: [{ name: 'look', description: 'looks' }] })
  const asked: string[] = []
  call.feed.listen((event: FeedEvent) => event.type === 'tool' && asked.push(event.id))
  const leg = fakeAudioLeg(clock)
  call.attach(leg)
  await clock.advance(1000)
  leg.emit({ type: 'text', text: 'look' })
  await clock.advance(50)
  leg.emit({ type: 'interrupt' })
  expect(call.toolResult('use-1', { seen: true })).toBe(true)
  await clock.advance(50)
  expect(asked).toEqual(['use-1'])
  expect(results).toEqual([{ seen: true }, { seen: true }])
  expect(call.toolResult('use-1', 'again')).toBe(false)
})

test('drain says goodbye on every call and stores them all', async () => {
  const { clock, open, calls, log } = world([echo()])
  const legs = await Promise.all(
    [0, 1, 2].map(async () => {
      const call = await open()
      const leg = fakeAudioLeg(clock)
      call.attach(leg)
      return leg
    }),
  )
  await clock.advance(1000)
  const drained = calls.drain(8000)
  await clock.advance(8000)
  await drained
  expect(calls.size).toBe(0)
  expect(log.closes).toHaveLength(3)
  expect(legs.map((leg) => leg.closedWith)).toEqual(['operator', 'operator', 'operator'])
})

test('a thousand calls leave nothing behind', async () => {
  const { clock, open, calls } = world([echo()])
  for (let round = 0; round < 1000; round++) {
    const call = await open()
    const leg = fakeAudioLeg(clock)
    if (round % 4 !== 0) call.attach(leg)
    if (round % 2 === 0) await clock.advance(30)
    leg.emit({ type: 'text', text: 'tea' })
    call.hangUp(round % 3 === 0 ? 'visitor' : 'operator')
    await call.closed
  }
  await clock.advance(120_000)
  expect(calls.size).toBe(0)
  expect(clock.waiting).toBe(0)
})
