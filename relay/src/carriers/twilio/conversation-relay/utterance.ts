import type { Clock } from '../../../calls/ports.ts'
import { isAllHeard, type Place, placeAfter, placeByCount, UNHEARD } from './heard.ts'

/** What the far end says at this pace, as far as nothing better is known. */
const LETTER_MS = 70
/** From the words to their first sound. */
const START_MS = 400

/** One utterance on its way to a far end that speaks. */
export interface RelayUtterance {
  readonly utterance: string
  text: string
  /** Letters given to the far end. */
  given: number
  /** Its last word is known, and that it is the last was said. */
  last: boolean
  lastGiven: boolean
  place: Place
  /** Since when it may be heard. */
  sinceMs: number | undefined
  /** The far end said that it speaks, since it was given this. */
  sounds: boolean
}

export const newUtterance = (utterance: string): RelayUtterance => ({
  utterance,
  text: '',
  given: 0,
  last: false,
  lastGiven: false,
  place: UNHEARD,
  sinceMs: undefined,
  sounds: false,
})

/** Words that were played move the place on. False when they are of something said before. */
export function wasPlayed(one: RelayUtterance, told: string, o: { clock: Clock; before: readonly string[] }): boolean {
  const given = one.text.slice(0, one.given)
  const place = placeAfter(given, one.place, told)
  if (!place && o.before.some((text) => placeAfter(text, UNHEARD, told))) return false
  one.place = place ?? placeByCount(given, one.place, told)
  one.sinceMs = o.clock.monotonicMs()
  return true
}

/** Where it was interrupted. False when the words are of something said before. */
export function wasInterrupted(one: RelayUtterance, told: string): boolean {
  const place = placeAfter(one.text.slice(0, one.given), one.place, told, true)
  if (!place) return one.sounds || one.place.heard > 0
  one.place = place
  return true
}

export const isWhole = (one: RelayUtterance) => one.last && isAllHeard(one.text, one.place)

/** What was heard so far, as told. */
export const heardText = (one: RelayUtterance) => one.text.slice(0, one.place.heard)

/** What was heard by now: the piece that is being said is not told of before it ends, so it is reckoned by the clock, to its last whole word. */
export function heardByNow(one: RelayUtterance, clock: Clock): string {
  if (one.sinceMs === undefined) return heardText(one)
  const soundsMs = clock.monotonicMs() - one.sinceMs - (one.sounds ? 0 : START_MS)
  const letters = Math.max(0, Math.floor(soundsMs / LETTER_MS))
  const piece = /^[^.!?…:;।॥。！？]*[.!?…:;।॥。！？]*/u.exec(one.text.slice(one.place.heard, one.given).trimStart())?.[0] ?? ''
  const skipped = one.text.slice(one.place.heard).length - one.text.slice(one.place.heard).trimStart().length
  const upTo = piece.length <= letters ? piece.length : Math.max(0, piece.slice(0, letters + 1).search(/\s\S*$/))
  return upTo === 0 ? heardText(one) : one.text.slice(0, one.place.heard + skipped + upTo)
}

/** How long the far end takes to say what is left of it. */
export const leftMs = (one: RelayUtterance) => (one.text.length - one.place.heard) * LETTER_MS
