import { createResampler, joinSamples, type Resampler } from '../speech/resample.ts'
import { ACTIVITY_HZ, createVoiceActivity, FRAME, FRAME_MS, type VoiceActivity } from '../speech/voice-activity.ts'
import type { Detection } from './client-frames.ts'

/** One stretch of speech, at 16 kHz. */
export interface Speech {
  samples: Int16Array
  /** How much of it was voice. */
  voicedMs: number
}

export interface EarEvents {
  /** `detectorMs`: how much speech had come when it was taken for speech. */
  begun(detectorMs: number): void
  ended(speech: Speech): void
}

const DEFAULT_SILENCE_MS = 500
const QUICK_SILENCE_MS = 300
const BEFORE_MS = 300
const LONGEST_MS = 60_000
/** Voiced frames among the last ones that make a beginning. */
const START = { HIGH: { voiced: 3, of: 5 }, LOW: { voiced: 7, of: 10 } }

/** Finds speech in a stream of audio of any rate; time is what the samples say, however they are sent. */
export class SpeechEar {
  readonly #events: EarEvents
  readonly #manual: boolean
  readonly #silenceFrames: number
  readonly #start: { voiced: number; of: number }
  readonly #activity: VoiceActivity = createVoiceActivity()
  #resampler: Resampler = createResampler(ACTIVITY_HZ, ACTIVITY_HZ)
  #rateHz = ACTIVITY_HZ
  #rest: Int16Array = new Int16Array(0)
  #state: 'quiet' | 'speaking' = 'quiet'
  #recent: boolean[] = []
  #kept: Int16Array[] = []
  #voiced = 0
  #silent = 0

  constructor(detection: Detection, events: EarEvents) {
    this.#events = events
    this.#manual = detection.disabled === true
    const byDefault = detection.endOfSpeechSensitivity === 'END_SENSITIVITY_HIGH' ? QUICK_SILENCE_MS : DEFAULT_SILENCE_MS
    this.#silenceFrames = Math.max(1, Math.ceil((detection.silenceDurationMs ?? byDefault) / FRAME_MS))
    this.#start = detection.startOfSpeechSensitivity === 'START_SENSITIVITY_LOW' ? START.LOW : START.HIGH
  }

  get speaking(): boolean {
    return this.#state === 'speaking'
  }

  push(samples: Int16Array, rateHz: number): void {
    if (rateHz !== this.#rateHz) {
      this.#resampler.close()
      this.#resampler = createResampler(rateHz, ACTIVITY_HZ)
      this.#rateHz = rateHz
    }
    const all = joinSamples([this.#rest, this.#resampler.push(samples)])
    let at = 0
    for (; at + FRAME <= all.length; at += FRAME) this.#frame(all.subarray(at, at + FRAME))
    this.#rest = all.slice(at)
  }

  /** The client says so itself, when detection is off. */
  begin(): void {
    if (this.#state === 'speaking') return
    this.#state = 'speaking'
    this.#kept = []
    this.#voiced = this.#silent = 0
    this.#events.begun(0)
  }

  /** No more audio comes for now: what was being said has ended. */
  end(): void {
    if (this.#state === 'quiet') return
    this.#state = 'quiet'
    const samples = joinSamples(this.#kept)
    this.#kept = []
    this.#recent = []
    this.#events.ended({ samples, voicedMs: this.#voiced * FRAME_MS })
  }

  close(): void {
    this.#activity.close()
    this.#resampler.close()
    this.#kept = []
  }

  #frame(frame: Int16Array): void {
    const voiced = this.#activity.voiced(frame)
    if (this.#kept.length * FRAME_MS < LONGEST_MS) this.#kept.push(frame.slice())
    if (this.#state === 'speaking') {
      if (voiced) this.#voiced++
      this.#silent = voiced ? 0 : this.#silent + 1
      if (!this.#manual && this.#silent >= this.#silenceFrames) this.end()
      return
    }
    if (this.#kept.length * FRAME_MS > BEFORE_MS) this.#kept.shift()
    if (this.#manual) return
    this.#recent = [...this.#recent.slice(1 - this.#start.of), voiced]
    const count = this.#recent.filter(Boolean).length
    if (count < this.#start.voiced) return
    this.#state = 'speaking'
    this.#voiced = count
    this.#silent = 0
    this.#events.begun((this.#recent.length - this.#recent.indexOf(true)) * FRAME_MS)
  }
}
