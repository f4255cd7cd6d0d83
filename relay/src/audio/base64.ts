/**
 * Base64 (RFC 4648) in place, for the few hundred bytes of a frame: Node's own is quicker with each byte, but a call into it, and the
 * string or the view that it wants, cost more than so short a loop.
 */

const ALPHABET = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
const EQUALS = 61
/** Above all that six bits can say. */
const NO_LETTER = 64

/** Two letters for each twelve bits, the first in the lower byte. */
const LETTERS = Uint16Array.from({ length: 1 << 12 }, (_, bits) => (ALPHABET[bits >> 6] as number) | ((ALPHABET[bits & 63] as number) << 8))

/** Six bits by their letter, and `NO_LETTER`. */
const SIX_BITS = new Uint8Array(256).fill(NO_LETTER)
for (const [bits, letter] of ALPHABET.entries()) SIX_BITS[letter] = bits

/** How many letters so many bytes are, padding with them. */
export const base64Length = (bytes: number): number => Math.ceil(bytes / 3) * 4

/** Writes the letters of `from`, padded; returns where they end. `into` has room for them. */
export function writeBase64(from: Uint8Array, into: Uint8Array, at: number): number {
  const { length } = from
  const left = length % 3
  const whole = length - left
  let to = at
  for (let next = 0; next < whole; next += 3) {
    const second = from[next + 1] as number
    const one = LETTERS[((from[next] as number) << 4) | (second >> 4)] as number
    const two = LETTERS[((second & 15) << 8) | (from[next + 2] as number)] as number
    into[to] = one
    into[to + 1] = one >> 8
    into[to + 2] = two
    into[to + 3] = two >> 8
    to += 4
  }
  if (left === 0) return to
  const second = left === 2 ? (from[whole + 1] as number) : 0
  const one = LETTERS[((from[whole] as number) << 4) | (second >> 4)] as number
  into[to] = one
  into[to + 1] = one >> 8
  into[to + 2] = left === 2 ? (ALPHABET[(second & 15) << 2] as number) : EQUALS
  into[to + 3] = EQUALS
  return to + 4
}

/** How many bytes the letters between two places are, by their number and padding; 0 where they are none or no whole base64. */
export function bytesOfBase64(letters: Uint8Array, from: number, to: number): number {
  const length = to - from
  if (length <= 0 || length % 4 !== 0) return 0
  const padding = letters[to - 1] !== EQUALS ? 0 : letters[to - 2] === EQUALS ? 2 : 1
  return (length >> 2) * 3 - padding
}

/** The 24 bits of four letters, or of the two or three that stand before padding; below 0 where one of them is no letter. */
export function bitsOfLetters(letters: Uint8Array, at: number, count: number): number {
  const first = SIX_BITS[letters[at] as number] as number
  const second = SIX_BITS[letters[at + 1] as number] as number
  const third = count < 3 ? 0 : (SIX_BITS[letters[at + 2] as number] as number)
  const fourth = count < 4 ? 0 : (SIX_BITS[letters[at + 3] as number] as number)
  return (first | second | third | fourth) >= NO_LETTER ? -1 : (first << 18) | (second << 12) | (third << 6) | fourth
}

/** Reads as many bytes as `bytesOfBase64` said to the beginning of `into`; false where something else than a letter stands among them. */
export function readBase64(letters: Uint8Array, from: number, into: Uint8Array, bytes: number): boolean {
  let at = from
  let to = 0
  for (; to + 3 <= bytes; to += 3) {
    const bits = bitsOfLetters(letters, at, 4)
    if (bits < 0) return false
    into[to] = bits >> 16
    into[to + 1] = bits >> 8
    into[to + 2] = bits
    at += 4
  }
  const left = bytes - to
  if (left === 0) return true
  const bits = bitsOfLetters(letters, at, left + 1)
  if (bits < 0) return false
  into[to] = bits >> 16
  if (left === 2) into[to + 1] = bits >> 8
  return true
}
