import type { OptimaAudio } from './wire.ts'

/**
 * The text that goes before a piece of sound: Socket.IO sends `audio` as a text with a place left open, and then the bytes. Read and written
 * here as Optima writes it, which is as the library writes it; a text of any other shape is left to the library.
 */
export interface Head {
  /** What stands before and after the session's id. */
  readonly before: Uint8Array
  readonly after: Uint8Array
  /** Undefined where it is not told. */
  readonly format: OptimaAudio | undefined
}

const EVENT = '["audio",{'
const SOUND = '"audioData":{"_placeholder":true,"num":0}'
const SESSION = '"sessionId":"'
const END = '}]'

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0))
const head = (before: string, after: string, format?: OptimaAudio): Head => ({
  before: ascii(`451-${EVENT}${before}`),
  after: ascii(`"${after}${END}`),
  format,
})

/** The id first or the sound, and what it is coded in at the end, if anywhere: the longer ones first, for their ends are the others' too. */
const HEADS: readonly Head[] = [
  head(SESSION, `,${SOUND},"audioFormat":"pcm16"`, 'pcm16'),
  head(SESSION, `,${SOUND}`),
  head(`${SOUND},${SESSION}`, ',"audioFormat":"pcm16"', 'pcm16'),
  head(`${SOUND},${SESSION}`, ''),
]

/** Which head this text is; the session's id stands between its two parts, and is not looked at. */
export function headOf(bytes: Uint8Array, from: number, to: number): Head | undefined {
  for (const each of HEADS) {
    const { after, before } = each
    if (from + before.length < to - after.length && stands(before, bytes, from) && stands(after, bytes, to - after.length)) return each
  }
  return undefined
}

/** The same text again. */
export const textOf = ({ after, before }: Head, sessionId: string): string =>
  Buffer.from(before).toString('latin1') + sessionId + Buffer.from(after).toString('latin1')

/** Sound of ours; `id` asks for an answer. */
export function headFor(sessionId: string, format: OptimaAudio, id: number | undefined): string {
  return `451-${id ?? ''}${EVENT}${SOUND},${SESSION}${sessionId}","audioFormat":"${format}"${END}`
}

/** Our own ids of answers, past those that the library gives: all of one length. */
export const FIRST_ID = 1_000_000
export const LAST_ID = 9_999_999
const ID_DIGITS = 7
const ANSWER_HEAD = 2

/** `4` is a message, `3` an answer. */
const [FOUR, THREE, ZERO, ONE, NINE, BRACKET] = ascii('43019[') as unknown as [number, number, number, number, number, number]
/** That it was taken. */
const TAKEN = [ascii('[{"success":true,"error":null}]'), ascii('[{"success":true}]')]

/** Whether this text answers one of our own ids. */
export function isAnswer(bytes: Uint8Array, from: number, to: number): boolean {
  const digits = from + ANSWER_HEAD
  const end = digits + ID_DIGITS
  if (end >= to || bytes[from] !== FOUR || bytes[from + 1] !== THREE || (bytes[digits] as number) < ONE) return false
  for (let at = digits; at < end; at++) if ((bytes[at] as number) < ZERO || (bytes[at] as number) > NINE) return false
  // The library takes a blank for a digit.
  return bytes[end] === BRACKET
}

/** Whether this answer says that a piece was taken, and nothing else. */
export function saysTaken(bytes: Uint8Array, from: number, to: number): boolean {
  const at = from + ANSWER_HEAD + ID_DIGITS
  for (const each of TAKEN) if (to - at === each.length && stands(each, bytes, at)) return true
  return false
}

/** What any other answer says. @throws SyntaxError for what is no JSON */
export function answerIn(text: string): unknown {
  const said: unknown = JSON.parse(text.slice(ANSWER_HEAD + ID_DIGITS))
  return Array.isArray(said) ? said[0] : undefined
}

function stands(expected: Uint8Array, bytes: Uint8Array, from: number): boolean {
  for (let at = 0; at < expected.length; at++) if (expected[at] !== bytes[from + at]) return false
  return true
}
