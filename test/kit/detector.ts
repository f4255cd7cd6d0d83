import { createEar } from '../../relay/src/calls/turns/ear.ts'
import { TestClock } from '../../relay/src/clock.test-kit.ts'
import { bytesOf, resampled } from '../clips/wav.ts'
import type { Recording } from './ear.ts'

const HZ = 16_000
const FRAME_MS = 20

/**
 * When the relay's own detector, given just this sound, would know of each speech in it: ms on the recording's clock. What passes
 * between this and silence at the ear is no fault of the detector's.
 */
export async function heardSpeech(recording: Recording, thresholds: Parameters<typeof createEar>[0]['thresholds']): Promise<number[]> {
  const whole = Int16Array.from(recording.samples, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))))
  const samples = resampled(whole, recording.sampleRate, HZ)
  const clock = new TestClock()
  const found: number[] = []
  let nowMs = recording.beganMs
  const ear = createEar({ clock, thresholds, onSpeech: ({ type }) => type === 'began' && found.push(nowMs) })
  const frame = (HZ * FRAME_MS) / 1000
  for (let at = 0; at + frame <= samples.length; at += frame) {
    nowMs = recording.beganMs + ((at + frame) * 1000) / HZ
    await clock.advance(FRAME_MS)
    ear.push(bytesOf(samples.slice(at, at + frame)), HZ)
  }
  ear.close()
  return found
}
