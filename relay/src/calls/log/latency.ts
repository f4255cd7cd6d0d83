import { z } from 'zod'
import type { StoredEvent } from './call-book.ts'

const ms = z.int().nonnegative()
const Timed = z.object({
  utterance: z.string(),
  by: z.enum(['typing', 'speech', 'keys']),
  endpointMs: ms.optional(),
  engineMs: ms.optional(),
  voiceMs: ms.optional(),
  lineMs: ms.optional(),
  totalMs: ms,
})
export type LatencyTurn = z.infer<typeof Timed> & { at: string }

/** A call's answers with their times, out of its events, and the middle and the slow end of what the visitor waited. */
export function latencyOf(events: readonly StoredEvent[]): { turns: LatencyTurn[]; p50Ms?: number; p95Ms?: number } {
  const turns = events.flatMap(({ type, at, payload }) => {
    const timed = type === 'turn.timed' ? Timed.safeParse(payload) : undefined
    return timed?.success ? [{ ...timed.data, at }] : []
  })
  const totals = turns.map(({ totalMs }) => totalMs).sort((a, b) => a - b)
  const at = (share: number) => totals[Math.min(totals.length - 1, Math.ceil(totals.length * share) - 1)]
  const [p50Ms, p95Ms] = [at(0.5), at(0.95)]
  return { turns, ...(p50Ms === undefined || p95Ms === undefined ? {} : { p50Ms, p95Ms }) }
}
