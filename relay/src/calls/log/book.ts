import { type CallKey, SEAL_BYTES } from '../../access/encryption.ts'
import type { events } from '../../store/schema.ts'
import type { CallLog } from '../ports.ts'
import { type Line, nextEvent, type Told, told } from './call-record.ts'
import { origin } from './chain.ts'

/** Events of one call that are sealed at a time. */
export const MOST_TOLD = 32
/** Events of one call that wait at most, while the database is away; what comes beyond is counted, and the chain says how many. */
const MAX_WAITING_BYTES = 1024 * 1024
const MAX_WAITING_EVENTS = 5000

type Status = Parameters<CallLog['status']>[1]
type End = Parameters<CallLog['close']>[1]
type EventRow = typeof events.$inferInsert

/** What is being written of one call. */
export interface Batch {
  callId: string
  book: Book
  events: EventRow[]
  entries: Line[]
  status: Status | undefined
  end: End | undefined
}

/** One open call's unwritten part. Entries wait in their newest state only, events up to a bound: a long outage costs a call its transcript's size and 1 MiB. */
export class Book {
  readonly callId: string
  readonly key: CallKey
  readonly entries = new Map<string, Line>()
  /** Of the events that are sealed. */
  last: { seq: number; hash: Uint8Array }
  end: End | undefined = undefined
  /** Of events not stored yet, those being written included. */
  waitingEvents = 0
  writing: Promise<void> | undefined = undefined
  /** When the next write is due at the latest; infinite while nothing waits. */
  dueMs = Number.POSITIVE_INFINITY
  /** Waits for the database to come back: nothing hurries that. */
  cancelRetry: (() => void) | undefined = undefined
  /** How long it waited for that the last time, if it did. */
  lastRetryMs: number | undefined = undefined
  /** Resolves when the end is stored. */
  readonly stored = Promise.withResolvers<void>()
  /** Not sealed yet: many at a time cost a third of what they cost one by one between the sound. */
  #told: Told[] = []
  /** Sealed, and not stored by the last write. */
  #events: EventRow[] = []
  #status: Status | undefined = undefined
  /** Of the events' JSON. */
  #waitingBytes = 0
  /** Events that found no room. */
  #missed = 0

  constructor(callId: string, key: CallKey) {
    this.callId = callId
    this.key = key
    this.last = { seq: 0, hash: origin(callId) }
  }

  get waits(): boolean {
    return this.#told.length > 0 || this.#events.length > 0 || this.entries.size > 0 || this.#status !== undefined || this.end !== undefined
  }

  /** Sealed already: for tests. */
  get sealed(): number {
    return this.#events.length
  }

  event(atMs: number, type: string, payload?: Record<string, unknown>): void {
    if (this.waitingEvents >= MAX_WAITING_EVENTS || this.#waitingBytes >= MAX_WAITING_BYTES) {
      this.#missed += 1
      return
    }
    this.#tellGap(atMs)
    this.#add(atMs, type, payload)
  }

  status(change: Status): void {
    this.#status = newest(this.#status, change)
  }

  /** There is always room for the end. */
  close(atMs: number, end: End): void {
    this.#tellGap(atMs)
    this.#add(atMs, 'call.ended', { status: end.status, reason: end.endReason })
    this.end = end
  }

  /** Everything that waits, to be written. */
  take(): Batch {
    this.#seal()
    const batch = {
      callId: this.callId,
      book: this,
      events: this.#events,
      entries: [...this.entries.values()],
      status: this.#status,
      end: this.end,
    }
    this.#events = []
    this.entries.clear()
    this.#status = undefined
    this.dueMs = Number.POSITIVE_INFINITY
    return batch
  }

  isStored({ events: rows }: Batch): void {
    this.waitingEvents -= rows.length
    for (const { payload } of rows) this.#waitingBytes -= payload ? payload.length - SEAL_BYTES : 0
  }

  /** What failed goes back in front of what came since; a newer state of an entry wins. */
  putBack({ events: rows, entries: lines, status }: Batch): void {
    this.#events.unshift(...rows)
    for (const each of lines) if (!this.entries.has(each.entry.id)) this.entries.set(each.entry.id, each)
    this.#status = newest(status, this.#status)
  }

  #tellGap(atMs: number) {
    if (this.#missed > 0) this.#add(atMs, 'log.gap', { events: this.#missed })
    this.#missed = 0
  }

  #add(atMs: number, type: string, payload?: Record<string, unknown>) {
    const event = told(atMs, type, payload)
    this.#told.push(event)
    this.waitingEvents += 1
    this.#waitingBytes += Buffer.byteLength(event.payload)
    // Those of a whole outage, or behind a write that hangs, would hold up the sound at once.
    if (this.cancelRetry || this.#told.length >= MOST_TOLD) this.#seal()
  }

  #seal() {
    for (const event of this.#told.splice(0)) {
      const row = nextEvent(this.callId, this.key, this.last, event)
      this.last = { seq: row.seq, hash: row.hash }
      this.#events.push(row)
    }
  }
}

/** Two changes as one: the newer wins, but a call was connected when it first was. */
function newest(earlier: Status | undefined, later: Status | undefined): Status | undefined {
  if (!earlier || !later) return later ?? earlier
  return { ...earlier, ...later, at: earlier.status === 'connected' && later.status === 'connected' ? earlier.at : later.at }
}
