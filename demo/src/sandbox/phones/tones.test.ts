import { expect, test } from 'vitest'
import { PHONE_HZ } from './beat.ts'
import vectors from './dtmf.vectors.json' with { type: 'json' }
import { isKey, keyTone } from './tones.ts'

/** Each key's two tones, as the vectors have them. */

const keys = vectors.grid.flatMap((row, at) =>
  [...row].map((key, column): [string, (number | undefined)[]] => [key, [vectors.low[at], vectors.high[column]]]),
)

/** How loud this tone is in these samples. */
function loudness(samples: Int16Array, hz: number): number {
  let [re, im] = [0, 0]
  for (const [at, sample] of samples.entries()) {
    re += sample * Math.cos((2 * Math.PI * hz * at) / PHONE_HZ)
    im += sample * Math.sin((2 * Math.PI * hz * at) / PHONE_HZ)
  }
  return Math.hypot(re, im)
}

test.each(keys)('the sandbox’s phones play key %s as %j Hz', (key, pair) => {
  const tone = keyTone(key)
  const byLoudness = [...vectors.low, ...vectors.high].sort((a, b) => loudness(tone, b) - loudness(tone, a))
  expect(byLoudness.slice(0, 2).sort((a, b) => a - b)).toEqual(pair)
})

test('there are no other keys', () => {
  expect(keys).toHaveLength(16)
  for (let code = 0; code < 256; code++) {
    const letter = String.fromCharCode(code)
    expect(isKey(letter)).toBe(keys.some(([key]) => key === letter))
  }
})
