import { and, eq, isNull, sql } from 'drizzle-orm'
import { type CallKey, openJson, sealJson, sealText } from '../../access/encryption.ts'
import type { HouseKeys } from '../../access/house-keys.ts'
import type { Entry } from '../../protocol/index.ts'
import type { Db } from '../../store/open.ts'
import { calls, entries, events } from '../../store/schema.ts'
import type { CallLog } from '../ports.ts'
import { canonical, commitText, headMessage, link } from './chain.ts'

type Tx = Parameters<Parameters<Db['transaction']>[0]>[0]
type EventRow = typeof events.$inferInsert

/** Names of sealed fields: they bind bytes to their call and place. */
export const sealName = {
  details: (callId: string) => `details:${callId}`,
  entry: (callId: string, entryId: string) => `entry:${callId}:${entryId}`,
  payload: (callId: string, seq: number) => `event:${callId}:${seq}`,
}

/** What happened, as it waits to be sealed. */
export interface Told {
  atMs: number
  type: string
  /** Canonical JSON. */
  payload: string
}

export function told(atMs: number, type: string, payload: Record<string, unknown> = {}): Told {
  return { atMs, type, payload: canonical(payload) }
}

/** The next event of a chain, sealed and linked. */
export function nextEvent(
  callId: string,
  key: CallKey,
  last: { seq: number; hash: Uint8Array },
  event: Told,
): EventRow & { hash: Uint8Array } {
  const seq = last.seq + 1
  const commitment = commitText(key.salt, event.payload)
  const hash = link(last.hash, { seq, atMs: event.atMs, type: event.type, commitment })
  return {
    callId,
    seq,
    at: new Date(event.atMs),
    type: event.type,
    payload: sealText(key, sealName.payload(callId, seq), event.payload),
    commitment,
    hash,
  }
}

/** Of these calls the ones that have not ended. Nobody else can end them until the transaction is over. */
export async function stillOpen(tx: Tx, callIds: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    select id from ${calls} where id in (select json_array_elements_text(${JSON.stringify(callIds)}::json))
    and ended_at is null order by id for update`)
  return new Set(rows.map(({ id }) => id))
}

/** Written again after an unclear failure, an event stands once. Rows go as one value: the driver's own way costs more than the database. */
export async function writeEvents(tx: Tx, rows: readonly EventRow[]): Promise<void> {
  if (rows.length === 0) return
  const written = rows.map((row) => ({
    call_id: row.callId,
    seq: row.seq,
    at: row.at,
    type: row.type,
    payload: row.payload ? base64(row.payload) : null,
    commitment: base64(row.commitment),
    hash: base64(row.hash),
  }))
  await tx.execute(sql`
    insert into ${events} (call_id, seq, at, type, payload, commitment, hash)
    select call_id, seq, at, type, decode(payload, 'base64'), decode(commitment, 'base64'), decode(hash, 'base64')
    from json_to_recordset(${JSON.stringify(written)}::json)
    as told (call_id text, seq integer, at timestamptz, type text, payload text, commitment text, hash text)
    on conflict do nothing`)
}

/** A transcript entry with its place, and the number of the message that told its newest state. */
export interface Line {
  place: number
  seq: number
  entry: Entry
}

/** Ready to be written: its words are sealed. */
export function sealedEntry(callId: string, key: CallKey, { place, seq, entry }: Line) {
  return {
    call_id: callId,
    entry_id: entry.id,
    place,
    seq,
    role: entry.role,
    text: base64(sealJson(key, sealName.entry(callId, entry.id), entry.text)),
    final: entry.final,
    interrupted: entry.interrupted ?? false,
    started_at: entry.startedAt,
    ended_at: entry.endedAt ?? null,
  }
}

/** The newest state of each; `place` and beginning stay as they were first written. */
export async function writeEntries(tx: Tx, rows: readonly ReturnType<typeof sealedEntry>[]): Promise<void> {
  if (rows.length === 0) return
  await tx.execute(sql`
    insert into ${entries} (call_id, entry_id, place, seq, role, text, final, interrupted, started_at, ended_at)
    select call_id, entry_id, place, seq, role, decode(text, 'base64'), final, interrupted, started_at, ended_at
    from json_to_recordset(${JSON.stringify(rows)}::json)
    as told (call_id text, entry_id text, place integer, seq integer, role text, text text, final boolean, interrupted boolean,
      started_at timestamptz, ended_at timestamptz)
    on conflict (call_id, entry_id) do update set seq = excluded.seq, role = excluded.role, text = excluded.text,
      final = excluded.final, interrupted = excluded.interrupted, ended_at = excluded.ended_at`)
}

function base64({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('base64')
}

/** What of a call's row such a change sets; connected it was when it first was. */
export function statusRow(change: Parameters<CallLog['status']>[1]) {
  return {
    status: change.status,
    ...(change.status === 'connected'
      ? { connectedAt: sql`coalesce(${calls.connectedAt}, ${new Date(change.at).toISOString()}::timestamptz)` }
      : {}),
    ...(change.ai ? { ai: change.ai } : {}),
    ...(change.heldBy === undefined ? {} : { heldBy: change.heldBy?.id ?? null, heldByName: change.heldBy?.name ?? null }),
  }
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
      heldBy: null,
      heldByName: null,
      head: end.last.hash,
      signature: house.sign(headMessage(end.callId, end.last.seq, end.last.hash)),
      ...(end.usage ? { usage: end.usage } : {}),
    })
    .where(and(eq(calls.id, end.callId), isNull(calls.endedAt)))
    .returning({ id: calls.id })
  return done.length > 0
}

/** What changes of a call's row when another number of ours rings for it; nothing once its details are gone. */
export async function detailsFrom(
  tx: Tx,
  house: Pick<HouseKeys, 'numberHash'>,
  { callId, key, from }: { callId: string; key: CallKey; from: string },
): Promise<{ details?: Uint8Array; fromHash?: string }> {
  const [row] = await tx.select({ details: calls.details }).from(calls).where(eq(calls.id, callId)).for('update')
  if (!row?.details) return {}
  const details = openJson(key, sealName.details(callId), row.details) as Record<string, unknown>
  return { details: sealJson(key, sealName.details(callId), { ...details, from }), fromHash: house.numberHash(from) }
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
