import { afterAll, describe, expect, test } from 'vitest'
import { answering, fakeAudioLeg, scriptedEngine, world } from '../fakes.test-kit.ts'
import type { Engine, EngineEvent } from '../ports.ts'
import { closeSpeech, frames, quiet, speech } from './clips.test-kit.ts'

/** A second of an engine's own voice. */
const SECOND = new Uint8Array(24_000 * 2)
const WORD = SECOND.subarray(0, 24 * 2 * 100)

const SPEAKS: Partial<Engine> = { hears: 'audio', speaks: 'audio', speaksHz: 24_000 }

async function inACall(persona: Record<string, unknown> = {}, fallback?: Engine) {
  const engine = scriptedEngine('live', () => undefined, SPEAKS)
  const made = world(fallback ? [engine, fallback] : [engine])
  const call = await made.open(persona)
  const leg = fakeAudioLeg(made.clock)
  call.attach(leg)
  await made.clock.advance(1000)
  const emit = (...events: EngineEvent[]) => {
    for (const event of events) engine.contexts.at(-1)?.emit(event)
  }
  /** Ten words of 100 ms each, each with its sound, all at once. */
  const answer = (utterance: string) => {
    emit({ type: 'answers', utterance })
    for (let at = 0; at < 10; at++) emit({ type: 'said', utterance, text: ` word${at}` }, { type: 'audio', utterance, bytes: WORD })
    emit({ type: 'done', utterance })
  }
  return { ...made, call, engine, leg, emit, answer }
}

const TEN = 'word0 word1 word2 word3 word4 word5 word6 word7 word8 word9'

describe('an engine that hears and speaks itself', () => {
  test('is given the sound at the leg’s own rate, silence while muted', async () => {
    const { engine, leg } = await inACall()
    leg.emit({ type: 'audio', bytes: new Uint8Array(640).fill(7) })
    leg.emit({ type: 'muted', muted: true })
    leg.emit({ type: 'audio', bytes: new Uint8Array(640).fill(7) })
    expect(engine.inputs).toEqual([
      { type: 'audio', bytes: new Uint8Array(640).fill(7), sampleRateHz: 16_000 },
      { type: 'audio', bytes: new Uint8Array(640), sampleRateHz: 16_000 },
    ])
  })

  test('both sides’ words stand in the order they were said, though the visitor’s come late', async () => {
    const { clock, emit, answer, lines, leg } = await inACall()
    answer('u1')
    emit({ type: 'heard', id: 'h1', text: 'What is', final: false })
    await clock.advance(200)
    emit({ type: 'heard', id: 'h1', text: 'What is it?', final: true })
    await clock.advance(2000)
    expect(lines()).toEqual(['agent: Hello there.', 'visitor: What is it?', `agent: ${TEN}`])
    expect(leg.frames.filter(({ utterance }) => utterance === 'u1')).toHaveLength(50)
  })

  test('its own interruption silences it, also when it had said all: the line ends where it was heard, and it is told', async () => {
    const { clock, emit, answer, lines, engine, leg } = await inACall()
    answer('u1')
    await clock.advance(450)
    emit({ type: 'interrupted', utterance: 'u1' })
    expect(leg.cleared).toEqual(['u1'])
    await clock.advance(50)
    expect(lines().at(-1)).toBe('agent: word0 word1 word2 word3 —')
    expect(engine.inputs.at(-1)).toEqual({ type: 'interrupted', utterance: 'u1', heard: 'word0 word1 word2 word3' })
    const sent = leg.frames.length
    emit({ type: 'audio', utterance: 'u1', bytes: WORD })
    await clock.advance(1000)
    expect(leg.frames).toHaveLength(sent)
  })

  test('a new answer ends the one before it, and the greeting, without waiting', async () => {
    const { clock, answer, lines, leg } = await inACall({ greeting: 'one two three four five six seven eight nine ten eleven twelve.' })
    answer('u1')
    await clock.advance(300)
    answer('u2')
    await clock.advance(2000)
    expect(lines()).toEqual(['agent: one two three four five six seven eight nine ten —', 'agent: word0 word1 word2 —', `agent: ${TEN}`])
    expect(leg.cleared).toHaveLength(2)
  })

  test('who cut the disclosure short hears it before the first answer', async () => {
    const { clock, answer, lines, leg } = await inACall({ disclosure: 'I am an AI and always will be one, so to speak, indeed.' })
    expect(lines()[0]).toMatch(/ …$/)
    leg.emit({ type: 'interrupt' })
    await clock.advance(20)
    answer('u1')
    await clock.advance(5000)
    expect(
      lines()
        .filter((line) => line.startsWith('agent'))
        .slice(1),
    ).toEqual(['agent: I am an AI and always will be one, so to speak, indeed.', `agent: ${TEN}`])
  })

  test('the goodbye that it says after asking to hang up is heard before the call ends', async () => {
    const { clock, emit, answer, lines, log } = await inACall()
    emit({ type: 'hang-up' })
    await clock.advance(500)
    answer('u1')
    await clock.advance(2500)
    expect(lines().at(-1)).toBe(`agent: ${TEN}`)
    expect(log.closes).toMatchObject([{ status: 'completed', endReason: 'agent' }])
  })

  test('the goodbye may have come before; nothing more is waited for than four seconds', async () => {
    const { clock, emit, log } = await inACall()
    emit({ type: 'hang-up' })
    await clock.advance(3900)
    expect(log.closes).toEqual([])
    await clock.advance(300)
    expect(log.closes).toMatchObject([{ endReason: 'agent' }])
  })

  test('every answer is timed in its parts', async () => {
    const { clock, answer, log } = await inACall()
    answer('u1')
    await clock.advance(3000)
    const timed = log.events.filter(({ type }) => type === 'turn.timed').map(({ payload }) => payload)
    expect(timed).toEqual([{ utterance: 'u1', by: 'speech', engineMs: 0, voiceMs: 0, lineMs: 0, totalMs: 0 }])
  })
})

describe('while an engine that hears speaks itself', () => {
  afterAll(closeSpeech)

  async function talking() {
    const made = await inACall({ limits: { silenceMs: 60_000 } })
    const say = async (clip: Uint8Array) => {
      for (const bytes of frames(clip)) {
        made.leg.emit({ type: 'audio', bytes })
        await made.clock.advance(20)
      }
    }
    const kinds = () => made.engine.inputs.filter(({ type }) => type !== 'audio').map(({ type }) => type)
    return { ...made, say, kinds, sentence: await speech('Could you tell me where my order is now, please?') }
  }

  test('whoever speaks over it is left to it; afterwards they are listened for again', async () => {
    const { clock, emit, answer, say, kinds, sentence } = await talking()
    await say(quiet(500))
    emit({ type: 'answers', utterance: 'u1' })
    emit({ type: 'audio', utterance: 'u1', bytes: new Uint8Array(SECOND.length * 6).fill(9) }, { type: 'done', utterance: 'u1' })
    await say(sentence)
    await clock.advance(12_000)
    expect(kinds()).toEqual([])
    answer('u2')
    await clock.advance(3000)
    await say(sentence)
    await say(quiet(1500))
    await clock.advance(6000)
    expect(kinds()).toEqual(['unanswered'])
  })

  test('what it answers is over with its first word, and a later answer is not timed by it', async () => {
    const { clock, answer, say, kinds, log, sentence } = await talking()
    await say(quiet(500))
    await say(sentence.subarray(0, 32 * 1500))
    answer('u1')
    await say(quiet(1500))
    await clock.advance(8000)
    expect(kinds()).toEqual([])
    answer('u2')
    await clock.advance(3000)
    const timed = log.events.filter(({ type }) => type === 'turn.timed').map(({ payload }) => payload?.endpointMs)
    expect(timed).toEqual([expect.any(Number), undefined])
    expect(timed[0]).toBeLessThan(300)
  })
})

describe('when the engine that hears is lost', () => {
  const fault = { code: 'dropped' as const, message: 'gone', retryable: true }

  test('the next one answers what was asked, and the visitor is told that they are not heard', async () => {
    const text = answering('text', (question) => `About ${question}`)
    const { clock, emit, lines, call } = await inACall({}, text)
    const told: unknown[] = []
    call.feed.listen((event) => event.type === 'error' && told.push(event.code))
    emit({ type: 'heard', id: 'h1', text: 'lamps', final: false }, { type: 'failed', fault })
    await clock.advance(8000)
    expect(told).toEqual(['cannot_hear'])
    expect(text.inputs).toMatchObject([{ type: 'turn', text: 'lamps', by: 'speech' }])
    expect(lines()).toEqual([
      'agent: Hello there.',
      'visitor: lamps …',
      'agent: I am sorry, I cannot hear you just now. Please type, and I will answer.',
      'agent: About lamps',
    ])
  })

  test('amid an answer: it ends there, the question is asked anew', async () => {
    const text = answering('text', (question) => `About ${question}`)
    const { clock, emit, lines } = await inACall({}, text)
    emit({ type: 'heard', id: 'h1', text: 'lamps', final: true }, { type: 'answers', utterance: 'u1' })
    emit({ type: 'said', utterance: 'u1', text: ' The lamps' }, { type: 'audio', utterance: 'u1', bytes: SECOND })
    emit({ type: 'said', utterance: 'u1', text: ' are' }, { type: 'audio', utterance: 'u1', bytes: SECOND })
    await clock.advance(1300)
    emit({ type: 'failed', fault })
    await clock.advance(8000)
    expect(lines().filter((line) => /lamps/.test(line))).toEqual(['visitor: lamps', 'agent: The lamps —', 'agent: About lamps'])
  })

  test('nothing is known of the question: the floor is the visitor’s again', async () => {
    const text = answering('text', () => 'Yes.')
    const { clock, emit, call } = await inACall({}, text)
    const states: string[] = []
    emit({ type: 'answers', utterance: 'u1' })
    call.feed.listen((event) => event.type === 'state' && states.push(event.state))
    emit({ type: 'failed', fault })
    await clock.advance(8000)
    expect(text.inputs).toEqual([])
    expect(states.at(-1)).toBe('listening')
  })
})
