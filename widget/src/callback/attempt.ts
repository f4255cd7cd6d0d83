/**
 * What the browser remembers of asking to be rung, in every tab of the site: the key of a request whose answer is still out, and how
 * long a number that was just rung is left in peace. No number is written down, only a short hash of it.
 */

/** Somebody who lost the connection may try again so long and means the same call. */
const MEANS_THE_SAME_MS = 5 * 60_000
const IN_PEACE_MS = 20_000

interface Remembered {
  asked?: { what: string; key: string; at: number } | undefined
  rung?: { what: string; until: number } | undefined
}

export class Attempts {
  readonly agentId: string
  readonly #name: string
  readonly #now: () => number
  /** Where the browser keeps nothing. */
  #here: Remembered = {}

  constructor(agentId: string, now: () => number = Date.now) {
    this.agentId = agentId
    this.#name = `voice-agent-callback:${agentId}`
    this.#now = now
  }

  /** The Idempotency-Key for this request: the same one until an answer came, in whichever tab it is asked again. */
  keyFor(request: string): string {
    const what = hashOf(request)
    const { asked } = this.#read()
    const age = this.#now() - (asked?.at ?? 0)
    if (asked?.what === what && age >= 0 && age < MEANS_THE_SAME_MS) return asked.key
    const key = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-')
    this.#write({ ...this.#read(), asked: { what, key, at: this.#now() } })
    return key
  }

  /** The relay answered: the next request is another one. */
  answered(): void {
    this.#write({ ...this.#read(), asked: undefined })
  }

  /** This number rings, or has just rung. */
  rung(number: string): void {
    this.rungAs(hashOf(number))
  }

  /** The same of a number that only its hash is known of. */
  rungAs(what: string): void {
    this.#write({ ...this.#read(), rung: { what, until: this.#now() + IN_PEACE_MS } })
  }

  /** How long this number is left in peace. */
  restMs(number: string): number {
    const { rung } = this.#read()
    // A clock that was set back must not lock anyone out.
    return rung?.what === hashOf(number) ? Math.min(Math.max(0, rung.until - this.#now()), IN_PEACE_MS) : 0
  }

  #read(): Remembered {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(this.#name) ?? 'null')
      return typeof kept === 'object' && kept ? kept : this.#here
    } catch {
      return this.#here
    }
  }

  #write(remembered: Remembered): void {
    this.#here = remembered
    try {
      if (remembered.asked || remembered.rung) localStorage.setItem(this.#name, JSON.stringify(remembered))
      else localStorage.removeItem(this.#name)
    } catch {
      // Full or forbidden: this page alone remembers.
    }
  }
}

/** FNV-1a, 32 bits. */
export function hashOf(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(36)
}
