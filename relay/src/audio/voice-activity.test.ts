import { describe, expect, it } from 'vitest'
import { bytesOf, tone } from './signals.test-kit.ts'
import { createVoiceActivity } from './voice-activity.ts'

const HZ = 16_000
const FRAME = HZ / 50

/** A low rumble of this loudness: a fan, a road. */
const rumble = (amplitude: number, ms: number) => {
  const samples = (ms * HZ) / 1000
  const parts = [90, 127, 173, 211].map((hz) => tone(hz, HZ, samples, amplitude))
  return Int16Array.from({ length: samples }, (_, at) => parts.reduce((sum, part) => sum + (part[at] ?? 0), 0) / 4)
}
/** A vowel: a buzz of 120 Hz with its overtones. */
const vowel = (amplitude: number, ms: number) => {
  const samples = (ms * HZ) / 1000
  const parts = Array.from({ length: 12 }, (_, at) => tone(120 * (at + 1), HZ, samples, amplitude / (1 + at / 3)))
  return Int16Array.from({ length: samples }, (_, at) => parts.reduce((sum, part) => sum + (part[at] ?? 0), 0) / 6)
}
const voicedMs = (frames: readonly boolean[]) => frames.filter(Boolean).length * 20

describe('voice activity', () => {
  it('takes what a stream begins with for its room, also after digital silence', () => {
    for (const lead of [new Int16Array(0), new Int16Array(FRAME * 10)]) {
      const activity = createVoiceActivity(HZ)
      activity.push(bytesOf(lead))
      expect(voicedMs(activity.push(bytesOf(rumble(700, 3000)))), `after ${lead.length} zeros`).toBeLessThanOrEqual(40)
      expect(voicedMs(activity.push(bytesOf(vowel(6000, 600)))), 'a voice in it').toBeGreaterThan(400)
      activity.close()
    }
  })

  it('hears a voice right away, and not what is quieter than any room', () => {
    const activity = createVoiceActivity(HZ)
    activity.push(bytesOf(rumble(20, 200)))
    expect(voicedMs(activity.push(bytesOf(vowel(3000, 600))))).toBeGreaterThan(400)
    activity.reset()
    activity.push(bytesOf(rumble(20, 200)))
    expect(voicedMs(activity.push(bytesOf(vowel(30, 600))))).toBe(0)
    activity.close()
  })
})
