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

export function createHearing(clock: Clock): Hearing {
  const utterances = new Map<string, Heard>()
  const marks = new Map<string, { utterance: string; name: string; ms: number }>()
  let numbered = 0
  /** Asked for last, as nearly every frame asks again. */
  let newest: { utterance: string; heard: Heard } | undefined

  function of(utterance: string): Heard {
    if (newest?.utterance === utterance) return newest.heard
    const heard = find(utterance)
    newest = { utterance, heard }
    return heard
  }
  function find(utterance: string): Heard {
    const known = utterances.get(utterance)
    if (known) return known
    const heard: Heard = { sentMs: 0, known: undefined, told: false }
    utterances.set(utterance, heard)
    dropOldest(utterances, UTTERANCES)
    return heard
  }
  const heardMs = (sentMs: number, known: { ms: number; atMs: number }) => Math.min(sentMs, known.ms + clock.monotonicMs() - known.atMs)

  return {
    sent(utterance, ms) {
      const heard = of(utterance)
      heard.known ??= { ms: heard.sentMs, atMs: clock.monotonicMs() }
      heard.sentMs += ms
    },
    mark(utterance, name) {
      numbered += 1
      const wireName = `m${numbered}`
      marks.set(wireName, { utterance, name, ms: of(utterance).sentMs })
      dropOldest(marks, MARKS)
      return wireName
    },
    played(wireName) {
      const mark = marks.get(wireName)
      if (!mark) return undefined
      marks.delete(wireName)
      const heard = utterances.get(mark.utterance)
      if (heard) Object.assign(heard, { known: { ms: mark.ms, atMs: clock.monotonicMs() }, told: true })
      return mark
    },
    cleared(utterance) {
      for (const [wireName, mark] of marks) if (mark.utterance === utterance) marks.delete(wireName)
      const heard = of(utterance)
      heard.sentMs = heard.known ? heardMs(heard.sentMs, heard.known) : heard.sentMs
      heard.known = undefined
      return heard.told ? heard.sentMs : undefined
    },
  }
}

function dropOldest(map: Map<string, unknown>, most: number) {
  if (map.size <= most) return
  const [oldest] = map.keys()
  if (oldest !== undefined) map.delete(oldest)
}
