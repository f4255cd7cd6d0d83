import { and, eq, isNull, sql } from 'drizzle-orm'
import { type CallKey, sealJson } from '../../access/encryption.ts'
import type { HouseKeys } from '../../access/house-keys.ts'
import type { Entry } from '../../protocol/index.ts'
import type { Db } from '../../store/open.ts'
import { calls, entries, events } from '../../store/schema.ts'
import { commit, headMessage, link } from './chain.ts'

type Tx = Parameters<Parameters<Db['transaction']>[0]>[0]
type EventRow = typeof events.$inferInsert

/** Names of sealed fields: they bind bytes to their call and place. */
export const sealName = {
  details: (callId: string) => `details:${callId}`,
  entry: (callId: string, entryId: string) => `entry:${callId}:${entryId}`,
  payload: (callId: string, seq: number) => `event:${callId}:${seq}`,
}

/** The next event of a chain, sealed and linked. */
export function nextEvent(
  callId: string,
  key: CallKey,
  last: { seq: number; hash: Uint8Array },
  event: { atMs: number; type: string; payload: Record<string, unknown> | undefined },
): EventRow & { hash: Uint8Array } {
  const seq = last.seq + 1
  const payload = event.payload ?? {}
  const commitment = commit(key.salt, payload)
  const hash = link(last.hash, { seq, atMs: event.atMs, type: event.type, commitment })
  return {
    callId,
    seq,
    at: new Date(event.atMs),
    type: event.type,
    payload: sealJson(key, sealName.payload(callId, seq), payload),
    commitment,
    hash,
  }
}

/** Written again after an unclear failure, an event stands once. */
export async function writeEvents(tx: Tx, rows: EventRow[]): Promise<void> {
  if (rows.length > 0) await tx.insert(events).values(rows).onConflictDoNothing()
}

/** A transcript entry with its place, and the number of the message that told its newest state. */
export interface Line {
  place: number
  seq: number
  entry: Entry
}

export async function writeEntry(tx: Tx, callId: string, key: CallKey, { place, seq, entry }: Line): Promise<void> {
  const row = {
    seq,
    role: entry.role,
    text: sealJson(key, sealName.entry(callId, entry.id), entry.text),
    final: entry.final,
    interrupted: entry.interrupted ?? false,
    endedAt: entry.endedAt ? new Date(entry.endedAt) : null,
  }
  await tx
    .insert(entries)
    .values({ callId, entryId: entry.id, place, startedAt: new Date(entry.startedAt), ...row })
    .onConflictDoUpdate({ target: [entries.callId, entries.entryId], set: row })
}

/** The one terminal write: only a call that is still open takes it. Resolves with whether it did. */
export async function writeEnd(
  tx: Tx,
  house: HouseKeys,
  end: {
    callId: string
    status: 'completed' | 'failed'
    endReason: string
    atMs: number
    last: { seq: number; hash: Uint8Array }
    usage?: Record<string, unknown>
  },
): Promise<boolean> {
  const done = await tx
    .update(calls)
    .set({
      status: end.status,
      endReason: end.endReason,
      endedAt: new Date(end.atMs),
      ai: 'off',
      head: end.last.hash,
      signature: house.sign(headMessage(end.callId, end.last.seq, end.last.hash)),
      ...(end.usage ? { usage: end.usage } : {}),
    })
    .where(and(eq(calls.id, end.callId), isNull(calls.endedAt)))
    .returning({ id: calls.id })
  return done.length > 0
}

/** The last event of a chain as the database has it. */
export async function lastEvent(tx: Tx, callId: string): Promise<{ seq: number; hash: Uint8Array } | undefined> {
  const [row] = await tx
    .select({ seq: events.seq, hash: events.hash })
    .from(events)
    .where(eq(events.callId, callId))
    .orderBy(sql`${events.seq} desc`)
    .limit(1)
  return row
}
