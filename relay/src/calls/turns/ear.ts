import { ACTIVITY_FRAME_MS, createVoiceActivity, type VoiceActivity } from '../../audio/voice-activity.ts'
import type { Clock } from '../ports.ts'
import { type Hearing, hearFrame, SILENT, type SpeechEvent, type Thresholds } from './detector.ts'

/** Sound that is behind by more was never sent: the time in between was silence. */
const LOST_MS = 1000

/** Listens to the visitor's sound for speech. Costs nothing until sound comes. */
export interface Ear {
  /** PCM16LE mono at this rate. */
  push(bytes: Uint8Array, sampleRateHz: number): void
  /** Somebody is speaking just now. */
  readonly hearsSpeech: boolean
  /** When voice was last heard, on the clock's monotonic time; undefined before it ever was. */
  readonly lastVoiceMs: number | undefined
  /** Forgets what it was hearing (muted, media away). */
  reset(): void
  /** Forgets the speech it was hearing and its time, and tells nobody; the room's noise it still knows. */
  forget(): void
  close(): void
}

/** `onSpeech` gets the detector's events, as the sound comes. */
export function createEar(o: { clock: Clock; thresholds: () => Thresholds; onSpeech: (event: SpeechEvent) => void }): Ear {
  const { clock } = o
  let activity: { sampleRateHz: number; detector: VoiceActivity } | undefined
  let hearing: Hearing = SILENT
  /** Time by the sound itself: a line that stalls and then sends in one go does not make a word longer or shorter. */
  const sound = { ms: Number.NEGATIVE_INFINITY }

  function detectorFor(sampleRateHz: number): VoiceActivity {
    if (activity?.sampleRateHz === sampleRateHz) return activity.detector
    activity?.detector.close()
    activity = { sampleRateHz, detector: createVoiceActivity(sampleRateHz) }
    return activity.detector
  }
  function become(next: Hearing) {
    hearing = next
    ear.hearsSpeech = next.is === 'speech' || next.is === 'taken'
  }

  // Plain properties: getters would make each ear a slow object of its own shape.
  const ear = {
    hearsSpeech: false,
    lastVoiceMs: undefined as number | undefined,
    push(bytes: Uint8Array, sampleRateHz: number) {
      for (const voiced of detectorFor(sampleRateHz).push(bytes)) {
        const arrivedMs = clock.monotonicMs()
        if (voiced) ear.lastVoiceMs = arrivedMs
        sound.ms = arrivedMs - sound.ms > LOST_MS ? arrivedMs : sound.ms + ACTIVITY_FRAME_MS
        // Silence after silence: most of a call.
        if (!voiced && hearing.is === 'silent') continue
        const [next, event] = hearFrame(hearing, { voiced, nowMs: sound.ms, frameMs: ACTIVITY_FRAME_MS }, o.thresholds())
        become(next)
        if (event) o.onSpeech(event)
      }
    },
    reset() {
      const was = hearing
      become(SILENT)
      activity?.detector.reset()
      // Whoever waits for the end of what was being said is told.
      if (was.is === 'speech' || was.is === 'taken') {
        o.onSpeech({ type: was.is === 'speech' ? 'passed' : 'ended', sinceMs: was.sinceMs, endedMs: was.lastMs })
      }
    },
    forget() {
      become(SILENT)
      ear.lastVoiceMs = undefined
    },
    close() {
      activity?.detector.close()
      activity = undefined
      become(SILENT)
    },
  }
  return ear
}
