import type { Tap, Taps } from './listening/taps.ts'
import type { Hearer } from './ports.ts'

export interface Speaker {
  sound(bytes: Uint8Array): void
}

/**
 * What a call's frames need to know of it, in one object: they come fifty times a second and find everything else gone from the processor's
 * caches. Whoever takes a frame the long way, and sees that nothing but its end concerns it, shows the short way; whatever changes in the
 * call closes both.
 */
export class Passage implements Taps {
  visitor: Tap | undefined = undefined
  agent: Tap | undefined = undefined
  operator: Tap | undefined = undefined
  #hearer: Hearer | undefined = undefined
  #sampleRateHz = 0
  #speaker: Speaker | undefined = undefined
  #utterance: string | undefined = undefined
  readonly #theLongWay: (bytes: Uint8Array) => void

  /** @param theLongWay takes the visitor's sound while there is no short way */
  constructor(theLongWay: (bytes: Uint8Array) => void = () => undefined) {
    this.#theLongWay = theLongWay
  }

  /** The visitor's sound. */
  sound(bytes: Uint8Array): void {
    if (this.#hearer !== undefined && this.visitor === undefined) this.#hearer.sound(bytes, this.#sampleRateHz)
    else this.#theLongWay(bytes)
  }

  /** The sound of an answer. False when it has to go the long way. */
  answer(utterance: string, bytes: Uint8Array): boolean {
    if (this.#speaker === undefined || this.#utterance !== utterance) return false
    this.#speaker.sound(bytes)
    return true
  }

  /** Nobody but this one is to hear the visitor. */
  hearsAlone(hearer: Hearer, sampleRateHz: number): void {
    this.#hearer = hearer
    this.#sampleRateHz = sampleRateHz
  }

  /** This utterance has the floor. */
  speaksNow(utterance: string, speaker: Speaker): void {
    this.#utterance = utterance
    this.#speaker = speaker
  }

  /** Something changed. */
  close(): void {
    this.#hearer = undefined
    this.#speaker = undefined
    this.#utterance = undefined
  }
}
