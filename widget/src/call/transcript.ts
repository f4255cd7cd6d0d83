import type { Entry } from '@voice-agent/relay/protocol'

/** What was said, in order. An entry keeps its place while its text changes; calls of one session follow each other. */
export class Transcript {
  readonly #lines = new Map<string, Entry>()

  put(callId: string, entry: Entry): void {
    this.#lines.set(`${callId} ${entry.id}`, entry)
  }

  /** The call is over: nothing of it changes any more. */
  settle(callId: string): void {
    for (const [key, entry] of this.#lines) {
      if (entry.final || !key.startsWith(`${callId} `)) continue
      if (entry.text) this.#lines.set(key, { ...entry, final: true })
      else this.#lines.delete(key)
    }
  }

  get lines(): Entry[] {
    return [...this.#lines.values()].filter((entry) => entry.text !== '')
  }

  clear(): void {
    this.#lines.clear()
  }
}
