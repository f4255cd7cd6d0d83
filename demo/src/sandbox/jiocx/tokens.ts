import { randomBytes } from 'node:crypto'
import type { JiocxSettings } from './settings.ts'

const KEPT = 100

/** Tokens that expire, by time or by use. */
export class Tokens {
  readonly #settings: () => JiocxSettings
  readonly #made = new Map<string, { atMs: number; uses: number }>()
  logins = 0

  constructor(settings: () => JiocxSettings) {
    this.#settings = settings
  }

  issue(): string {
    const token = randomBytes(24).toString('base64url')
    this.#made.set(token, { atMs: performance.now(), uses: 0 })
    const [oldest] = this.#made.keys()
    if (this.#made.size > KEPT && oldest !== undefined) this.#made.delete(oldest)
    this.logins++
    return token
  }

  /** Uses it once; false when it is none of ours, or has expired. */
  use(token: string): boolean {
    const made = this.#made.get(token)
    if (!made) return false
    const { tokenMs, tokenUses } = this.#settings()
    made.uses++
    const spent = performance.now() - made.atMs >= tokenMs || (tokenUses > 0 && made.uses > tokenUses)
    if (spent) this.#made.delete(token)
    return !spent
  }

  /** All of them, now. */
  expire(): void {
    this.#made.clear()
  }
}
