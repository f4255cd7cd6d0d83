import type { Api } from '../../api.ts'
import { type Call, isLive } from '../../call.ts'
import type { Live } from '../../live.ts'
import { newerOf } from '../active/active-calls.ts'
import type { Latency } from '../call/call-model.ts'

const MOST_PAGES = 10
/** So many of the newest calls say how quickly answers come. */
const TIMED_CALLS = 12

export interface Figures {
  live: number
  answered: number
  failed: number
  /** Missing while no call of today has ended. */
  averageMs?: number
  /** Calls that began in each hour of the day, 24 of them. */
  hours: readonly number[]
}

/** Midnight before `nowMs`, where the operator sits. */
export function midnight(nowMs: number): number {
  const day = new Date(nowMs)
  day.setHours(0, 0, 0, 0)
  return day.getTime()
}

export function figuresOf(calls: Iterable<Call>, sinceMs: number): Figures {
  const hours = new Array<number>(24).fill(0)
  const lengths: number[] = []
  let [live, answered, failed] = [0, 0, 0]
  for (const call of calls) {
    if (isLive(call)) live += 1
    const began = Date.parse(call.startedAt)
    if (began < sinceMs) continue
    const hour = new Date(began).getHours()
    hours[hour] = (hours[hour] ?? 0) + 1
    if (call.connectedAt || call.status === 'connected') answered += 1
    if (call.status === 'failed') failed += 1
    else if (call.durationMs !== undefined && call.connectedAt) lengths.push(call.durationMs)
  }
  const averageMs = lengths.length > 0 ? lengths.reduce((sum, ms) => sum + ms, 0) / lengths.length : undefined
  return { live, answered, failed, hours, ...(averageMs === undefined ? {} : { averageMs }) }
}

/** Today's calls, kept up to date by the live line. */
export class Today {
  readonly calls = new Map<string, Call>()
  state: 'reading' | 'ready' | 'failed' = 'reading'
  error: unknown
  /** How long half of the newest answers took to begin. */
  firstSoundMs: number | undefined
  readonly #api: Api
  readonly #changed: () => void
  readonly #stops: (() => void)[]
  readonly #abort = new AbortController()
  readonly sinceMs: number

  constructor(o: { api: Api; live: Live; nowMs: number; changed: () => void }) {
    this.#api = o.api
    this.#changed = o.changed
    this.sinceMs = midnight(o.nowMs)
    this.#stops = [
      o.live.onCall((call) => {
        this.#put(call)
        this.#changed()
      }),
      o.live.onBack(() => void this.read()),
    ]
  }

  stop(): void {
    this.#abort.abort()
    for (const stop of this.#stops) stop()
  }

  async read(): Promise<void> {
    const { signal } = this.#abort
    try {
      const from = new Date(this.sinceMs).toISOString()
      for (const path of ['/api/calls/active', '/api/calls']) {
        let cursor: string | null | undefined
        for (let pages = 0; cursor !== null && pages < MOST_PAGES; pages += 1) {
          const page: { calls: Call[]; nextCursor: string | null } = await this.#api.get(path, {
            query: { limit: 200, cursor: cursor ?? undefined, ...(path === '/api/calls' ? { from } : {}) },
            signal,
          })
          for (const call of page.calls) this.#put(call)
          const oldest = page.calls.at(-1)
          cursor = oldest && path === '/api/calls' && Date.parse(oldest.startedAt) < this.sinceMs ? null : page.nextCursor
        }
      }
      this.state = 'ready'
      this.#changed()
      await this.#time()
    } catch (error) {
      if (signal.aborted) return
      this.error = error
      if (this.state === 'reading') this.state = 'failed'
    }
    this.#changed()
  }

  async #time(): Promise<void> {
    const newest = [...this.calls.values()]
      .filter(({ connectedAt, kind }) => connectedAt && kind !== 'bridge')
      .sort((a, b) => b.startedAt.localeCompare(a.startedAt))
      .slice(0, TIMED_CALLS)
    const times: number[] = []
    for (const { id } of newest) {
      const found = await this.#api
        .get<Latency>(`/api/calls/${encodeURIComponent(id)}/latency`, { signal: this.#abort.signal })
        .catch(() => undefined)
      times.push(...(found?.turns ?? []).map(({ totalMs }) => totalMs))
    }
    this.firstSoundMs = times.sort((a, b) => a - b)[Math.floor(times.length / 2)]
  }

  #put(call: Call): void {
    this.calls.set(call.id, newerOf(this.calls.get(call.id), call))
  }
}
