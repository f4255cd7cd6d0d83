import { and, eq, inArray, isNull, sql } from 'drizzle-orm'
import type { CallKey, Keyring } from '../../access/encryption.ts'
import { sealJson } from '../../access/encryption.ts'
import { openHouseKeys } from '../../access/house-keys.ts'
import type { Logger } from '../../logger.ts'
import type { Store } from '../../store/open.ts'
import { callKeys, calls, type events } from '../../store/schema.ts'
import type { CallLog, Clock } from '../ports.ts'
import { type Line, nextEvent, sealName, writeEnd, writeEntry, writeEvents } from './call-record.ts'
import { origin } from './chain.ts'

/** Writes of a call are gathered this long, so that a turn is one transaction. */
const GATHER_MS = 25
/** A line that still grows can wait longer, for every word of it is another write of all: a relay that is killed loses so much of its last words. */
const GROWING_MS = 2000
const RETRY_FROM_MS = 250
const RETRY_UP_TO_MS = 5000
/** Another relay may settle a call whose owner has not said for this long that it lives. */
export const LEASE_MS = 15_000
const RENEW_MS = 5000
/** Nothing hurries a try that waits for the database to come back. */
const RETRIES = Number.NEGATIVE_INFINITY
/** Sealed events of one call that wait at most, while the database is away; what comes beyond is counted, and the chain says how many. */
const MAX_WAITING_BYTES = 1024 * 1024
const MAX_WAITING_EVENTS = 5000

type Status = Parameters<CallLog['status']>[1]
type End = Parameters<CallLog['close']>[1]

/** One open call's unwritten part. Entries wait in their newest state only, events up to a bound: a long outage costs a call its transcript's size and 1 MiB. */
interface Book {
  key: CallKey
  last: { seq: number; hash: Uint8Array }
  events: (typeof events.$inferInsert)[]
  /** Of events not stored yet, those being written included. */
  waitingEvents: number
  waitingBytes: number
  /** Events that found no room. */
  missed: number
  entries: Map<string, Line>
  status: Status | undefined
  end: End | undefined
  writing: Promise<void> | undefined
  cancel: (() => void) | undefined
  /** When what `cancel` cancels was to happen. */
  dueMs: number
  /** Resolves when the end is stored. */
  stored: PromiseWithResolvers<void>
}

export interface StoredCallLog extends CallLog {
  /** Resolves when everything told so far is stored. Waits as long as the database is away. */
  flush(): Promise<void>
  /** Stops leases and timers. What is not stored by now is left to the next start's sweeper. */
  stop(): Promise<void>
  /** Events that are not stored yet, and entries that wait. */
  depth(): number
  /** Whether this relay keeps the call's book now. */
  holds(callId: string): boolean
}

/** Keeps the books of live calls: in order per call, gathered, repeated until stored, each event once. */
export function createCallLog(o: { store: Store; keyring: Keyring; clock: Clock; owner: string; logger: Logger }): StoredCallLog {
  const { clock, keyring, logger, owner, store } = o
  const books = new Map<string, Book>()
  let stopped = false
  let cancelRenew: (() => void) | undefined

  function renewLater() {
    cancelRenew = clock.after(RENEW_MS, () => {
      void renew()
        .catch((error: unknown) => logger.warn({ err: error }, 'leases of live calls were not renewed'))
        .finally(() => {
          if (!stopped) renewLater()
        })
    })
  }
  async function renew() {
    const ids = [...books.keys()]
    if (ids.length === 0) return
    await store.db
      .update(calls)
      .set({ leaseUntil: new Date(clock.nowMs() + LEASE_MS) })
      .where(and(inArray(calls.id, ids), eq(calls.owner, owner), isNull(calls.endedAt)))
  }
  renewLater()

  function writeSoon(callId: string, book: Book) {
    if (book.writing || stopped) return
    later(callId, book, presses(book) ? GATHER_MS : GROWING_MS)
  }

  /** At the latest then; what was to happen sooner stays. */
  function later(callId: string, book: Book, delayMs: number, retryMs?: number) {
    const dueMs = clock.monotonicMs() + delayMs
    if (book.cancel && book.dueMs <= dueMs) return
    book.cancel?.()
    book.dueMs = retryMs === undefined ? dueMs : RETRIES
    book.cancel = clock.after(delayMs, () => {
      book.cancel = undefined
      write(callId, book, retryMs)
    })
  }

  function writeNow(callId: string, book: Book) {
    if (book.cancel && book.dueMs === RETRIES) return
    book.cancel?.()
    book.cancel = undefined
    write(callId, book)
  }

  function write(callId: string, book: Book, retryMs = RETRY_FROM_MS) {
    if (book.writing || stopped) return
    const batch = { events: book.events.splice(0), entries: [...book.entries.values()], status: book.status, end: book.end }
    book.entries.clear()
    book.status = undefined
    book.writing = writeBatch(callId, book, batch).then(
      (over) => {
        book.writing = undefined
        book.waitingEvents -= batch.events.length
        book.waitingBytes -= bytesOf(batch.events)
        if (over) {
          if (!batch.end) logger.warn({ callId }, 'the call was settled before it ended here; what it says from now on is not kept')
          books.delete(callId)
          book.stored.resolve()
        } else if (waits(book)) writeSoon(callId, book)
      },
      (error: unknown) => {
        book.writing = undefined
        // What failed goes back in front of what came since; a newer state of an entry wins.
        book.events.unshift(...batch.events)
        for (const each of batch.entries) if (!book.entries.has(each.entry.id)) book.entries.set(each.entry.id, each)
        book.status = newest(batch.status, book.status)
        logger.warn({ callId, fault: nameOf(error), retryMs }, 'the call log could not write; it tries again')
        if (stopped) return
        later(callId, book, retryMs, Math.min(2 * retryMs, RETRY_UP_TO_MS))
      },
    )
  }

  /** Resolves with whether the book is over. */
  async function writeBatch(
    callId: string,
    book: Book,
    batch: Pick<Book, 'events' | 'status' | 'end'> & { entries: Line[] },
  ): Promise<boolean> {
    const house = await openHouseKeys(store, keyring)
    return store.db.transaction(async (tx) => {
      const [row] = await tx.select({ endedAt: calls.endedAt }).from(calls).where(eq(calls.id, callId)).for('update')
      // Settled by another relay, or by our own write whose answer was lost: nothing may stand behind the seal.
      if (!row || row.endedAt) return true
      await writeEvents(tx, batch.events)
      for (const line of batch.entries) await writeEntry(tx, callId, book.key, line)
      if (batch.status) await tx.update(calls).set(statusRow(batch.status)).where(eq(calls.id, callId))
      if (!batch.end) return false
      const { at: atMs, ...end } = batch.end
      await writeEnd(tx, house, { callId, ...end, atMs, last: book.last })
      return true
    })
  }

  const withBook = (callId: string, act: (book: Book) => void) => {
    const book = books.get(callId)
    // After its end a call has no more history: late words are dropped, not written behind the seal.
    if (!book || book.end) return
    act(book)
    writeSoon(callId, book)
  }
  const add = (callId: string, book: Book, type: string, payload?: Record<string, unknown>) => {
    const row = nextEvent(callId, book.key, book.last, { atMs: Math.floor(clock.nowMs()), type, payload })
    book.last = { seq: row.seq, hash: row.hash }
    book.events.push(row)
    book.waitingEvents += 1
    book.waitingBytes += bytesOf([row])
  }
  const tellGap = (callId: string, book: Book) => {
    if (book.missed > 0) add(callId, book, 'log.gap', { events: book.missed })
    book.missed = 0
  }
  const append = (callId: string, book: Book, type: string, payload?: Record<string, unknown>) => {
    if (book.waitingEvents >= MAX_WAITING_EVENTS || book.waitingBytes >= MAX_WAITING_BYTES) {
      book.missed += 1
      return
    }
    tellGap(callId, book)
    add(callId, book, type, payload)
  }

  return {
    async open(call) {
      const { key, ...wrapped } = keyring.newCallKey(call.id)
      const house = await openHouseKeys(store, keyring)
      const hash = (field: string) => {
        const number = call.details[field]
        return typeof number === 'string' && number.startsWith('+') ? house.numberHash(number) : null
      }
      await store.db.transaction(async (tx) => {
        await tx.insert(calls).values({
          id: call.id,
          organisationId: call.organisationId,
          agentId: call.agentId,
          sessionId: call.sessionId,
          kind: call.kind,
          direction: call.direction,
          carrier: call.carrier ?? null,
          phoneNumberId: call.phoneNumberId ?? null,
          carrierCallId: call.carrierCallId ?? null,
          status: 'initiated',
          ai: 'active',
          startedAt: new Date(call.startedAtMs),
          fromHash: hash('from'),
          toHash: hash('to'),
          details: sealJson(key, sealName.details(call.id), call.details),
          owner,
          leaseUntil: new Date(clock.nowMs() + LEASE_MS),
        })
        await tx.insert(callKeys).values({ callId: call.id, ...wrapped })
      })
      books.set(call.id, {
        key,
        last: { seq: 0, hash: origin(call.id) },
        events: [],
        waitingEvents: 0,
        waitingBytes: 0,
        missed: 0,
        entries: new Map(),
        status: undefined,
        end: undefined,
        writing: undefined,
        cancel: undefined,
        dueMs: RETRIES,
        stored: Promise.withResolvers(),
      })
    },
    event: (callId, type, payload) => withBook(callId, (book) => append(callId, book, type, payload)),
    entry: (callId, at, entry) => withBook(callId, (book) => void book.entries.set(entry.id, { ...at, entry })),
    status: (callId, change) =>
      withBook(callId, (book) => {
        book.status = newest(book.status, change)
      }),
    async line(callId, carrierCallId) {
      await store.db.update(calls).set({ carrierCallId }).where(eq(calls.id, callId))
    },
    async close(callId, end) {
      const book = books.get(callId)
      if (!book) return
      if (!book.end) {
        tellGap(callId, book)
        add(callId, book, 'call.ended', { status: end.status, reason: end.endReason })
        book.end = end
        writeNow(callId, book)
      }
      await book.stored.promise
    },
    async flush() {
      while (!stopped) {
        const open = [...books].filter(([, book]) => waits(book) || book.writing)
        if (open.length === 0) return
        for (const [callId, book] of open) writeNow(callId, book)
        await Promise.all(open.map(([, book]) => book.writing ?? new Promise<void>((resolve) => clock.after(GATHER_MS, resolve))))
      }
    },
    async stop() {
      stopped = true
      cancelRenew?.()
      for (const book of books.values()) {
        book.cancel?.()
        book.stored.resolve()
      }
      await Promise.allSettled([...books.values()].map((book) => book.writing))
      books.clear()
    },
    holds: (callId) => books.has(callId),
    depth: () => [...books.values()].reduce((sum, book) => sum + book.waitingEvents + book.entries.size, 0),
  }
}

/** Something that is settled waits, and not only words that more will follow. */
function presses(book: Book): boolean {
  return (
    book.events.length > 0 ||
    book.status !== undefined ||
    book.end !== undefined ||
    [...book.entries.values()].some(({ entry }) => entry.final)
  )
}

function waits(book: Book): boolean {
  return book.events.length > 0 || book.entries.size > 0 || book.status !== undefined || book.end !== undefined
}

/** Two changes as one: the newer wins, but a call was connected when it first was. */
function newest(earlier: Status | undefined, later: Status | undefined): Status | undefined {
  if (!earlier || !later) return later ?? earlier
  return { ...earlier, ...later, at: earlier.status === 'connected' && later.status === 'connected' ? earlier.at : later.at }
}

function bytesOf(rows: Book['events']): number {
  return rows.reduce((sum, { payload }) => sum + (payload?.length ?? 0), 0)
}

function statusRow(change: Status) {
  return {
    status: change.status,
    ...(change.status === 'connected'
      ? { connectedAt: sql`coalesce(${calls.connectedAt}, ${new Date(change.at).toISOString()}::timestamptz)` }
      : {}),
    ...(change.ai ? { ai: change.ai } : {}),
  }
}

/** Database errors quote their statement; its name is enough. */
function nameOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause !== null && typeof cause === 'object' && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? code : cause instanceof Error ? cause.name : 'unknown'
}
