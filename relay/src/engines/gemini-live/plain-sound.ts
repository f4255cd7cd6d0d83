/** The longest that stands before the sound in a message that holds nothing else, and after it. */
const MOST_HEAD = 300
const MOST_TAIL = 200

const HEAD =
  /^\s*\{\s*"serverContent"\s*:\s*\{\s*"modelTurn"\s*:\s*\{\s*"parts"\s*:\s*\[\s*\{\s*"inlineData"\s*:\s*\{\s*(?:"mimeType"\s*:\s*"[^"\\]*"\s*,\s*)?"data"\s*:\s*"$/
const TAIL = /^"\s*(?:,\s*"mimeType"\s*:\s*"[^"\\]*"\s*)?\}\s*\}\s*\]\s*(?:,\s*"role"\s*:\s*"[^"\\]*"\s*)?\}\s*\}\s*\}\s*$/
const QUOTE = '"'.charCodeAt(0)
const PAD = '='.charCodeAt(0)
/** How the last one began and ended. */
let head = Buffer.alloc(0)
let tail = Buffer.alloc(0)
/** What was found last: fifty times a second and call a buffer less. */
let sound = Buffer.allocUnsafeSlow(8192)

/**
 * The sound of a message that holds one piece of it and nothing else, without parsing it: nearly every message is such a one. PCM16LE, good until the next call. Undefined for all others.
 */
export function plainSound(message: Buffer): Buffer | undefined {
  return soundLike(message, 0, message.length) ?? searched(message)
}

/** The same for a message that begins and ends like the last one, which nearly all do, and has nothing but letters of base64 between. It stands from `from` to `end`. */
export function soundLike(bytes: Buffer, from: number, end: number): Buffer | undefined {
  const begins = from + head.length
  const to = end - tail.length
  if (head.length === 0 || to <= begins || !standsAt(bytes, from, head) || !standsAt(bytes, to, tail)) return undefined
  return decoded(bytes, begins, to)
}

function searched(message: Buffer): Buffer | undefined {
  const name = message.indexOf('"data"')
  if (name < 0) return undefined
  const from = message.indexOf(QUOTE, name + 6) + 1
  const to = message.indexOf(QUOTE, from)
  if (from === 0 || from > MOST_HEAD || to < 0 || message.length - to > MOST_TAIL) return undefined
  if (!HEAD.test(message.toString('latin1', 0, from)) || !TAIL.test(message.toString('latin1', to))) return undefined
  head = Buffer.from(message.subarray(0, from))
  tail = Buffer.from(message.subarray(to))
  return decoded(message, from, to)
}

/** Undefined for what is not whole letters of base64: buffers skip what is none, an escape's stroke for one. */
function decoded(message: Buffer, from: number, to: number): Buffer | undefined {
  const letters = to - from
  const padding = message[to - 1] !== PAD ? 0 : message[to - 2] === PAD ? 2 : 1
  const whole = (letters / 4) * 3 - (letters === 0 ? 0 : padding)
  if (letters % 4 !== 0) return undefined
  if (sound.length < whole) sound = Buffer.allocUnsafeSlow(whole)
  return sound.write(message.toString('latin1', from, to), 'base64') === whole ? sound.subarray(0, whole) : undefined
}

function standsAt(message: Buffer, at: number, text: Buffer): boolean {
  for (let letter = 0; letter < text.length; letter++) if (message[at + letter] !== text[letter]) return false
  return true
}
