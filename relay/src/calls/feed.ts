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

export interface FeedWriter extends Feed {
  tell(event: Exclude<FeedEvent, { type: 'transcript' }>): void
  /** The entry's whole newest state. */
  transcript(entry: Entry): void
  readonly listeners: number
  clear(): void
}

/** `onListenerFault` hears of watchers that threw: one bad watcher never hurts the call or the others. */
export function createFeed(onListenerFault: (error: unknown) => void): FeedWriter {
  const listeners = new Set<(event: FeedEvent) => void>()
  const newest = new Map<string, { seq: number; entry: Entry }>()
  let seq = 0
  const send = (event: FeedEvent) => {
    for (const listener of [...listeners]) {
      try {
        listener(event)
      } catch (error) {
        listeners.delete(listener)
        onListenerFault(error)
      }
    }
  }
  return {
    listen(listener) {
      // A wrapper of its own, so that the same function listening twice is two listeners.
      const own = (event: FeedEvent) => listener(event)
      listeners.add(own)
      return () => listeners.delete(own)
    },
    since: (after) => [...newest.values()].filter((change) => change.seq > after).sort((a, b) => a.seq - b.seq),
    get lastSeq() {
      return seq
    },
    get listeners() {
      return listeners.size
    },
    tell: send,
    transcript(entry) {
      seq += 1
      newest.set(entry.id, { seq, entry })
      send({ type: 'transcript', seq, entry })
    },
    clear: () => listeners.clear(),
  }
}
