import type { Api } from '../../api.ts'
import { type Call, isLive } from '../../call.ts'
import type { Live } from '../../live.ts'

const ORDER = ['initiated', 'connecting', 'connected', 'completed', 'failed']
const MOST_PAGES = 20

/** The newer of two views of one call: it never goes back to an earlier status. */
export const newerOf = (before: Call | undefined, after: Call): Call =>
  before && ORDER.indexOf(after.status) < ORDER.indexOf(before.status) ? before : after

/** Every call that lives, kept up to date by the live line. What is told while the list is being read counts more than what was read. */
export class ActiveCalls {
  readonly calls = new Map<string, Call>()
  state: 'reading' | 'ready' | 'failed' = 'reading'
  error: unknown
  readonly #api: Api
  readonly #changed: () => void
  /** What is over comes to life no more, however late something is told of it. */
  readonly #over = new Set<string>()
  readonly #told = new Map<string, Call>()
  readonly #stops: (() => void)[]
  #reading = 0
  #abort = new AbortController()

  constructor(o: { api: Api; live: Live; changed: () => void }) {
    this.#api = o.api
    this.#changed = o.changed
    this.#stops = [o.live.onCall((call) => this.#take(call)), o.live.onBack(() => void this.read())]
  }

  /** Reads the list anew; what is shown stays until it is there. */
  async read(): Promise<void> {
    this.#reading += 1
    const mine = this.#reading
    this.#told.clear()
    const found = new Map<string, Call>()
    try {
      let cursor: string | null | undefined
      for (let pages = 0; cursor !== null && pages < MOST_PAGES; pages += 1) {
        const page: { calls: Call[]; nextCursor: string | null } = await this.#api.get('/api/calls/active', {
          query: { limit: 100, cursor: cursor ?? undefined },
          signal: this.#abort.signal,
        })
        for (const call of page.calls) found.set(call.id, call)
        cursor = page.nextCursor
      }
      if (mine !== this.#reading) return
      this.calls.clear()
      for (const call of found.values()) this.#put(call)
      for (const call of this.#told.values()) this.#put(call)
      this.state = 'ready'
    } catch (error) {
      if (mine !== this.#reading || this.#abort.signal.aborted) return
      this.error = error
      // A list that is there is better than none: the live line goes on telling.
      if (this.state === 'reading') this.state = 'failed'
    }
    this.#changed()
  }

  stop(): void {
    this.#abort.abort()
    for (const stop of this.#stops) stop()
  }

  #take(call: Call): void {
    this.#told.set(call.id, call)
    this.#put(call)
    if (this.state === 'ready') this.#changed()
  }

  #put(call: Call): void {
    if (isLive(call) && !this.#over.has(call.id)) this.calls.set(call.id, newerOf(this.calls.get(call.id), call))
    else {
      this.#over.add(call.id)
      this.calls.delete(call.id)
    }
  }
}
