const PRIME = 16_777_619
/** Ids that JSON writes as they are, in ASCII. */
const PLAIN = /^[\w-]+$/

/** Finds what belongs to a session by its id as it stands in bytes: to make a string of it, and to look that up, would cost more than the sound. */
export class ByBytes<T extends { readonly sessionId: string }> {
  readonly #found: Map<number, T>

  constructor() {
    this.#found = new Map()
  }

  /** Of two whose ids come to the same number, only the one that was there first is found: who is not found is looked for by name. */
  add(of: T): void {
    const hash = hashOfText(of.sessionId)
    if (PLAIN.test(of.sessionId) && !this.#found.has(hash)) this.#found.set(hash, of)
  }

  delete(of: T): void {
    const hash = hashOfText(of.sessionId)
    if (this.#found.get(hash) === of) this.#found.delete(hash)
  }

  find(bytes: Uint8Array, from: number, to: number): T | undefined {
    const found = this.#found.get(hashOf(bytes, from, to))
    if (!found || found.sessionId.length !== to - from) return undefined
    for (let at = from; at < to; at++) if (found.sessionId.charCodeAt(at - from) !== bytes[at]) return undefined
    return found
  }
}

const hashOfText = (text: string) => hashOf(Buffer.from(text), 0, text.length)

/** FNV-1a, of 30 bits: a larger number is an object. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] as number), PRIME)
  return hash & 0x3fff_ffff
}
