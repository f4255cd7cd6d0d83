import { and, eq, inArray, sql } from 'drizzle-orm'
import { type CallKey, type Keyring, openJson } from '../../access/encryption.ts'
import { openHouseKeys } from '../../access/house-keys.ts'
import { askedOfCall } from '../../access/idempotency.ts'
import { type CallRow, type CallStatus, type EndReason, Entry } from '../../protocol/index.ts'
import { addJob } from '../../store/jobs/add.ts'
import type { Store } from '../../store/open.ts'
import { callbacks, callKeys, calls, entries, events, idempotentRequests } from '../../store/schema.ts'
import { VACUUM } from '../../store/vacuum.ts'
import { sealName } from './call-record.ts'
import { type Capabilities, type StoredCall, viewOf } from './call-view.ts'
import { type Link, problemsOf } from './chain.ts'
import { createHistory, type History } from './history.ts'
import { detailsOf, type KeyState, keyOf, tryTo, WITH_KEY } from './opened.ts'

/** A backup may read the keys for hours; meanwhile the job is tried every ten minutes. */
const VACUUM_ATTEMPTS = 1000
const KEY_PROBLEMS = { missing: 'the key of this call is missing', unopenable: 'the key of this call cannot be opened' }

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
export interface CallBook extends History {
  get(organisationId: string, id: string): Promise<CallRow | undefined>
  /** What the page or program that opened the call gave it; empty once erased. */
  about(organisationId: string, id: string): Promise<{ variables?: unknown; page?: unknown } | undefined>
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

export function createCallBook(o: { store: Store; keyring: Keyring; capabilities?: Capabilities }): CallBook {
  const { db } = o.store
  const mine = (organisationId: string, id: string) => and(eq(calls.organisationId, organisationId), eq(calls.id, id))
  /** The same wall inside a statement on a call's own tables. */
  const minesId = (organisationId: string, id: string) => db.select({ id: calls.id }).from(calls).where(mine(organisationId, id))
  const find = async (organisationId: string, id: string): Promise<({ row: StoredCall } & KeyState) | undefined> => {
    const [found] = await db.select(WITH_KEY).from(calls).leftJoin(callKeys, eq(callKeys.callId, calls.id)).where(mine(organisationId, id))
    return found && { row: found.row, ...keyOf(o.keyring, found) }
  }
  const history = createHistory(o)

  return {
    list: history.list,
    async get(organisationId, id) {
      const found = await find(organisationId, id)
      return found && viewOf(found.row, detailsOf(found.row, found), o.capabilities)
    },
    async about(organisationId, id) {
      const found = await find(organisationId, id)
      if (!found) return undefined
      const { page, variables } = detailsOf(found.row, found)
      return { ...(variables === undefined ? {} : { variables }), ...(page === undefined ? {} : { page }) }
    },
    lines: readLines,
    transcript: async (organisationId, id) => (await readLines(organisationId, id))?.map(({ entry }) => entry),
    async events(organisationId, id) {
      const found = await find(organisationId, id)
      if (!found) return undefined
      const links = await readLinks(organisationId, id, found.key)
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
      const [house, links] = [await openHouseKeys(o.store, o.keyring), await readLinks(organisationId, id, key)]
      const seal = { head: row.head ?? undefined, signature: row.signature ?? undefined }
      const problems = [
        ...(found.key || row.erasedAt ? [] : [KEY_PROBLEMS[found.why]]),
        ...problemsOf({ callId: id, links, ...seal, publicKey: house.publicKey, ...(key ? { salt: key.salt } : {}) }),
      ]
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
        const gone = {
          details: null,
          fromHash: null,
          toHash: null,
          usage: null,
          erasedAt: sql`coalesce(${calls.erasedAt}, ${now.toISOString()})`,
        }
        const [row] = await tx
          .update(calls)
          .set(gone)
          .where(and(mine(organisationId, id), sql`${calls.endedAt} is not null`))
          .returning({ id: calls.id })
        if (!row) return false
        await tx.delete(callKeys).where(inArray(callKeys.callId, minesId(organisationId, id)))
        await tx
          .update(entries)
          .set({ text: null })
          .where(inArray(entries.callId, minesId(organisationId, id)))
        await tx
          .update(events)
          .set({ payload: null })
          .where(inArray(events.callId, minesId(organisationId, id)))
        await tx.delete(idempotentRequests).where(askedOfCall(id))
        // It may have been asked for ahead.
        await tx.delete(callbacks).where(inArray(callbacks.callId, minesId(organisationId, id)))
        // Rows are gone, their bytes are not yet: the job that rewrites the files is part of the same promise.
        await addJob(tx, { kind: VACUUM, key: 'erased', payload: {}, runAt: now, maxAttempts: VACUUM_ATTEMPTS })
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
    if (!key) {
      if (found.row.erasedAt) return []
      throw new Error(`${KEY_PROBLEMS[found.why]}: ${id}`)
    }
    const rows = await db
      .select()
      .from(entries)
      .where(inArray(entries.callId, minesId(organisationId, id)))
      .orderBy(entries.place)
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

  async function readLinks(organisationId: string, id: string, key: CallKey | undefined): Promise<Link[]> {
    const rows = await db
      .select()
      .from(events)
      .where(inArray(events.callId, minesId(organisationId, id)))
      .orderBy(events.seq)
    return rows.map(({ seq, at, type, commitment, hash, payload }) => {
      // One that was tampered with is a finding, not a failure.
      const opened = key && payload ? tryTo(() => openJson(key, sealName.payload(id, seq), payload)) : undefined
      return { seq, atMs: at.getTime(), type, commitment, hash, ...(opened === undefined ? {} : { payload: opened }) }
    })
  }
}
