import type { TakeoverRecord } from '@voice-agent/relay/protocol'
import type { Api } from '../../api.ts'
import { type Call, isLive } from '../../call.ts'
import type { Live } from '../../live.ts'
import { ConsoleProblem } from '../../problem.ts'
import { newerOf } from '../active/active-calls.ts'
import { TranscriptList } from './transcript-list.ts'

export interface CallEvent {
  seq: number
  at: string
  type: string
  payload?: Record<string, unknown>
}
export interface Turn {
  utterance: string
  at: string
  by: string
  endpointMs?: number
  engineMs?: number
  voiceMs?: number
  lineMs?: number
  totalMs: number
}
export interface Latency {
  turns: Turn[]
  p50Ms?: number
  p95Ms?: number
}
export interface Evidence {
  verified: boolean
  problems: string[]
  head?: string
  events: number
  erased: boolean
}
export interface CallDetails {
  variables?: Record<string, unknown>
  page?: { url?: string; title?: string }
}

/** What happens is not told live but for words and status: while a call lives it is asked for this often. */
const ASK_EVERY_MS = 4000

/** Everything of one call that its page shows, kept up to date while the call lives. */
export class CallModel {
  readonly id: string
  readonly transcript = new TranscriptList()
  call: Call | undefined
  details: CallDetails = {}
  events: readonly CallEvent[] = []
  latency: Latency | undefined
  takeovers: readonly TakeoverRecord[] = []
  evidence: Evidence | undefined
  /** Why the call cannot be shown. */
  problem: unknown
  readonly #api: Api
  readonly #changed: () => void
  readonly #stops: (() => void)[]
  readonly #abort = new AbortController()
  #timer: ReturnType<typeof setTimeout> | undefined
  /** How often the call was told anew: what was asked before counts less. */
  #taken = 0

  constructor(o: { id: string; api: Api; live: Live; changed: () => void }) {
    this.id = o.id
    this.#api = o.api
    this.#changed = o.changed
    this.#stops = [
      o.live.onCall((call) => call.id === this.id && this.take(call)),
      o.live.onBack(() => void this.read()),
      o.live.transcript(o.id, (update) => {
        this.transcript.take(update)
        this.#changed()
      }),
    ]
    void this.read()
  }

  stop(): void {
    this.#abort.abort()
    clearTimeout(this.#timer)
    for (const stop of this.#stops) stop()
  }

  /** A newer view of the call, from wherever. */
  take(call: Call): void {
    const before = this.call
    this.#taken += 1
    this.call = newerOf(before, call)
    this.#changed()
    if (before && (before.status !== call.status || before.ai !== call.ai || before.heldBy?.id !== call.heldBy?.id)) void this.#around()
  }

  /** Reads everything anew. */
  async read(): Promise<void> {
    try {
      const { call, ...details } = await this.#api.get<{ call: Call } & CallDetails>(this.#path(), { signal: this.#abort.signal })
      this.problem = undefined
      this.details = details
      this.take(call)
      await this.#around()
    } catch (error) {
      if (this.#abort.signal.aborted) return
      if (!this.call) this.problem = error
      this.#changed()
    }
  }

  async #around(): Promise<void> {
    clearTimeout(this.#timer)
    const ask = <T>(end: string) => this.#api.get<T>(this.#path(end), { signal: this.#abort.signal }).catch(none)
    const taken = this.#taken
    const over = this.call !== undefined && !isLive(this.call)
    const [events, latency, takeovers, evidence, one] = await Promise.all([
      ask<{ events: CallEvent[] }>('/events'),
      ask<Latency>('/latency'),
      ask<{ takeovers: TakeoverRecord[] }>('/takeovers'),
      over ? ask<Evidence>('/evidence') : undefined,
      // Its cost grows without a word on the live line.
      ask<{ call: Call }>(''),
    ])
    if (this.#abort.signal.aborted) return
    if (events) this.events = events.events
    if (latency) this.latency = latency
    if (takeovers) this.takeovers = takeovers.takeovers
    if (evidence) this.evidence = evidence
    if (one && taken === this.#taken) this.call = newerOf(this.call, one.call)
    this.#changed()
    clearTimeout(this.#timer)
    if (this.call && isLive(this.call)) this.#timer = setTimeout(() => void this.#around(), ASK_EVERY_MS)
  }

  /** Asks whether the chain of events verifies as it stands. @throws ConsoleProblem */
  async verify(): Promise<void> {
    this.evidence = await this.#api.get<Evidence>(this.#path('/evidence'))
    this.#changed()
  }

  #path(end = ''): string {
    return `/api/calls/${encodeURIComponent(this.id)}${end}`
  }
}

/** A part that cannot be had now leaves the others as they are. */
function none(error: unknown): undefined {
  if (error instanceof ConsoleProblem || (error instanceof DOMException && error.name === 'AbortError')) return undefined
  throw error
}
