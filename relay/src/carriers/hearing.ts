import type { Clock } from '../calls/ports.ts'

/** Utterances that are kept in mind; one or two are on their way at a time. */
const UTTERANCES = 8
/** A far end that tells no mark is not to fill the memory. */
const MARKS = 256

/**
 * How much of what was sent was heard. Far ends do not say it at `clear`: their marks come back when the sound before them was played,
 * so the last one and the time since tell it. Sound that was cleared and sent again counts again.
 */
export interface Hearing {
  sent(utterance: string, ms: number): void
  /** A mark behind all that was sent of this utterance; returns the name it has on the wire. */
  mark(utterance: string, name: string): string
  /** The mark came back; undefined when it is none of ours, or belongs to what was cleared. */
  played(wireName: string): { utterance: string; name: string } | undefined
  /** What waits at the far end is dropped. Ms heard of this utterance in all; undefined when no mark of it has come back. */
  cleared(utterance: string): number | undefined
}

interface Heard {
  sentMs: number
  /** Heard for certain, and since when more is; none while all that was sent was heard. */
  known: { ms: number; atMs: number } | undefined
  /** A mark of it has come back: the far end tells them. */
  told: boolean
}

interface Mark {
  readonly utterance: string
  readonly name: string
  readonly ms: number
}

export function createHearing(clock: Clock): Hearing {
  return new HeardByMarks(clock)
}

class HeardByMarks implements Hearing {
  /** What is being sent, and how much of it has come since anything else was asked: frames touch these alone. */
  #sending: string | undefined
  #sentMs: number
  #heard: Heard | undefined
  #numbered: number
  readonly #clock: Clock
  readonly #utterances: Map<string, Heard>
  readonly #marks: Map<string, Mark>

  constructor(clock: Clock) {
    this.#sending = undefined
    this.#sentMs = 0
    this.#heard = undefined
    this.#numbered = 0
    this.#clock = clock
    this.#utterances = new Map()
    this.#marks = new Map()
  }

  sent(utterance: string, ms: number): void {
    if (utterance !== this.#sending) this.#begin(utterance)
    this.#sentMs += ms
  }

  mark(utterance: string, name: string): string {
    this.#numbered += 1
    const wireName = `m${this.#numbered}`
    this.#marks.set(wireName, { utterance, name, ms: this.#of(utterance).sentMs })
    dropOldest(this.#marks, MARKS)
    return wireName
  }

  played(wireName: string): Mark | undefined {
    const mark = this.#marks.get(wireName)
    if (!mark) return undefined
    this.#marks.delete(wireName)
    const heard = this.#utterances.get(mark.utterance)
    if (heard) {
      heard.known = { ms: mark.ms, atMs: this.#clock.monotonicMs() }
      heard.told = true
    }
    return mark
  }

  cleared(utterance: string): number | undefined {
    for (const [wireName, mark] of this.#marks) if (mark.utterance === utterance) this.#marks.delete(wireName)
    const heard = this.#of(utterance)
    const { known } = heard
    if (known) heard.sentMs = Math.min(heard.sentMs, known.ms + this.#clock.monotonicMs() - known.atMs)
    heard.known = undefined
    return heard.told ? heard.sentMs : undefined
  }

  #begin(utterance: string) {
    const heard = this.#of(utterance)
    heard.known ??= { ms: heard.sentMs, atMs: this.#clock.monotonicMs() }
    this.#sending = utterance
    this.#heard = heard
  }

  /** With all that was sent of it; the next frame asks again whose it is. */
  #of(utterance: string): Heard {
    if (this.#heard) this.#heard.sentMs += this.#sentMs
    this.#sentMs = 0
    this.#sending = undefined
    this.#heard = undefined
    const known = this.#utterances.get(utterance)
    if (known) return known
    const heard: Heard = { sentMs: 0, known: undefined, told: false }
    this.#utterances.set(utterance, heard)
    dropOldest(this.#utterances, UTTERANCES)
    return heard
  }
}

function dropOldest(map: Map<string, unknown>, most: number) {
  if (map.size <= most) return
  const [oldest] = map.keys()
  if (oldest !== undefined) map.delete(oldest)
}
