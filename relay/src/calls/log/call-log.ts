import { eq } from 'drizzle-orm'
import { type Keyring, sealJson } from '../../access/encryption.ts'
import { openHouseKeys } from '../../access/house-keys.ts'
import type { Logger } from '../../logger.ts'
import type { Store } from '../../store/open.ts'
import { callKeys, calls } from '../../store/schema.ts'
import type { CallLog, Clock } from '../ports.ts'
import { type Batch, Book } from './book.ts'
import { detailsFrom, sealedEntry, sealName, statusRow, stillOpen, writeEnd, writeEntries, writeEvents } from './call-record.ts'
import { keepLeases, LEASE_MS } from './leases.ts'
import { createRound, MOST_TOGETHER } from './round.ts'

/** Writes of a call are gathered this long, so that a turn is one transaction. */
const GATHER_MS = 25
/** A line that still grows can wait longer, for every word of it is another write of all: a relay that is killed loses so much of its last words. */
const GROWING_MS = 3000
const RETRY_FROM_MS = 250
const RETRY_UP_TO_MS = 5000
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
export function createCallLog(o: {
  store: Store
  keyring: Keyring
  clock: Clock
  owner: string
  logger: Logger
  /** No other relay works on this store: nobody needs to be told that a call still lives. */
  alone?: boolean
}): StoredCallLog {
  const { clock, keyring, logger, owner, store } = o
  const books = new Map<string, Book>()
  const round = createRound({ clock, busy: () => books.size, go: writeDue })
  let stopped = false
  const wallMs = () => Math.floor(clock.nowMs())

  const leases = o.alone ? undefined : keepLeases({ store, clock, owner, logger, held: () => [...books.keys()] })

  /** At the latest then; what was to happen sooner stays. */
  function writeBy(book: Book, waitMs: number) {
    if (stopped) return
    const dueMs = clock.monotonicMs() + waitMs
    if (dueMs >= book.dueMs) return
    book.dueMs = dueMs
    if (!book.writing && !book.cancelRetry) round.by(dueMs)
  }

  function writeDue() {
    const now = clock.monotonicMs()
    const waiting = [...books.values()]
      .filter((book) => book.dueMs < Number.POSITIVE_INFINITY && !book.writing && !book.cancelRetry)
      .sort((a, b) => a.dueMs - b.dueMs)
    const due = waiting.slice(0, MOST_TOGETHER).filter((book) => book.dueMs <= now + 1)
    if (due.length > 0) write(due)
    const next = waiting[due.length]
    if (next) round.by(next.dueMs)
  }

  /** Everything that waits in these books, in one transaction. */
  function write(open: readonly Book[]) {
    if (stopped) return
    const batches = open.map((book) => book.take())
    const writing = writeBatches(batches).then(
      (over) => {
        for (const batch of batches) written(batch, over.has(batch.callId))
      },
      (error: unknown) => {
        for (const batch of batches) failed(batch, error)
      },
    )
    for (const { book } of batches) book.writing = writing
  }

  function written(batch: Batch, over: boolean) {
    const { book, callId, end } = batch
    book.writing = undefined
    book.lastRetryMs = undefined
    book.isStored(batch)
    if (over) {
      if (!end) logger.warn({ callId }, 'the call was settled before it ended here; what it says from now on is not kept')
      books.delete(callId)
      book.stored.resolve()
    } else if (book.end) write([book])
    else if (book.dueMs < Number.POSITIVE_INFINITY) round.by(book.dueMs)
  }

  /** Each for itself from now on, so that what one call cannot write holds up no other. */
  function failed(batch: Batch, error: unknown) {
    const { book, callId } = batch
    book.writing = undefined
    book.putBack(batch)
    const afterMs = Math.min(2 * (book.lastRetryMs ?? RETRY_FROM_MS / 2), RETRY_UP_TO_MS)
    logger.warn({ callId, fault: nameOf(error), retryMs: afterMs }, 'the call log could not write; it tries again')
    if (stopped) return
    book.lastRetryMs = afterMs
    book.cancelRetry = clock.after(afterMs, () => {
      book.cancelRetry = undefined
      write([book])
    })
  }

  /** Resolves with the calls that are over. */
  async function writeBatches(batches: readonly Batch[]): Promise<ReadonlySet<string>> {
    const house = await openHouseKeys(store, keyring)
    return store.db.transaction(async (tx) => {
      const open = await stillOpen(
        tx,
        batches.map(({ callId }) => callId),
      )
      // Settled by another relay, or by our own write whose answer was lost: nothing may stand behind the seal.
      const over = new Set(batches.flatMap(({ callId }) => (open.has(callId) ? [] : [callId])))
      const live = batches.filter(({ callId }) => open.has(callId))
      await writeEvents(
        tx,
        live.flatMap((batch) => batch.events),
      )
      await writeEntries(
        tx,
        live.flatMap(({ callId, book, entries: lines }) => lines.map((line) => sealedEntry(callId, book.key, line))),
      )
      for (const { callId, book, status, end } of live) {
        if (status) await tx.update(calls).set(statusRow(status)).where(eq(calls.id, callId))
        if (!end) continue
        const { at: atMs, ...rest } = end
        await writeEnd(tx, house, { callId, ...rest, atMs, last: book.last })
        over.add(callId)
      }
      return over
    })
  }

  const withBook = (callId: string, waitMs: number, act: (book: Book) => void) => {
    const book = books.get(callId)
    // After its end a call has no more history: late words are dropped, not written behind the seal.
    if (!book || book.end) return
    act(book)
    writeBy(book, waitMs)
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
      books.set(call.id, new Book(call.id, key))
    },
    event: (callId, type, payload) => withBook(callId, GATHER_MS, (book) => book.event(wallMs(), type, payload)),
    entry: (callId, at, entry) =>
      withBook(callId, entry.final ? GATHER_MS : GROWING_MS, (book) => void book.entries.set(entry.id, { ...at, entry })),
    status: (callId, change) => withBook(callId, GATHER_MS, (book) => book.status(change)),
    async line(callId, { from, ...line }) {
      const key = books.get(callId)?.key
      const house = await openHouseKeys(store, keyring)
      await store.db.transaction(async (tx) => {
        const shown = from !== undefined && key ? await detailsFrom(tx, house, { callId, key, from }) : {}
        await tx
          .update(calls)
          .set({ ...line, ...shown })
          .where(eq(calls.id, callId))
      })
    },
    async close(callId, end) {
      const book = books.get(callId)
      if (!book) return
      if (!book.end) {
        book.close(wallMs(), end)
        if (!book.writing && !book.cancelRetry) write([book])
      }
      await book.stored.promise
    },
    async flush() {
      while (!stopped) {
        const open = [...books.values()].filter((book) => book.waits || book.writing)
        if (open.length === 0) return
        const idle = open.filter((book) => !book.writing && !book.cancelRetry)
        while (idle.length > 0) write(idle.splice(0, MOST_TOGETHER))
        await Promise.all(open.map((book) => book.writing ?? new Promise<void>((resolve) => clock.after(GATHER_MS, resolve))))
      }
    },
    async stop() {
      stopped = true
      leases?.stop()
      round.stop()
      for (const book of books.values()) {
        book.cancelRetry?.()
        book.stored.resolve()
      }
      await Promise.allSettled([...books.values()].map((book) => book.writing))
      books.clear()
    },
    holds: (callId) => books.has(callId),
    depth: () => [...books.values()].reduce((sum, book) => sum + book.waitingEvents + book.entries.size, 0),
  }
}

/** Database errors quote their statement; its name is enough. */
function nameOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause !== null && typeof cause === 'object' && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? code : cause instanceof Error ? cause.name : 'unknown'
}
