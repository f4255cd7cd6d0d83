import { COMMON_PHRASES } from '../gemini-live/known-phrases.ts'
import { SpeechEar } from '../gemini-live/speech-ear.ts'
import { PHONE_HZ } from '../phones/beat.ts'
import type { Speech } from '../speech/speech.ts'

/** Silence that ends what somebody says. */
const END_MS = 700
/** Speech of this length takes the word. */
const TAKES_WORD_MS = 200

export interface RelayEarEvents {
  began(): void
  /** It was long enough to interrupt. */
  took(): void
  /** `text` is empty where nothing of it is known. */
  said(text: string): void
  failed(error: unknown): void
}

/** Hears what the phone says: one of the phrases that it was taught, as `hints` teach the real one words. */
export class RelayEar {
  readonly #ear: SpeechEar
  readonly #events: RelayEarEvents
  #speakingMs = -1

  constructor(o: { speech: Speech; phrases: readonly string[]; endSilenceMs?: number; events: RelayEarEvents }) {
    const { events, speech } = o
    this.#events = events
    speech.learn([...COMMON_PHRASES, ...o.phrases]).catch(events.failed)
    this.#ear = new SpeechEar(
      { silenceDurationMs: o.endSilenceMs ?? END_MS },
      {
        begun: (detectorMs) => {
          this.#speakingMs = detectorMs
          events.began()
        },
        ended: ({ samples, voicedMs }) => {
          this.#speakingMs = -1
          if (voicedMs < TAKES_WORD_MS) return events.said('')
          speech.hear(samples).then((heard) => events.said(heard?.text ?? ''), events.failed)
        },
      },
    )
  }

  /** The next 20 ms from the phone. */
  push(frame: Int16Array): void {
    this.#ear.push(frame, PHONE_HZ)
    if (this.#speakingMs < 0 || this.#speakingMs >= TAKES_WORD_MS) return
    this.#speakingMs += 20
    if (this.#speakingMs >= TAKES_WORD_MS) this.#events.took()
  }

  close(): void {
    this.#ear.close()
  }
}
