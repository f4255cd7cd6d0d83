import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createResampler, joinSamples, resampled } from './resample.ts'
import { createSpeech } from './speech.ts'

const tone = (hz: number, rateHz: number, ms: number) =>
  Int16Array.from({ length: (rateHz * ms) / 1000 }, (_, n) => Math.round(10_000 * Math.sin((2 * Math.PI * hz * n) / rateHz)))
const rms = (samples: Int16Array) => Math.sqrt(samples.reduce((sum, each) => sum + each * each, 0) / samples.length)

test('speaks at the rate that is wanted, and once for all who ask', async ({ onTestFinished }) => {
  const speech = createSpeech()
  onTestFinished(() => speech.close())
  const [at16, at24, again] = await Promise.all([16_000, 24_000, 24_000].map((hz) => speech.say('We open at ten.', 'slt', hz)))
  expect(at24).toBe(again)
  expect(at24?.length).toBe(Math.round(((at16?.length ?? 0) * 3) / 2))
  expect(rms(at24 ?? new Int16Array())).toBeGreaterThan(1500)
})

test('takes whatever text comes, and says nothing for what has no letters', async ({ onTestFinished }) => {
  const speech = createSpeech()
  onTestFinished(() => speech.close())
  for (const text of ['', '  ', '...', 'नमस्ते', '\u0000']) expect(await speech.say(text, 'slt', 16_000)).toHaveLength(0)
  for (const text of ['-voice kal', '--help', '<b>hi</b>', '%s %n', 'a'.repeat(300)])
    expect((await speech.say(text, 'slt', 16_000)).length).toBeGreaterThan(1000)
})

test('leaves no file behind, and no promise open when it closes', async () => {
  const files = () => readdirSync(tmpdir()).filter((name) => name.startsWith(`sandbox-flite-${process.pid}-`))
  const speech = createSpeech()
  await speech.say('Hello.', 'slt', 16_000)
  expect(files()).toEqual([])
  const open = speech.say('A sentence that nobody will hear any more.', 'slt', 16_000)
  const refused = expect(open).rejects.toThrow('ended')
  await speech.close()
  await refused
  await expect(speech.say('Hello again.', 'slt', 16_000)).rejects.toThrow('closed')
})

test('resampling keeps tones and levels, and does not care how the stream is cut', () => {
  for (const [from, to] of [
    [8000, 16_000],
    [24_000, 16_000],
    [44_100, 16_000],
    [48_000, 16_000],
    [16_000, 24_000],
  ] as const) {
    const whole = resampled(tone(440, from, 500), from, to)
    expect(whole).toHaveLength(to / 2)
    expect(rms(whole.subarray(to / 20, -to / 20)) / rms(tone(440, to, 500))).toBeCloseTo(1, 1)
  }
  const input = tone(700, 48_000, 300)
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 20 }), (sizes) => {
      const [once, pieces] = [createResampler(48_000, 16_000), createResampler(48_000, 16_000)]
      const out: Int16Array[] = []
      let at = 0
      for (const size of sizes) {
        out.push(pieces.push(input.subarray(at, at + size)))
        at += size
      }
      expect(joinSamples(out)).toEqual(once.push(input.subarray(0, at)))
      for (const each of [once, pieces]) each.close()
    }),
    { numRuns: 30 },
  )
  for (const hz of [0, 3999, 200_000, 8000.5, Number.NaN]) expect(() => createResampler(hz, 16_000)).toThrow(RangeError)
})
