import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { voice } from './live.test-kit.ts'
import { type Speech, SpeechEar } from './speech-ear.ts'

/** Where speech begins and ends, in a stream of samples. */

afterAll(() => voice.close())
const silence = (ms: number, rateHz = 16_000) => new Int16Array((ms * rateHz) / 1000)

function ear(detection: ConstructorParameters<typeof SpeechEar>[0] = {}) {
  const begun: number[] = []
  const ended: Speech[] = []
  const made = new SpeechEar(detection, { begun: (ms) => begun.push(ms), ended: (speech) => ended.push(speech) })
  const hear = (samples: Int16Array, rateHz = 16_000, at = rateHz / 50) => {
    for (let from = 0; from < samples.length; from += at) made.push(samples.subarray(from, from + at), rateHz)
  }
  return { made, begun, ended, hear }
}

describe('automatic detection', () => {
  test.each([
    [{}, 60, 500],
    [{ startOfSpeechSensitivity: 'START_SENSITIVITY_LOW', endOfSpeechSensitivity: 'END_SENSITIVITY_HIGH' }, 140, 300],
    [{ silenceDurationMs: 1200 }, 60, 1200],
  ] as const)('%j', async (detection, startMs, silenceMs) => {
    const { hear, begun, ended } = ear(detection)
    hear(silence(500))
    const said = await voice.say('Do you wrap gifts?', 'slt', 16_000)
    hear(said)
    expect(begun).toHaveLength(1)
    expect(begun[0]).toBeGreaterThanOrEqual(startMs)
    expect(begun[0]).toBeLessThanOrEqual(startMs + 80)
    hear(silence(silenceMs - 200))
    expect(ended).toHaveLength(0)
    hear(silence(300))
    expect(ended).toHaveLength(1)
    const kept = (ended[0]?.samples.length ?? 0) / 16
    expect(kept).toBeGreaterThan(said.length / 16 + silenceMs - 200)
    expect(kept).toBeLessThan(said.length / 16 + silenceMs + 500)
  })

  test('hears nobody in silence, in a room’s noise, in a click', () => {
    const { hear, begun } = ear()
    let seed = 7
    const noise = (ms: number, level: number) =>
      silence(ms).map(() => {
        seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
        return Math.round(level * (seed / 1_073_741_824 - 1))
      })
    hear(silence(2000))
    hear(noise(5000, 40))
    hear(Int16Array.from({ length: 160 }, () => 20_000))
    hear(silence(1000))
    expect(begun).toEqual([])
  })

  test('hears the same at every rate, however the stream is cut', async () => {
    const said = await voice.say('Are you open on Sunday?', 'rms', 48_000)
    const whole = new Int16Array(said.length + 2 * 48_000)
    whole.set(said, 24_000)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 9600 }), async (size) => {
        const { hear, begun, ended } = ear()
        hear(whole, 48_000, size)
        expect([begun.length, ended.length]).toEqual([1, 1])
      }),
      { numRuns: 8 },
    )
  })

  test('may be told that the stream ends, and goes on after it', async () => {
    const { made, hear, begun, ended } = ear()
    const said = await voice.say('Do you wrap gifts?', 'slt', 16_000)
    hear(said)
    made.end()
    made.end()
    hear(said)
    hear(silence(600))
    expect([begun.length, ended.length]).toEqual([2, 2])
  })
})

test('a client that detects by itself is taken at its word', async () => {
  const { made, hear, begun, ended } = ear({ disabled: true })
  hear(await voice.say('Do you wrap gifts?', 'slt', 16_000))
  expect(begun).toEqual([])
  made.begin()
  made.begin()
  hear(silence(3000))
  expect([begun, ended]).toEqual([[0], []])
  made.end()
  expect(ended).toHaveLength(1)
})
