import { WebSocket } from 'ws'
import { z } from 'zod'
import { RELAY_HEADER, type RelayProof } from '../access/relay-proof.ts'
import type { CallBook } from '../calls/log/call-book.ts'
import type { Clock } from '../calls/ports.ts'
import type { Logger } from '../logger.ts'
import { Entry } from '../protocol/index.ts'
import { createFarFeed, type FarFeed, type FarLine } from './far-feed.ts'
import type { Holder, Peers } from './peers.ts'

const AGAIN_AFTER_MS = 500
/** Nobody waits longer for a relay that does not answer: the store says what it knows. */
const CAUGHT_UP_WITHIN_MS = 3000
const MAX_LINE_BYTES = 256 * 1024

/** From relay to relay: lines, and once that what was there is told. */
export const FarMessage = z.union([z.object({ seq: z.int().positive(), entry: Entry }), z.object({ caughtUp: z.literal(true) })])
export type FarMessage = z.infer<typeof FarMessage>
const feedPath = (callId: string, after: number) => `/relay/calls/${callId}/feed?after=${after}`

/** Transcripts of calls that live at other relays, for as long as somebody here reads them. */
export interface FarFeeds {
  /**
   * The transcript as far as its relay has told it, or the store where that says nothing, which goes on being told to `onLine` until nobody
   * reads it any more. Undefined for a call that lives at no other relay.
   */
  read(organisationId: string, callId: string): Promise<FarFeed | undefined>
  /** Ends it unless somebody is about to read. */
  unread(callId: string): void
  close(): void
}

interface Source {
  feed: FarFeed
  caughtUp: PromiseWithResolvers<boolean>
  /** Those who asked and have not read yet. */
  asking: number
  take(line: FarLine): void
  stop(): void
}

export function createFarFeeds(o: {
  peers: Pick<Peers, 'holding'>
  proof: RelayProof
  book: Pick<CallBook, 'lines'>
  onLine: (callId: string, line: FarLine) => void
  clock: Clock
  logger: Logger
}): FarFeeds {
  const { clock, logger, peers } = o
  const sources = new Map<string, Source>()

  /** Reads from wherever the call is, again and again, until it is over; then from the store, which by then has all. */
  function open(organisationId: string, callId: string): Source {
    const feed = createFarFeed()
    const caughtUp = Promise.withResolvers<boolean>()
    let ws: WebSocket | undefined
    let cancel: (() => void) | undefined
    let stopped = false
    const take = (line: FarLine) => {
      if (feed.take(line)) o.onLine(callId, line)
    }
    const again = (error?: unknown) => {
      if (stopped) return
      if (error !== undefined) logger.debug({ err: error, callId }, 'a transcript of another relay could not be read')
      cancel = clock.after(AGAIN_AFTER_MS, () => void look().catch(again))
    }
    async function look() {
      const holder = await peers.holding(callId)
      if (stopped) return
      if (holder?.is === 'there') return connect(holder)
      if (holder?.is === 'gone') return again()
      for (const line of await storedLines(organisationId, callId)) take(line)
      source.stop()
    }
    function connect(holder: Extract<Holder, { is: 'there' }>) {
      const target = feedPath(callId, feed.lastSeq)
      const headers = { [RELAY_HEADER]: o.proof.issue({ to: holder.id, address: '', method: 'GET', target }) }
      const socket = new WebSocket(holder.url.replace(/^http/, 'ws') + target, {
        headers,
        maxPayload: MAX_LINE_BYTES,
        perMessageDeflate: false,
      })
      ws = socket
      socket.on('message', (data) => {
        const read = readMessage(data.toString())
        if (!read) socket.terminate()
        else if ('caughtUp' in read) caughtUp.resolve(true)
        else take(read)
      })
      socket.on('error', (error) => logger.debug({ err: error, callId }, 'a transcript of another relay broke off'))
      socket.once('close', () => again())
    }
    const source: Source = {
      feed,
      caughtUp,
      asking: 0,
      take,
      stop() {
        stopped = true
        cancel?.()
        ws?.terminate()
        caughtUp.resolve(false)
        if (sources.get(callId) === source) sources.delete(callId)
      },
    }
    sources.set(callId, source)
    void look().catch(again)
    return source
  }

  async function storedLines(organisationId: string, callId: string): Promise<FarLine[]> {
    const lines = (await o.book.lines(organisationId, callId)) ?? []
    return lines.sort((a, b) => a.seq - b.seq)
  }

  return {
    async read(organisationId, callId) {
      if (!sources.has(callId) && (await peers.holding(callId)) === undefined) return undefined
      const source = sources.get(callId) ?? open(organisationId, callId)
      source.asking += 1
      const cancel = clock.after(CAUGHT_UP_WITHIN_MS, () => source.caughtUp.resolve(false))
      try {
        // What the store has is how it stood at one moment, so what comes after its last number is all that it lacks.
        if (!(await source.caughtUp.promise)) for (const line of await storedLines(organisationId, callId)) source.take(line)
      } finally {
        cancel()
        source.asking -= 1
      }
      return source.feed
    },
    unread(callId) {
      const source = sources.get(callId)
      if (source && source.asking === 0) source.stop()
    },
    close() {
      for (const source of [...sources.values()]) source.stop()
    },
  }
}

function readMessage(text: string): FarMessage | undefined {
  try {
    return FarMessage.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
