/** What somebody means to do later, forgotten all at once when they go. */
export class Timers {
  readonly #waiting = new Set<NodeJS.Timeout>()

  after(ms: number, what: () => void): void {
    const timer = setTimeout(() => {
      this.#waiting.delete(timer)
      what()
    }, ms)
    this.#waiting.add(timer)
  }

  /** Nothing that waits happens any more. */
  stop(): void {
    for (const timer of this.#waiting) clearTimeout(timer)
    this.#waiting.clear()
  }
}
