import type { LineEvent } from '../carriers/carrier.ts'
import { CALL_STATUSES } from '../protocol/index.ts'

/** What a carrier has said of a call so far. Carriers repeat themselves and tell things out of order; a call never goes backwards. */
export interface Progress {
  readonly status: LineEvent['status'] | undefined
  /** The highest of the carrier's own numbers. */
  readonly order: number
  /** Of what was told; the oldest go first. */
  readonly tokens: readonly string[]
}

export const NOTHING_SAID: Progress = { status: undefined, order: -1, tokens: [] }

const TOKENS_KEPT = 32
const rank = (status: LineEvent['status'] | undefined) =>
  status === undefined ? -1 : isEnd(status) ? CALL_STATUSES.length : CALL_STATUSES.indexOf(status)

export function isEnd(status: LineEvent['status']): boolean {
  return status === 'completed' || status === 'failed'
}

/** The progress with this event in it, and whether it is news. An end is always news, once; anything older than what is known never is. */
export function fold(known: Progress, event: LineEvent): { progress: Progress; news: boolean } {
  const repeated = event.token !== undefined && known.tokens.includes(event.token)
  if (repeated) return { progress: known, news: false }
  const tokens = event.token === undefined ? known.tokens : [...known.tokens, event.token].slice(-TOKENS_KEPT)
  const order = Math.max(known.order, event.order ?? -1)
  const over = known.status !== undefined && isEnd(known.status)
  const news = !over && rank(event.status) > rank(known.status) && (isEnd(event.status) || (event.order ?? order) >= known.order)
  return { progress: { status: news ? event.status : known.status, order, tokens }, news }
}
