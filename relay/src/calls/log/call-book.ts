import { and, desc, eq, isNull, lt, or, sql } from 'drizzle-orm'
import { type CallKey, type Keyring, openJson } from '../../access/encryption.ts'
import { openHouseKeys } from '../../access/house-keys.ts'
import { type CallStatus, type EndReason, Entry } from '../../protocol/index.ts'
import { addJob } from '../../store/jobs/add.ts'
import type { Store } from '../../store/open.ts'
import { callKeys, calls, entries, events } from '../../store/schema.ts'
import { VACUUM } from '../../store/vacuum.ts'
import { sealName } from './call-record.ts'
import { type Link, problemsOf } from './chain.ts'

const PAGE = 50
const MAX_PAGE = 200

/** CONTRACT section 6's `call`. */
export interface CallRow {
  id: string
  sessionId: string
  agentId: string
  kind: 'web' | 'phone' | 'bridge'
  direction: 'inbound' | 'outbound'
  carrier?: string
  from?: string
  to?: string
  status: CallStatus
  endReason?: EndReason
  startedAt: string
  connectedAt?: string
  endedAt?: string
  durationMs?: number
  ai: 'active' | 'paused' | 'off'
  heldBy?: string
  recording: boolean
  cost?: unknown
  capabilities: string[]
}

export interface StoredEvent {
  seq: number
  at: string
  type: string
  /** Missing once erased. */
  payload?: Record<string, unknown>
}

export interface Evidence {
  callId: string
  verified: boolean
  problems: string[]
  head?: string
  signature?: string
  /** Ed25519, SPKI in PEM: checks the seal without any secret. */
  publicKey: string
  events: number
  erased: boolean
}

/** The reading side of the log. Every question but `status` stands behind the wall of one organisation. */
export interface CallBook {
  list(
    organisationId: string,
    q: {
      cursor?: string | undefined
      limit?: number | undefined
      agentId?: string | undefined
      sessionId?: string | undefined
      status?: string | undefined
      active?: boolean
    },
  ): Promise<{ calls: CallRow[]; nextCursor?: string }>
  get(organisationId: string, id: string): Promise<CallRow | undefined>
  transcript(organisationId: string, id: string): Promise<Entry[] | undefined>
  /** The same, each entry with the number of the message that told its newest state. */
  lines(organisationId: string, id: string): Promise<{ seq: number; entry: Entry }[] | undefined>
  events(organisationId: string, id: string): Promise<StoredEvent[] | undefined>
  evidence(organisationId: string, id: string): Promise<Evidence | undefined>
  /** Destroys key, salt and words of an ended call. The chain stays. False when there is no such call or it still lives. */
  erase(organisationId: string, id: string): Promise<boolean>
  /** Of any organisation: how a call stands, for its own socket. */
  status(id: string): Promise<{ status: CallStatus; endReason?: EndReason } | undefined>
}

type Row = typeof calls.$inferSelect

export function createCallBook(o: { store: Store; keyring: Keyring }): CallBook {
  const { db } = o.store
  const mine = (organisationId: string, id: string) => and(eq(calls.organisationId, organisationId), eq(calls.id, id))
  const find = async (organisationId: string, id: string): Promise<{ row: Row; key: CallKey | undefined } | undefined> => {
    const [found] = await db
      .select({ row: calls, keyId: callKeys.keyId, wrapped: callKeys.wrapped })
      .from(calls)
      .leftJoin(callKeys, eq(callKeys.callId, calls.id))
      .where(mine(organisationId, id))
    if (!found) return undefined
    const key = found.keyId && found.wrapped ? o.keyring.openCallKey(id, { keyId: found.keyId, wrapped: found.wrapped }) : undefined
    return { row: found.row, key }
  }

  return {
    async list(organisationId, q) {
      const limit = Math.min(Math.max(1, q.limit ?? PAGE), MAX_PAGE)
      const after = q.cursor === undefined ? undefined : readCursor(q.cursor)
      const rows = await db
        .select()
        .from(calls)
        .where(
          and(
            eq(calls.organisationId, organisationId),
            q.agentId === undefined ? undefined : eq(calls.agentId, q.agentId),
            q.sessionId === undefined ? undefined : eq(calls.sessionId, q.sessionId),
            q.status === undefined ? undefined : eq(calls.status, q.status),
            q.active ? isNull(calls.endedAt) : undefined,
            after && or(lt(calls.startedAt, after.at), and(eq(calls.startedAt, after.at), lt(calls.id, after.id))),
          ),
        )
        .orderBy(desc(calls.startedAt), desc(calls.id))
        .limit(limit + 1)
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      return { calls: page.map((row) => view(row)), ...(rows.length > limit && last ? { nextCursor: writeCursor(last) } : {}) }
    },
    async get(organisationId, id) {
      const found = await find(organisationId, id)
      if (!found) return undefined
      const details =
        found.key && found.row.details ? (openJson(found.key, sealName.details(id), found.row.details) as Record<string, unknown>) : {}
      return view(found.row, details)
    },
    lines: readLines,
    transcript: async (organisationId, id) => (await readLines(organisationId, id))?.map(({ entry }) => entry),
    async events(organisationId, id) {
      const found = await find(organisationId, id)
      if (!found) return undefined
      const links = await readLinks(id, found.key)
      return links.map(({ seq, atMs, type, payload }) => ({
        seq,
        at: new Date(atMs).toISOString(),
        type,
        ...(payload === undefined ? {} : { payload: payload as Record<string, unknown> }),
      }))
    },
    async evidence(organisationId, id) {
      const found = await find(organisationId, id)
      if (!found) return undefined
      const { row, key } = found
      const [house, links] = [await openHouseKeys(o.store, o.keyring), await readLinks(id, key)]
      const seal = { head: row.head ?? undefined, signature: row.signature ?? undefined }
      const problems = problemsOf({ callId: id, links, ...seal, publicKey: house.publicKey, ...(key ? { salt: key.salt } : {}) })
      return {
        callId: id,
        verified: problems.length === 0,
        problems,
        ...(seal.head ? { head: Buffer.from(seal.head).toString('hex') } : {}),
        ...(seal.signature ? { signature: Buffer.from(seal.signature).toString('base64url') } : {}),
        publicKey: house.publicKey.export({ format: 'pem', type: 'spki' }).toString(),
        events: links.length,
        erased: row.erasedAt !== null,
      }
    },
    erase: (organisationId, id) =>
      db.transaction(async (tx) => {
        const now = new Date()
        const gone = { details: null, fromHash: null, toHash: null, usage: null, erasedAt: now }
        const [row] = await tx
          .update(calls)
          .set(gone)
          .where(and(mine(organisationId, id), sql`${calls.endedAt} is not null`))
          .returning({ id: calls.id })
        if (!row) return false
        await tx.delete(callKeys).where(eq(callKeys.callId, id))
        await tx.update(entries).set({ text: null }).where(eq(entries.callId, id))
        await tx.update(events).set({ payload: null }).where(eq(events.callId, id))
        // Rows are gone, their bytes are not yet: the job that rewrites the files is part of the same promise.
        await addJob(tx, { kind: VACUUM, key: 'erased', payload: {}, runAt: now, maxAttempts: 20 })
        return true
      }),
    async status(id) {
      const [row] = await db.select({ status: calls.status, endReason: calls.endReason }).from(calls).where(eq(calls.id, id))
      return row && { status: row.status as CallStatus, ...(row.endReason ? { endReason: row.endReason as EndReason } : {}) }
    },
  }

  async function readLines(organisationId: string, id: string) {
    const found = await find(organisationId, id)
    if (!found) return undefined
    const { key } = found
    if (!key) return []
    const rows = await db.select().from(entries).where(eq(entries.callId, id)).orderBy(entries.place)
    return rows.map((row) => ({
      seq: row.seq,
      entry: Entry.parse({
        id: row.entryId,
        role: row.role,
        text: row.text ? openJson(key, sealName.entry(id, row.entryId), row.text) : '',
        final: row.final,
        startedAt: row.startedAt.toISOString(),
        ...(row.endedAt ? { endedAt: row.endedAt.toISOString() } : {}),
        ...(row.interrupted ? { interrupted: true } : {}),
      }),
    }))
  }

  async function readLinks(id: string, key: CallKey | undefined): Promise<Link[]> {
    const rows = await db.select().from(events).where(eq(events.callId, id)).orderBy(events.seq)
    return rows.map(({ seq, at, type, commitment, hash, payload }) => ({
      seq,
      atMs: at.getTime(),
      type,
      commitment,
      hash,
      ...(key && payload ? { payload: openJson(key, sealName.payload(id, seq), payload) } : {}),
    }))
  }
}

function view(row: Row, details: Record<string, unknown> = {}): CallRow {
  const endMs = row.endedAt?.getTime()
  return {
    id: row.id,
    sessionId: row.sessionId,
    agentId: row.agentId,
    kind: row.kind,
    direction: row.direction,
    ...(row.carrier ? { carrier: row.carrier } : {}),
    ...(typeof details.from === 'string' ? { from: details.from } : {}),
    ...(typeof details.to === 'string' ? { to: details.to } : {}),
    status: row.status as CallStatus,
    ...(row.endReason ? { endReason: row.endReason as EndReason } : {}),
    startedAt: row.startedAt.toISOString(),
    ...(row.connectedAt ? { connectedAt: row.connectedAt.toISOString() } : {}),
    ...(row.endedAt ? { endedAt: row.endedAt.toISOString() } : {}),
    ...(endMs === undefined ? {} : { durationMs: row.connectedAt ? Math.max(0, endMs - row.connectedAt.getTime()) : 0 }),
    ai: row.ai,
    ...(row.heldBy ? { heldBy: row.heldBy } : {}),
    recording: row.recording !== null,
    capabilities: row.endedAt ? [] : ['hangup'],
  }
}

function writeCursor(row: Row): string {
  return Buffer.from(`${row.startedAt.getTime()}.${row.id}`).toString('base64url')
}

/** A cursor we did not make starts at the newest. */
function readCursor(cursor: string): { at: Date; id: string } | undefined {
  const parts = /^(\d{1,14})\.([A-Za-z0-9_-]{1,64})$/.exec(Buffer.from(cursor, 'base64url').toString())
  return parts ? { at: new Date(Number(parts[1])), id: parts[2] ?? '' } : undefined
}
