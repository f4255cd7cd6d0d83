import { expect } from 'vitest'
import { CLIP_HZ, speak } from '../../clips/speech.ts'
import { resampled } from '../../clips/wav.ts'
import { fromInt16, likeness } from '../waveform.ts'

const PHONE_HZ = 8000

/** A telephone carries nothing above 4 kHz. */
export const onPhone = (words: string) => fromInt16(resampled(speak(words), CLIP_HZ, PHONE_HZ), PHONE_HZ)

/** How long the agent's voice takes to say it. */
export const spokenMs = (words: string) => (speak(words).length / CLIP_HZ) * 1000

/** These words are in that sound, without a gap. */
export function expectHeard(words: string, heard: ReturnType<typeof fromInt16>): void {
  const found = likeness(onPhone(words), heard)
  console.log(`${words.slice(0, 40)}: correlation ${found.correlation.toFixed(4)}, gap ${found.gapMs} ms, ${found.levelDb.toFixed(2)} dB`)
  expect(found.correlation, words).toBeGreaterThanOrEqual(0.95)
  expect(found.gapMs, words).toBeLessThanOrEqual(20)
  expect(Math.abs(found.levelDb), words).toBeLessThanOrEqual(2)
}
