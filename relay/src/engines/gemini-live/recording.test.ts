import { expect, onTestFinished, test } from 'vitest'
import { hearAlone } from '../../calls/hear-alone.ts'
import { TestClock } from '../../clock.test-kit.ts'
import { rounds, silent, testPersona } from '../conformance.test-kit.ts'
import { createLiveFarEnd, type FarSocket, generated, heardWords, voice } from './far-end.test-kit.ts'
import { geminiLive } from './index.ts'

/** A recording is given at once, long before its connection stands. */

const RATE_HZ = 8000
const isSound = (frame: FarSocket['sent'][number]) => frame.realtimeInput?.audio !== undefined
const soundOf = ({ sent }: FarSocket) => Buffer.concat(sent.map((frame) => Buffer.from(frame.realtimeInput?.audio?.data ?? '', 'base64')))

/** Forty seconds of a voice, no two samples in a row alike. */
const recording = new Uint8Array(Int16Array.from({ length: 40 * RATE_HZ }, (_, at) => 1000 + (at % 30_011)).buffer)

async function world() {
  const far = await createLiveFarEnd(() => 'silence')
  onTestFinished(() => far.close())
  const engine = geminiLive({
    apiKey: 'k',
    model: 'gemini-3.8-live',
    baseUrl: far.url,
    apiVersion: 'v1beta',
    textRoute: 'auto',
    logger: silent,
  })
  const clock = new TestClock()
  const { signal } = new AbortController()
  const words = hearAlone(
    engine,
    { sampleRateHz: RATE_HZ, bytes: recording },
    { callId: 'c_1', persona: testPersona, language: 'en', clock, signal },
  )
  return {
    words,
    /** The nth connection, once it is accepted after a while and begins to hear. */
    async accepted(nth: number) {
      const socket = await far.socket(nth)
      await socket.until((frame) => frame.setup !== undefined)
      await clock.advance(3000)
      await rounds()
      expect(socket.sent.filter(isSound)).toEqual([])
      socket.say({ setupComplete: {} })
      await socket.until(isSound)
      return socket
    },
    /** It answers, so that nothing more comes, and all that came is there. */
    async answers(socket: FarSocket) {
      socket.say(heardWords('Where is my lamp?', true))
      socket.say(voice('I shall look.'))
      socket.say(generated)
      await socket.closed
    },
  }
}

function expectWhole(sound: Buffer) {
  expect((sound.length / 2 / RATE_HZ) * 1000).toBe(42_000)
  expect(sound.subarray(0, recording.length).equals(recording)).toBe(true)
  expect(sound.subarray(recording.length).every((byte) => byte === 0)).toBe(true)
}

test('a recording is heard whole, its beginning too, and silence behind it', async () => {
  const { accepted, answers, words } = await world()
  const one = await accepted(1)
  await answers(one)
  expectWhole(soundOf(one))
  expect(await words).toBe('Where is my lamp?')
})

test('and whole again by the next connection, when the first was lost with it', async () => {
  const { accepted, answers, words } = await world()
  const one = await accepted(1)
  one.drop()
  const two = await accepted(2)
  await answers(two)
  expectWhole(soundOf(two))
  expect(await words).toBe('Where is my lamp?')
})
