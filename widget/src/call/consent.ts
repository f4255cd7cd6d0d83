import type { Inside } from '../element/inside.ts'

/** Which terms the visitor agreed to, remembered by the browser where it remembers anything, else until the page is left. */
export class Consent {
  readonly #inside: Inside
  #here = ''

  constructor(inside: Inside) {
    this.#inside = inside
  }

  given(version: string): boolean {
    if (this.#here === this.#key + version) return true
    try {
      return localStorage.getItem(this.#key) === version
    } catch {
      return false
    }
  }

  /** The visitor's answer. */
  answer(version: string, accepted: boolean): void {
    this.#inside.emit('va-consent', { accepted, version })
    if (accepted) this.#remember(version)
  }

  #remember(version: string): void {
    this.#here = this.#key + version
    try {
      localStorage.setItem(this.#key, version)
    } catch {
      // Full or forbidden.
    }
  }

  get #key(): string {
    const { termsKey, agentId } = this.#inside.element
    return `voice-agent-terms:${termsKey || agentId}`
  }
}
