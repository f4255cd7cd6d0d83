import { UNINTELLIGIBLE } from '../responder.ts'
import type { Detection } from './client-frames.ts'
import type { Dialogue } from './dialogue.ts'
import type { Live } from './live.ts'
import type { LiveSession } from './session.ts'
import type { SessionStage } from './session-stage.ts'
import { type Speech, SpeechEar } from './speech-ear.ts'

/** Shorter than this, a sound that is no known phrase is a cough: nobody answers it. */
const COUGH_MS = 300

/** A session's ear: keeps what comes, finds speech in it, recognises it, and tells the dialogue. */
export class Hearing {
  readonly #session: LiveSession
  readonly #live: Live
  readonly #dialogue: Dialogue
  readonly #stage: SessionStage
  readonly #ear: SpeechEar
  #recognising = 0

  constructor(session: LiveSession, live: Live, detection: Detection, dialogue: Dialogue, stage: SessionStage) {
    this.#session = session
    this.#live = live
    this.#dialogue = dialogue
    this.#stage = stage
    this.#ear = new SpeechEar(detection, { begun: (detectorMs) => this.#begun(detectorMs), ended: (speech) => this.#ended(speech) })
  }

  audio(bytes: Uint8Array, rateHz: number): void {
    const { record, atMs } = this.#session
    record.firstAudioMs ??= atMs
    const { keepAudio, keepAudioMs } = this.#live.settings
    record.audio.add(bytes, rateHz, keepAudio ? keepAudioMs : 0)
    // A copy: a view of 16-bit samples must not begin at an odd address.
    const whole = Uint8Array.from(bytes.subarray(0, bytes.length & ~1))
    this.#ear.push(new Int16Array(whole.buffer), rateHz)
  }

  /** The client's own word that speech begins or ends; also the end of its stream. */
  activity(speaking: boolean): void {
    if (speaking) this.#ear.begin()
    else this.#ear.end()
  }

  /** Somebody speaks, or is being understood. */
  get busy(): boolean {
    return this.#ear.speaking || this.#recognising > 0
  }

  close(): void {
    this.#ear.close()
  }

  #begun(detectorMs: number): void {
    this.#session.record.speech.push({ begunMs: this.#session.atMs, detectorMs })
    this.#dialogue.interrupt()
  }

  #ended(speech: Speech): void {
    const { record, atMs } = this.#session
    const noted = record.speech.at(-1)
    if (noted) Object.assign(noted, { endedMs: atMs, voicedMs: speech.voicedMs })
    this.#recognising++
    this.#recognise(speech).catch((error: unknown) => this.#stage.failed(error))
  }

  async #recognise(speech: Speech): Promise<void> {
    const heard = await this.#live.speech.hear(speech.samples)
    this.#recognising--
    const { record, atMs } = this.#session
    if (record.closed) return
    // Who speaks on is answered when they have ended.
    const more = this.busy
    if (!heard && speech.voicedMs < COUGH_MS) return more ? undefined : this.#dialogue.answer()
    const text = heard?.text ?? UNINTELLIGIBLE
    record.transcriptions.push({
      atMs,
      text,
      known: heard !== undefined,
      ...(heard && { distance: Number(heard.distance.toFixed(3)), voice: heard.voice }),
    })
    this.#stage.transcribed(text)
    this.#dialogue.said(text, more)
  }
}
