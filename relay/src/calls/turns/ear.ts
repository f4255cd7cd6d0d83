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

interface EarOptions {
  clock: Clock
  thresholds: () => Thresholds
  /** Gets the detector's events, as the sound comes. */
  onSpeech: (event: SpeechEvent) => void
}

export function createEar(o: EarOptions): Ear {
  return new SpeechEar(o)
}

class SpeechEar implements Ear {
  hearsSpeech = false
  lastVoiceMs: number | undefined = undefined
  readonly #o: EarOptions
  #detector: VoiceActivity | undefined = undefined
  #sampleRateHz = 0
  #hearing: Hearing = SILENT
  /** Time by the sound itself: a line that stalls and then sends in one go does not make a word longer or shorter. */
  #soundMs = Number.NEGATIVE_INFINITY

  constructor(o: EarOptions) {
    this.#o = o
  }

  push(bytes: Uint8Array, sampleRateHz: number) {
    for (const voiced of this.#detectorFor(sampleRateHz).push(bytes)) {
      const arrivedMs = this.#o.clock.monotonicMs()
      if (voiced) this.lastVoiceMs = arrivedMs
      this.#soundMs = arrivedMs - this.#soundMs > LOST_MS ? arrivedMs : this.#soundMs + ACTIVITY_FRAME_MS
      // Silence after silence: most of a call.
      if (!voiced && this.#hearing.is === 'silent') continue
      const frame = { voiced, nowMs: this.#soundMs, frameMs: ACTIVITY_FRAME_MS }
      const [next, event] = hearFrame(this.#hearing, frame, this.#o.thresholds())
      this.#become(next)
      if (event) this.#o.onSpeech(event)
    }
  }
  reset() {
    const was = this.#hearing
    this.#become(SILENT)
    this.#detector?.reset()
    // Whoever waits for the end of what was being said is told.
    if (was.is === 'speech' || was.is === 'taken') {
      this.#o.onSpeech({ type: was.is === 'speech' ? 'passed' : 'ended', sinceMs: was.sinceMs, endedMs: was.lastMs })
    }
  }
  forget() {
    this.#become(SILENT)
    this.lastVoiceMs = undefined
  }
  close() {
    this.#detector?.close()
    this.#detector = undefined
    this.#become(SILENT)
  }

  #detectorFor(sampleRateHz: number): VoiceActivity {
    if (this.#detector !== undefined && this.#sampleRateHz === sampleRateHz) return this.#detector
    this.#detector?.close()
    this.#sampleRateHz = sampleRateHz
    this.#detector = createVoiceActivity(sampleRateHz)
    return this.#detector
  }
  #become(next: Hearing) {
    this.#hearing = next
    this.hearsSpeech = next.is === 'speech' || next.is === 'taken'
  }
}
