import type { CallStatus, ConversationState, EndReason, Entry } from '../protocol/index.ts'

/** What everyone who watches a call is told, in order. */
export type FeedEvent =
  | { type: 'status'; status: CallStatus }
  | { type: 'state'; state: ConversationState }
  | { type: 'transcript'; seq: number; entry: Entry }
  | { type: 'speaker'; who: 'agent' | 'operator'; name?: string }
  | { type: 'tool'; id: string; name: string; arguments: Record<string, unknown> }
  /** For the people who watch calls; the page is not told. */
  | { type: 'human-requested'; reason: string }
  /** Likewise: an operator holds the agent back, speaks in its place, or lets it go on. */
  | { type: 'ai'; ai: 'active' | 'paused' | 'off' }
  | { type: 'error'; code: string; message: string; retryable: boolean }
  | { type: 'ended'; reason: EndReason }

export interface Feed {
  /** Events from now on; the returned function ends it. A listener that throws is reported and dropped. */
  listen(listener: (event: FeedEvent) => void): () => void
  /** Every entry changed after `seq`, newest state, in the order of its last change. */
  since(seq: number): { seq: number; entry: Entry }[]
  readonly lastSeq: number
}

/** A line of the transcript. The feed keeps it and numbers it anew with every change: one object a line, for a call keeps them all. */
export interface ToldLine {
  /** Of its last change; 0 until it was told. */
  seq: number
  /** Its newest state. */
  entry: Entry
}

export interface FeedWriter extends Feed {
  tell(event: Exclude<FeedEvent, { type: 'transcript' }>): void
  /** This line as it is now: new, or changed. */
  transcript(line: ToldLine): void
  readonly listeners: number
  clear(): void
}

/** `onListenerFault` hears of watchers that threw: one bad watcher never hurts the call or the others. */
export function createFeed(onListenerFault: (error: unknown) => void): FeedWriter {
  return new CallFeed(onListenerFault)
}

type Listener = (event: FeedEvent) => void

// A class: getters in an object literal would make each feed a slow object of its own shape.
class CallFeed implements FeedWriter {
  lastSeq = 0
  readonly #listeners = new Set<Listener>()
  readonly #told: ToldLine[] = []
  readonly #onListenerFault: (error: unknown) => void

  constructor(onListenerFault: (error: unknown) => void) {
    this.#onListenerFault = onListenerFault
  }

  get listeners() {
    return this.#listeners.size
  }

  listen(listener: Listener) {
    // A wrapper of its own, so that the same function listening twice is two listeners.
    const own = (event: FeedEvent) => listener(event)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  since(after: number) {
    return this.#told.flatMap(({ seq, entry }) => (seq > after ? [{ seq, entry }] : [])).sort((a, b) => a.seq - b.seq)
  }

  tell(event: FeedEvent) {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event)
      } catch (error) {
        this.#listeners.delete(listener)
        this.#onListenerFault(error)
      }
    }
  }

  transcript(line: ToldLine) {
    if (line.seq === 0) this.#told.push(line)
    this.lastSeq += 1
    line.seq = this.lastSeq
    this.tell({ type: 'transcript', seq: line.seq, entry: line.entry })
  }

  clear() {
    this.#listeners.clear()
  }
}
