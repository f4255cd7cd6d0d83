import fc from 'fast-check'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { fakeAudioLeg, scriptedEngine, world } from './fakes.test-kit.ts'
import { Passage } from './passage.ts'
import { closeSpeech, frames, quiet, speech } from './turns/clips.test-kit.ts'

afterAll(closeSpeech)
afterEach(() => vi.restoreAllMocks())

const spoken = frames(await speech('Wait, that is not what I meant.'))
const silent = frames(quiet(20))[0] as Uint8Array

type Deed =
  | { do: 'speak' | 'hush' | 'wait'; frames: number }
  | { do: 'answers' | 'said' | 'sound' | 'done' | 'interrupted'; utterance: string; ms: number }
  | { do: 'mute' | 'unmute' | 'type' | 'hold' | 'go on' | 'listen' | 'leave' | 'fail' | 'new leg' | 'say' }

const utterance = fc.constantFrom('u1', 'u1', 'u1', 'u2')
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('speak', 'hush', 'wait'), frames: fc.integer({ min: 1, max: 100 }) }) },
  // Long enough for what is said to end, for silences and for who waits in vain.
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), frames: fc.integer({ min: 100, max: 400 }) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('answers', 'said', 'sound', 'sound', 'sound', 'done', 'interrupted'),
      utterance,
      ms: fc.integer({ min: 1, max: 30 }).map((times) => times * 10),
    }),
  },
  fc.record({ do: fc.constantFrom('mute', 'unmute', 'type', 'hold', 'go on', 'listen', 'leave', 'fail', 'new leg', 'say') }),
)

/** Ids are made anew each time: told by their order. */
function inOrder(outcome: object): string {
  const ids = new Map<string, string>()
  const json = JSON.stringify(outcome, (_, value) => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value), 1)
  return json.replace(/[0-9a-f]{32}/g, (id) => {
    if (!ids.has(id)) ids.set(id, `id ${ids.size}`)
    return ids.get(id) ?? id
  })
}

/** Everything that comes of it, at both ends, in the log and for who listens. */
async function outcome(deeds: readonly Deed[]): Promise<string> {
  const live = (name: string) =>
    scriptedEngine(name, () => undefined, { hears: 'audio', speaks: 'audio', speaksHz: 24_000, stallMs: 60_000 })
  const engines = [live('one'), live('two')]
  const { calls: _, clock, lines, log, open } = world(engines)
  const call = await open({ turns: { interruptible: true } })
  const legs = [fakeAudioLeg(clock)]
  const leg = () => legs.at(-1) as (typeof legs)[0]
  call.attach(leg())
  await clock.advance(1000)
  const emit = (event: Parameters<(typeof engines)[0]['contexts'][0]['emit']>[0]) =>
    engines
      .flatMap(({ contexts }) => contexts)
      .at(-1)
      ?.emit(event)
  const overheard: number[] = []
  let leave: (() => void) | undefined
  let place = 0
  for (const deed of deeds) {
    switch (deed.do) {
      case 'speak':
      case 'hush':
        for (let at = 0; at < deed.frames; at++) {
          leg().emit({ type: 'audio', bytes: deed.do === 'speak' ? (spoken[place++ % spoken.length] as Uint8Array) : silent })
          await clock.advance(20)
        }
        break
      case 'wait':
        await clock.advance(deed.frames * 20)
        break
      case 'answers':
      case 'done':
      case 'interrupted':
        emit({ type: deed.do, utterance: deed.utterance })
        break
      case 'said':
        emit({ type: 'said', utterance: deed.utterance, text: ` word${deed.ms}` })
        break
      case 'sound':
        emit({ type: 'audio', utterance: deed.utterance, bytes: new Uint8Array(deed.ms * 48).fill(deed.ms) })
        break
      case 'mute':
      case 'unmute':
        leg().emit({ type: 'muted', muted: deed.do === 'mute' })
        break
      case 'type':
        leg().emit({ type: 'text', text: 'And then?' })
        break
      case 'hold':
      case 'go on':
        call.holdBack(deed.do === 'hold', 'Ravi')
        break
      case 'listen':
        leave ??= call.desk.listen({
          hearsOperator: true,
          frame: (bytes) => overheard.push(bytes.reduce((sum, byte) => sum + byte, 0)),
          levels: () => undefined,
        })
        break
      case 'leave':
        leave?.()
        leave = undefined
        break
      case 'fail':
        emit({ type: 'failed', fault: { code: 'dropped', message: 'gone', retryable: true } })
        break
      case 'new leg':
        legs.push(fakeAudioLeg(clock))
        call.attach(leg())
        break
      case 'say':
        call.say('One moment.')
    }
    await clock.advance(0)
  }
  await clock.advance(500)
  call.hangUp('visitor')
  await clock.advance(5000)
  await call.closed
  const sent = legs.map(({ frames: told, marks, cleared }) => ({ told, marks, cleared }))
  return inOrder({ heard: engines.map(({ inputs }) => inputs), sent, lines: lines(), events: log.events, overheard })
}

test('whatever happens in a call, the short ways change nothing', async () => {
  let short = 0
  const { hearsAlone, speaksNow } = Passage.prototype
  const shortened = () => {
    vi.spyOn(Passage.prototype, 'hearsAlone').mockImplementation(function (this: Passage, ...given) {
      short += 1
      hearsAlone.apply(this, given)
    })
    vi.spyOn(Passage.prototype, 'speaksNow').mockImplementation(function (this: Passage, ...given) {
      short += 1
      speaksNow.apply(this, given)
    })
  }
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 5, maxLength: 40 }), async (deeds) => {
      vi.restoreAllMocks()
      shortened()
      const byShortWays = await outcome(deeds)
      vi.spyOn(Passage.prototype, 'hearsAlone').mockReturnValue()
      vi.spyOn(Passage.prototype, 'speaksNow').mockReturnValue()
      expect(byShortWays).toEqual(await outcome(deeds))
    }),
    { numRuns: 300 },
  )
  // It would be easy to take none.
  expect(short).toBeGreaterThan(100)
})

/** A call whose engine answers in its own voice, and is heard on the short way. */
async function answered() {
  const engine = scriptedEngine('live', () => undefined, { hears: 'audio', speaks: 'audio', speaksHz: 24_000, stallMs: 60_000 })
  const { clock, open } = world([engine])
  const call = await open()
  const leg = fakeAudioLeg(clock)
  call.attach(leg)
  await clock.advance(2000)
  const hear = async (...sounds: Uint8Array[]) => {
    for (const bytes of sounds) {
      leg.emit({ type: 'audio', bytes })
      await clock.advance(20)
    }
  }
  const emit = engine.contexts[0]?.emit ?? (() => undefined)
  emit({ type: 'answers', utterance: 'u1' })
  emit({ type: 'audio', utterance: 'u1', bytes: new Uint8Array(48 * 5000) })
  await clock.advance(100)
  leg.echo = false
  await hear(silent, silent)
  return { call, clock, emit, engine, hear, leg }
}

test('once its engine lets itself be interrupted, the visitor is listened to again', async () => {
  const { clock, emit, engine, hear } = await answered()
  emit({ type: 'interrupted', utterance: 'u1' })
  await clock.advance(0)
  await hear(...spoken, ...frames(quiet(2000)))
  await clock.advance(6000)
  expect(engine.inputs.map(({ type }) => type)).toContain('unanswered')
})

test('who is muted is not heard, however long', async () => {
  const { engine, hear, leg } = await answered()
  const before = engine.inputs.length
  leg.emit({ type: 'muted', muted: true })
  await hear(...spoken)
  const heard = engine.inputs.slice(before).flatMap((input) => (input.type === 'audio' ? [...input.bytes] : []))
  expect([heard.length > 0, heard.every((byte) => byte === 0)]).toEqual([true, true])
})

test('nothing is heard of who speaks into a goodbye', async () => {
  const { call, clock, engine, hear } = await answered()
  call.sayGoodbye('agent')
  await clock.advance(100)
  const before = engine.inputs.filter(({ type }) => type === 'audio').length
  await hear(...spoken)
  expect(engine.inputs.filter(({ type }) => type === 'audio').length).toBe(before)
})

test('whoever comes back on another line is heard at its rate', async () => {
  const { call, clock, emit, engine } = await answered()
  const leg = fakeAudioLeg(clock)
  call.attach({ ...leg, input: { ...leg.input, sampleRateHz: 8000 }, listen: leg.listen })
  emit({ type: 'audio', utterance: 'u1', bytes: new Uint8Array(48 * 100) })
  leg.emit({ type: 'audio', bytes: new Uint8Array(320) })
  expect(engine.inputs.at(-1)).toEqual({ type: 'audio', bytes: new Uint8Array(320), sampleRateHz: 8000 })
})
