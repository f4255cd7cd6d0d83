/** The longest that stands before the sound in a message that holds nothing else, and after it. */
const MOST_HEAD = 300
const MOST_TAIL = 200

const HEAD =
  /^\s*\{\s*"serverContent"\s*:\s*\{\s*"modelTurn"\s*:\s*\{\s*"parts"\s*:\s*\[\s*\{\s*"inlineData"\s*:\s*\{\s*(?:"mimeType"\s*:\s*"[^"\\]*"\s*,\s*)?"data"\s*:\s*"$/
const TAIL = /^"\s*(?:,\s*"mimeType"\s*:\s*"[^"\\]*"\s*)?\}\s*\}\s*\]\s*(?:,\s*"role"\s*:\s*"[^"\\]*"\s*)?\}\s*\}\s*\}\s*$/
const QUOTE = '"'.charCodeAt(0)
const BACKSLASH = '\\'.charCodeAt(0)
/** A vendor's messages begin and end alike: what was looked at once is known. */
const MOST_KNOWN = 50
const heads = new Set<string>()
const tails = new Set<string>()
/** What was found last: fifty times a second and call a buffer less. */
let sound = Buffer.allocUnsafeSlow(8192)

/**
 * The sound of a message that holds one piece of it and nothing else, without parsing it: nearly every message is such a one. PCM16LE, good until the next call. Undefined for all others.
 */
export function plainSound(message: Buffer): Buffer | undefined {
  const name = message.indexOf('"data"')
  if (name < 0) return undefined
  const from = message.indexOf(QUOTE, name + 6) + 1
  const to = message.indexOf(QUOTE, from)
  if (from === 0 || from > MOST_HEAD || to < 0 || message.length - to > MOST_TAIL) return undefined
  if (!fits(heads, HEAD, message.toString('latin1', 0, from)) || !fits(tails, TAIL, message.toString('latin1', to))) return undefined
  // An escaped letter would be taken for no letter.
  if (message.indexOf(BACKSLASH, from) >= 0) return undefined
  const most = Math.ceil(((to - from) * 3) / 4)
  if (sound.length < most) sound = Buffer.allocUnsafeSlow(most)
  return sound.subarray(0, sound.write(message.toString('latin1', from, to), 'base64'))
}

function fits(known: Set<string>, pattern: RegExp, text: string): boolean {
  if (known.has(text)) return true
  if (!pattern.test(text)) return false
  if (known.size < MOST_KNOWN) known.add(text)
  return true
}
