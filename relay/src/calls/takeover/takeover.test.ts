import { afterAll, describe, expect, test } from 'vitest'
import { answering, fakeAudioLeg, fakeTextLeg, scriptedEngine, world } from '../fakes.test-kit.ts'
import type { FeedEvent } from '../feed.ts'
import { closeSpeech, frames, quiet, speech } from '../turns/clips.test-kit.ts'

const ASHA = { id: 'asha', name: 'Asha' }
const TAKING = 'A colleague of mine is taking over now.'
const BACK = 'You are back with me, the assistant. How can I help you further?'
const LOST = 'I am sorry, my colleague has lost the connection. I am the assistant again, and I will go on from here.'
/** One frame of 20 ms at 16 kHz, loud. */
const FRAME = new Uint8Array(640).fill(40)
const TEN = 'one two three four five six seven eight nine ten.'

afterAll(closeSpeech)

async function spoken(engine = answering('first', () => TEN)) {
  const { calls: _, ...rest } = world([engine])
  const call = await rest.open()
  const told: FeedEvent[] = []
  call.feed.listen((event) => void told.push(event))
  const leg = fakeAudioLeg(rest.clock)
  call.attach(leg)
  await rest.clock.advance(1000)
  return { ...rest, call, leg, told, engine }
}

describe('taking over', () => {
  test('silences the agent at once, tells the visitor, and the line is as heard', async () => {
    const { call, clock, leg, lines, told } = await spoken()
    leg.emit({ type: 'text', text: 'count' })
    await clock.advance(400)
    expect(leg.cleared).toEqual([])
    call.desk.take(ASHA, { reason: 'angry' })
    // Nothing was awaited: the far end is told before anything else happens.
    expect(leg.cleared).toHaveLength(1)
    expect(call).toMatchObject({ ai: 'off', heldBy: ASHA })
    call.desk.sit()
    await clock.advance(1500)
    expect(lines()).toEqual(['agent: Hello there.', 'visitor: count', 'agent: one two three four —', `agent: ${TAKING}`])
    expect(told.filter(({ type }) => type === 'ai' || type === 'speaker')).toMatchObject([
      { type: 'speaker', who: 'agent' },
      { type: 'ai', ai: 'off' },
      { type: 'speaker', who: 'operator', name: 'Asha' },
    ])
  })

  test('keeps the agent silent whatever is asked, and hears on: what is said is written down', async () => {
    const { call, clock, engine, leg, lines } = await spoken()
    call.desk.take(ASHA, {})
    call.desk.sit()?.write('I am Asha.')
    leg.emit({ type: 'text', text: 'are you a person' })
    await clock.advance(60_000)
    expect(engine.inputs.filter(({ type }) => type === 'turn')).toEqual([])
    expect(lines()).toEqual(expect.arrayContaining(['operator: I am Asha.', 'visitor: are you a person']))
  })

  test('an engine that hears goes on transcribing, its answers are not said, and its tools do nothing', async () => {
    const results: unknown[] = []
    const ear = scriptedEngine(
      'ear',
      (input, { emit, useTool }) => {
        if (input.type !== 'audio') return
        emit({ type: 'heard', id: 'h', text: 'a word', final: true })
        emit({ type: 'answers', utterance: 'u' })
        emit({ type: 'audio', utterance: 'u', bytes: new Uint8Array(960) })
        void useTool({ id: 't', name: 'end_call', arguments: {} }, AbortSignal.any([])).then((result) => results.push(result))
      },
      { hears: 'audio', speaks: 'audio', speaksHz: 24_000 },
    )
    const { call, clock, leg, lines } = await spoken(ear)
    call.desk.take(ASHA, {})
    call.desk.sit()
    await clock.advance(3000)
    const sent = leg.frames.length
    leg.emit({ type: 'audio', bytes: FRAME })
    await clock.advance(1000)
    expect(lines()).toContain('visitor: a word')
    expect(leg.frames).toHaveLength(sent)
    expect(results).toMatchObject([{ error: expect.stringContaining('A person of the house') }])
    expect(call.endReason).toBeUndefined()
  })

  test('the operator is heard once the sentence was heard, frame by frame in the leg’s format', async () => {
    const { call, clock, leg } = await spoken()
    call.desk.take(ASHA, {})
    const seat = call.desk.sit()
    seat?.sound(FRAME, 16_000)
    await clock.advance(3000)
    const before = leg.frames.length
    const startMs = clock.monotonicMs()
    for (let n = 0; n < 50; n++) {
      seat?.sound(FRAME, 16_000)
      await clock.advance(20)
    }
    const sent = leg.frames.slice(before)
    expect(sent.length).toBeGreaterThan(46)
    // Its sound had to be 20 ms long before it was a frame.
    expect((sent[0]?.atMs ?? 0) - startMs).toBeLessThanOrEqual(60)
    expect(new Set(sent.map(({ utterance }) => utterance)).size).toBe(1)
    expect(sent.slice(1).every(({ atMs }, at) => atMs - (sent[at]?.atMs ?? 0) === 20)).toBe(true)
  })

  test('whoever listens hears nothing more of the agent either: what the far end dropped is dropped for them', async () => {
    const { call, clock, leg } = await spoken()
    let loudest = 0
    const frame = (bytes: Uint8Array) => {
      loudest = Math.max(loudest, ...new Int16Array(bytes.slice().buffer))
    }
    call.desk.listen({ hearsOperator: true, frame, levels: () => undefined })
    leg.emit({ type: 'text', text: 'count' })
    await clock.advance(300)
    expect(loudest).toBeGreaterThan(0)
    leg.emit({ type: 'interrupt' })
    loudest = 0
    await clock.advance(1000)
    expect(loudest).toBe(0)
  })

  test('holding the agent back means nothing meanwhile, and is over when the call is given back', async () => {
    const { call, clock } = await spoken()
    call.holdBack(true, 'ben')
    call.desk.take(ASHA, {})
    call.holdBack(false, 'ben')
    expect(call.ai).toBe('off')
    await clock.advance(3000)
    call.desk.giveBack()
    expect(call.ai).toBe('active')
  })

  test('an agent that fails meanwhile ends nothing: it says so once it has the visitor again', async () => {
    const failing = scriptedEngine('first', (input, { emit }) => {
      if (input.type === 'context') emit({ type: 'failed', fault: { code: 'dropped', message: 'gone', retryable: true } })
    })
    const { call, clock, leg, lines } = await spoken(failing)
    call.desk.take(ASHA, {})
    const seat = call.desk.sit()
    await clock.advance(3000)
    leg.emit({ type: 'context', text: 'they look at lamps' })
    await clock.advance(20_000)
    seat?.write('I am here.')
    expect([call.heldBy, lines().at(-1)]).toEqual([ASHA, 'operator: I am here.'])
    call.desk.giveBack()
    await clock.advance(20_000)
    expect(call.endReason).toBe('error')
    expect(lines().at(-1)).toContain('I have a technical problem')
  })

  test('two never hold it, and the same one asking again holds it once', async () => {
    const { call, log } = await spoken()
    expect(call.desk.take(ASHA, {})).toBeDefined()
    expect(call.desk.take({ id: 'ben', name: 'Ben' }, {})).toBeUndefined()
    expect(call.desk.take(ASHA, {})).toBeDefined()
    expect(call.heldBy).toEqual(ASHA)
    expect(log.types().filter((type) => type === 'takeover.began')).toHaveLength(1)
  })
})

describe('giving back', () => {
  test('the engine learns what was said and what is left, the visitor that the assistant is back, and it goes on', async () => {
    const { call, clock, engine, leg, lines, told } = await spoken()
    call.desk.take(ASHA, {})
    const seat = call.desk.sit()
    await clock.advance(3000)
    seat?.write('The code is MANGO.')
    leg.emit({ type: 'text', text: 'thank you' })
    expect(call.desk.giveBack('They are a guest.')).toBe(true)
    expect(call).toMatchObject({ ai: 'active', heldBy: undefined })
    await clock.advance(3000)
    expect(engine.inputs.filter(({ type }) => type === 'briefing')).toEqual([
      {
        type: 'briefing',
        by: 'Asha',
        leaves: 'They are a guest.',
        said: [
          { role: 'agent', text: TAKING },
          { role: 'operator', text: 'The code is MANGO.' },
          { role: 'visitor', text: 'thank you' },
        ],
      },
    ])
    expect(told.findLast(({ type }) => type === 'speaker')).toMatchObject({ who: 'agent', name: 'Mira' })
    expect(lines().at(-1)).toBe(`agent: ${BACK}`)
    // What was said to the operator is not answered now.
    expect(engine.inputs.some(({ type }) => type === 'turn')).toBe(false)
    leg.emit({ type: 'text', text: 'and now' })
    await clock.advance(3000)
    expect(engine.inputs.filter(({ type }) => type === 'turn')).toMatchObject([{ text: 'and now' }])
    expect(call.desk.giveBack()).toBe(false)
  })

  test('an operator who is lost is waited for, then the agent goes on with a sentence', async () => {
    const { call, clock, lines } = await spoken()
    call.desk.take(ASHA, {})
    const first = call.desk.sit()
    await clock.advance(3000)
    first?.leave()
    await clock.advance(4900)
    const again = call.desk.sit()
    await clock.advance(10_000)
    expect(call.heldBy).toEqual(ASHA)
    // The socket before does not speak for the one after it.
    first?.leave()
    await clock.advance(10_000)
    expect(call.heldBy).toEqual(ASHA)
    again?.leave()
    await clock.advance(4900)
    expect(call.heldBy).toEqual(ASHA)
    await clock.advance(3100)
    expect(call.heldBy).toBeUndefined()
    expect(lines().at(-1)).toContain('agent: I am sorry, my colleague')
    await clock.advance(6000)
    expect(lines().at(-1)).toBe(`agent: ${LOST}`)
    expect(call.desk.takeovers).toMatchObject([{ by: 'asha', endedBy: 'connection' }])
  })

  test('who never comes loses it, and so does who may not any more', async () => {
    const { call, clock } = await spoken()
    call.desk.take(ASHA, {})
    await clock.advance(34_000)
    expect(call.desk.takeovers).toMatchObject([{ endedBy: 'connection' }])
    call.desk.take(ASHA, {})
    call.desk.sit()
    await clock.advance(3000)
    call.desk.lose()
    expect(call).toMatchObject({ ai: 'active', heldBy: undefined })
  })

  test('with the call it ends, and says nothing', async () => {
    const { call, clock, lines, log } = await spoken()
    call.desk.take(ASHA, {})
    const seat = call.desk.sit()
    await clock.advance(3000)
    call.hangUp('operator')
    await call.closed
    seat?.write('hello?')
    seat?.sound(FRAME, 16_000)
    expect(lines().at(-1)).toBe(`agent: ${TAKING}`)
    expect(log.events.find(({ type }) => type === 'takeover.ended')?.payload).toMatchObject({ by: 'asha', endedBy: 'call' })
    expect(log.closes).toMatchObject([{ endReason: 'operator' }])
  })

  test('of words alone: the operator types, and what comes is typed', async () => {
    const { clock, open, lines } = world([answering('first', () => 'yes')])
    const call = await open({}, 'text')
    const leg = fakeTextLeg()
    call.attach(leg)
    await clock.advance(10)
    call.desk.take(ASHA, {})
    await clock.advance(10)
    call.desk.sit()?.write('Hi.')
    await clock.advance(10)
    call.desk.giveBack()
    await clock.advance(10)
    expect(lines()).toEqual(['agent: Hello there.', `agent: ${TAKING}`, 'operator: Hi.', `agent: ${BACK}`])
  })
})

describe('what an operator says', () => {
  /** Hears the operator's frames in one session and the visitor's in another. */
  const hearing = () =>
    scriptedEngine(
      'ear',
      (input, { emit, persona }) => {
        if (input.type !== 'audio') return
        const who = persona.prompt.startsWith('You only listen') ? 'operator' : 'visitor'
        emit({ type: 'heard', id: `h-${who}`, text: `the ${who} speaks`, final: true })
        emit({ type: 'answers', utterance: `u-${who}` })
        emit({ type: 'audio', utterance: `u-${who}`, bytes: new Uint8Array(960) })
      },
      { hears: 'audio', speaks: 'audio', speaksHz: 24_000 },
    )
  test('is written down by a session of its own, where the agent’s engine hears', async () => {
    const engine = hearing()
    const { call, clock, leg, lines } = await spoken(engine)
    call.desk.take(ASHA, {})
    const seat = call.desk.sit()
    await clock.advance(3000)
    seat?.sound(FRAME, 16_000)
    leg.emit({ type: 'audio', bytes: FRAME })
    seat?.recognised('the page heard it too', true)
    await clock.advance(20)
    expect(lines()).toEqual(expect.arrayContaining(['operator: the operator speaks', 'visitor: the visitor speaks']))
    expect(lines().join()).not.toContain('the page heard')
    expect(engine.contexts.map(({ tools }) => tools.length > 0)).toEqual([true, false])
    call.desk.giveBack()
    await clock.advance(20)
    expect(engine.closed).toBe(1)
  })

  test('by their page’s recogniser; without either the transcript says that they spoke, and no more', async () => {
    const { call, clock, lines } = await spoken()
    call.desk.take(ASHA, {})
    const seat = call.desk.sit()
    await clock.advance(3000)
    for (const frame of frames(await speech('I am a person, and I can help you.'), quiet(1000))) {
      seat?.sound(frame, 16_000)
      await clock.advance(20)
    }
    expect(lines().at(-1)).toBe('operator: (spoken, not written down)')
    seat?.recognised('I can', false)
    expect(lines().at(-1)).toBe('operator: I can …')
    seat?.recognised('I can help.', true)
    seat?.recognised('One mo', false)
    call.desk.giveBack()
    await clock.advance(3000)
    expect(lines().filter((line) => line.startsWith('operator'))).toEqual([
      'operator: (spoken, not written down)',
      'operator: I can help.',
      'operator: One mo',
    ])
  })
})
