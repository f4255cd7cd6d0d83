import { createResampler } from '../speech/resample.ts'
import { ACTIVITY_HZ, createVoiceActivity } from '../speech/voice-activity.ts'
import { FRAME_MS, PHONE_HZ } from './beat.ts'

/** Hears whether somebody speaks on the line, frame by frame. */
export interface Ear {
  /** One frame; answers how long there has been voice, or silence, up to now. */
  hears(frame: Int16Array): { speaking: boolean; forMs: number }
  close(): void
}

/** Words have gaps: silence is what lasts longer. */
const GAP_MS = 300

export function createEar(): Ear {
  const up = createResampler(PHONE_HZ, ACTIVITY_HZ)
  const activity = createVoiceActivity()
  const wanted = (ACTIVITY_HZ * FRAME_MS) / 1000
  let left = new Int16Array(0)
  let speaking = false
  let forMs = 0
  let gapMs = 0
  return {
    hears(frame) {
      const more = up.push(frame)
      const samples = new Int16Array(left.length + more.length)
      samples.set(left)
      samples.set(more, left.length)
      const whole = samples.length >= wanted
      const voiced = whole && activity.voiced(samples.slice(0, wanted))
      left = whole ? samples.slice(wanted) : samples
      forMs += FRAME_MS
      if (voiced) gapMs = 0
      else gapMs += FRAME_MS
      if (voiced !== speaking && (voiced || gapMs > GAP_MS)) {
        speaking = voiced
        forMs = voiced ? FRAME_MS : gapMs
      }
      return { speaking, forMs }
    },
    close() {
      up.close()
      activity.close()
    },
  }
}
