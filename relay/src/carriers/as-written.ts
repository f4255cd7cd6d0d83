/**
 * Messages that a carrier always writes alike, told by their bytes: comparing costs a fraction of what reading them as JSON does. A place
 * below 0 is none, so that one comparison may follow another and only the last be looked at.
 */

/** Behind these bytes, if they stand at `at` and end by `to`. */
export function pastText(bytes: Uint8Array, at: number, to: number, text: Uint8Array): number {
  const { length } = text
  if (at < 0 || at + length > to) return -1
  for (let next = 0; next < length; next++) if (bytes[at + next] !== text[next]) return -1
  return at + length
}

/** Likewise, of a text of ASCII: what is one call's own is a string, which is one object where bytes are two. */
export function pastWords(bytes: Uint8Array, at: number, to: number, words: string): number {
  const { length } = words
  if (at < 0 || at + length > to) return -1
  for (let next = 0; next < length; next++) if (bytes[at + next] !== words.charCodeAt(next)) return -1
  return at + length
}

/** Behind the digits that stand at `at`, from one to `most` of them. */
export function pastDigits(bytes: Uint8Array, at: number, to: number, most: number): number {
  if (at < 0) return -1
  let next = at
  for (; next < to; next++) {
    const byte = bytes[next] as number
    if (byte < ZERO || byte > NINE) break
  }
  return next === at || next - at > most ? -1 : next
}

/** Behind a count, in quotes or as a number. */
export function pastCount(bytes: Buffer, at: number, to: number): number {
  if (at < 0) return -1
  if (bytes[at] !== QUOTE) return bytes[at] === ZERO ? at + 1 : pastDigits(bytes, at, to, NUMBER_DIGITS)
  const end = pastDigits(bytes, at + 1, to, DIGITS)
  return end >= 0 && bytes[end] === QUOTE ? end + 1 : -1
}

/** As many as a count may have in quotes, and as a number that JSON reads exactly. */
const DIGITS = 20
const NUMBER_DIGITS = 15
const QUOTE = 34
const ZERO = 48
const NINE = 57

/** Without anything that JSON might write in another way, or that UTF-8 has more than a byte for. */
export const isPlain = (id: string): boolean => /^[A-Za-z0-9_-]{1,128}$/.test(id)

/** The same JSON, in ASCII. */
export const asciiOf = (json: string): string =>
  json.replace(/[^ -~]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
