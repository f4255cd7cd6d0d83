import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FEATURE_HZ } from './features.ts'
import { joinSamples, resampled } from './resample.ts'
import { createSpeech, type VoiceName } from './speech.ts'

/** Recognition, as far as the sandbox needs it: Flite's voices, through whatever a line does to them. */

const speech = createSpeech()
const PHRASES = [
  'What does the Monsoon cost?',
  'What does the Kayal cost?',
  'What does the Veranda cost?',
  'Can I return a lamp?',
  'Can I exchange a lamp for another one?',
  'Do you wrap gifts?',
  'Do you repair lamps?',
  'Are you open today?',
  'Are you open on Sunday?',
  'Goodbye.',
]
beforeAll(() => speech.learn(PHRASES, ['slt', 'rms', 'awb', 'kal']))
afterAll(() => speech.close())

const say = (text: string, voice: VoiceName = 'slt') => speech.say(text, voice, FEATURE_HZ)
const clipped = (value: number) => Math.max(-32_768, Math.min(32_767, Math.round(value)))

/** White noise of that root mean square, the same in every run. */
function withNoise(samples: Int16Array, rms: number): Int16Array {
  let seed = 1
  return samples.map((sample) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return clipped(sample + rms * Math.sqrt(12) * (seed / 2_147_483_648 - 0.5))
  })
}

function between(samples: Int16Array, beforeMs: number, afterMs: number): Int16Array {
  const out = new Int16Array(samples.length + ((beforeMs + afterMs) * FEATURE_HZ) / 1000)
  out.set(samples, (beforeMs * FEATURE_HZ) / 1000)
  return out
}

/** A microphone that hears the low tones best. */
function muffled(samples: Int16Array): Int16Array {
  let low = 0
  return samples.map((sample) => {
    low += 0.4 * (sample - low)
    return Math.round(low)
  })
}

const LINES: Record<string, (samples: Int16Array) => Int16Array> = {
  'as it is': (samples) => samples,
  'by telephone': (samples) => resampled(resampled(samples, FEATURE_HZ, 8000), 8000, FEATURE_HZ),
  'at 44.1 kHz': (samples) => resampled(resampled(samples, FEATURE_HZ, 44_100), 44_100, FEATURE_HZ),
  'very softly': (samples) => samples.map((sample) => Math.round(sample / 20)),
  'too loud': (samples) => samples.map((sample) => clipped(sample * 2)),
  'in a noisy room': (samples) => withNoise(samples, 300),
  'through a dull microphone': muffled,
  'with silence around it': (samples) => withNoise(between(samples, 333, 500), 10),
  'without its first 40 ms': (samples) => samples.subarray(640),
}

describe.each(Object.entries(LINES))('%s', (_name, line) => {
  test.each(['slt', 'rms', 'awb', 'kal'] as const)('%s is understood', async (voice) => {
    for (const text of PHRASES) expect((await speech.hear(line(await say(text, voice))))?.text).toBe(text)
  })
})

test('several phrases in one breath are understood, a stranger among them spoils all', async () => {
  const rest = new Int16Array(FEATURE_HZ * 0.4)
  const [wrap, sunday, elephants] = await Promise.all(
    ['Do you wrap gifts?', 'Are you open on Sunday?', 'Seven green elephants.'].map((text) => say(text, 'kal')),
  )
  if (!wrap || !sunday || !elephants) throw new Error('nothing was spoken')
  expect((await speech.hear(joinSamples([wrap, rest, sunday])))?.text).toBe('Do you wrap gifts? Are you open on Sunday?')
  expect(await speech.hear(joinSamples([wrap, rest, elephants]))).toBeUndefined()
})

test('strangers are not taken for a phrase: other words, noise, tones, silence, nothing', async () => {
  for (const text of [
    'Who won the cricket match?',
    'Seven green elephants dance by the river.',
    'Turn left at the next corner.',
    'Please sing me a song.',
  ])
    for (const voice of ['slt', 'kal'] as const) expect([text, await speech.hear(await say(text, voice))]).toEqual([text, undefined])
  const tone = Int16Array.from({ length: 24_000 }, (_, n) => 8000 * Math.sin(n / 8))
  for (const samples of [withNoise(new Int16Array(24_000), 2000), tone, new Int16Array(24_000), new Int16Array(10), new Int16Array(0)])
    expect(await speech.hear(samples)).toBeUndefined()
})

test('spelling does not make two phrases', async () => {
  await speech.learn(['do you wrap gifts', 'Do you WRAP, gifts?!'])
  expect((await speech.hear(await say('Do you wrap gifts?')))?.text).toBe('Do you wrap gifts?')
})
