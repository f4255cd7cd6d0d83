import { and, eq, gte, isNull, lt, or, type SQL, sql } from 'drizzle-orm'
import { calls, entries } from '../../store/schema.ts'

/** Which calls of an organisation are meant. */
export interface CallFilters {
  agentId?: string | undefined
  sessionId?: string | undefined
  status?: string | undefined
  /** Only those that live. */
  active?: boolean | undefined
  ai?: 'active' | 'paused' | 'off' | undefined
  direction?: 'inbound' | 'outbound' | undefined
  kind?: 'web' | 'phone' | 'bridge' | undefined
  carrier?: string | undefined
  /** Begun then or later. */
  from?: Date | undefined
  /** Begun before then. */
  to?: Date | undefined
  /** E.164, at either end. */
  number?: string | undefined
  /** So many things were said at least, by whomever. */
  minMessages?: number | undefined
}

/** `hash`: how the house tells numbers apart without knowing them. */
export function matching(organisationId: string, q: CallFilters, hash: (e164: string) => string): SQL | undefined {
  const number = q.number === undefined ? undefined : hash(q.number)
  return and(
    eq(calls.organisationId, organisationId),
    q.agentId === undefined ? undefined : eq(calls.agentId, q.agentId),
    q.sessionId === undefined ? undefined : eq(calls.sessionId, q.sessionId),
    q.status === undefined ? undefined : eq(calls.status, q.status),
    q.active ? isNull(calls.endedAt) : undefined,
    q.ai === undefined ? undefined : eq(calls.ai, q.ai),
    q.direction === undefined ? undefined : eq(calls.direction, q.direction),
    q.kind === undefined ? undefined : eq(calls.kind, q.kind),
    q.carrier === undefined ? undefined : eq(calls.carrier, q.carrier),
    q.from === undefined ? undefined : gte(calls.startedAt, q.from),
    q.to === undefined ? undefined : lt(calls.startedAt, q.to),
    number === undefined ? undefined : or(eq(calls.fromHash, number), eq(calls.toHash, number)),
    q.minMessages ? saidAtLeast(q.minMessages) : undefined,
  )
}

/** Counts no further than it has to. */
function saidAtLeast(messages: number): SQL {
  const some = sql`select 1 from ${entries} where ${entries.callId} = ${calls.id} and ${entries.role} <> 'system' limit ${messages}`
  return sql`(select count(*) from (${some}) as said) >= ${messages}`
}
