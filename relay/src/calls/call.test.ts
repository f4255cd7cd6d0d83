import { describe, expect, test } from 'vitest'
import { answering, fakeAudioLeg, fakeTextLeg, fakeVoice, scriptedEngine, world } from './fakes.test-kit.ts'
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

  test('the greeting is made while the socket is still being connected, and names what the call knows', async () => {
    const voice = fakeVoice()
    const { clock, open, lines } = world([echo()], { voice })
    const persona = { disclosure: 'You talk with an AI.', greeting: 'Hello {{ name }}{{unknown}}. How can I help?' }
    const call = await open(persona, 'voice', { name: 'Asha' })
    expect(voice.spoken).toEqual(['You talk with an AI.', 'Hello Asha.', 'How can I help?'])
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(0)
    expect(leg.frames.length).toBeGreaterThan(0)
    await clock.advance(3000)
    expect(voice.spoken).toHaveLength(3)
    expect(lines()).toEqual(['agent: You talk with an AI. Hello Asha. How can I help?'])
  })

  test('a greeting that could not be prepared is made when it is wanted', async () => {
    const good = fakeVoice()
    let attempts = 0
    const voice: typeof good = {
      ...good,
      async *speak(...asked) {
        attempts += 1
        if (attempts === 1) throw new Error('not yet')
        yield* good.speak(...asked)
      },
    }
    const { clock, open, lines, log } = world([echo()], { voice })
    const call = await open()
    await clock.advance(10)
    call.attach(fakeAudioLeg(clock))
    await clock.advance(1000)
    expect(lines()).toEqual(['agent: Hello there.'])
    expect(log.types()).not.toContain('voice.failed')
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

describe('that an AI speaks', () => {
  const opened = async () => {
    const w = world([answering('first', () => 'Here you are.')])
    const call = await w.open({ disclosure: 'I am an AI agent.' })
    const leg = fakeAudioLeg(w.clock)
    call.attach(leg)
    return { ...w, leg }
  }

  test('is heard with the first answer by whoever cut it short', async () => {
    const { clock, leg, lines } = await opened()
    await clock.advance(150)
    leg.emit({ type: 'text', text: 'tea' })
    await clock.advance(3000)
    leg.emit({ type: 'text', text: 'more' })
    await clock.advance(3000)
    expect(lines().filter((line) => line.startsWith('agent'))).toEqual([
      'agent: I am —',
      'agent: I am an AI agent. Here you are.',
      'agent: Here you are.',
    ])
  })

  test('is not said again to who heard it', async () => {
    const { clock, leg, lines } = await opened()
    await clock.advance(3000)
    leg.emit({ type: 'text', text: 'tea' })
    await clock.advance(3000)
    expect(lines().at(-1)).toBe('agent: Here you are.')
  })
})

test('what is typed in one breath is one turn', async () => {
  const engine = echo()
  const { clock, open, lines } = world([engine])
  const call = await open()
  const leg = fakeAudioLeg(clock)
  call.attach(leg)
  await clock.advance(1000)
  for (const text of ['one', 'two', 'three']) leg.emit({ type: 'text', text })
  await clock.advance(3000)
  expect(engine.inputs.filter((input) => input.type === 'turn').map((input) => input.type === 'turn' && input.text)).toEqual([
    'one\ntwo\nthree',
  ])
  expect(lines().filter((line) => line.startsWith('visitor'))).toEqual(['visitor: one', 'visitor: two', 'visitor: three'])
})
