import type { WebSocket } from 'ws'
import type { AudioFormat, AudioLeg, Clock, LegEvent } from '../../calls/ports.ts'
import type { EndReason } from '../../protocol/index.ts'
import { createHearing, type Hearing } from '../hearing.ts'
import { createSoundBound, createStreamSocket, REFUSED } from '../stream-socket.ts'
import { type Chunk, createChunks } from './chunks.ts'
import {
  createStreamWriter,
  type FromExotel,
  readStreamMessage,
  type SampleRate,
  type StreamKeys,
  type StreamStart,
  soundOf,
} from './wire.ts'

const FRAME_MS = 20
/** Sound that waits for its chunk to be full goes as it is when nothing more comes for so long: longer than what comes in pieces of 100 ms has gaps. */
const LINGER_MS = 150
/** Exotel says `start` right after the socket stands. */
const START_MS = 10_000
/** Half a second of the highest rate, as it is sent. */
const ROOM_BYTES = 32 * 1024

/**
 * - waiting: no `start` yet. asked: whether it may come is being found out. on: admitted. over: refused, or gone.
 */
type State =
  | { is: 'waiting' }
  | { is: 'asked' | 'on'; streamSid: string; take: (message: OfStream) => Taken; leave: () => void }
  | { is: 'over' }
type OfStream = Exclude<FromExotel, { event: 'connected' | 'start' }>
type Taken = 'taken' | 'refused'

/**
 * A call's sound over an AgentStream socket that stands already, its right proven by the caller. Waits for `start`, then asks `admit` whether this
 * call's sound may come here. It attaches the leg and answers with the reason that the call ends with when the far end goes; undefined refuses,
 * and the socket closes with 1008. Closing the leg closes the socket, which is how a call is hung up at Exotel.
 */
export function createExotelStream(o: {
  ws: WebSocket
  clock: Clock
  /** Where `start` does not say it. */
  sampleRateHz: SampleRate
  /** What a message carries at least. */
  chunkBytes: number
  /** Beyond a chunk's own length: keeps Exotel's cushion filled while we are late. */
  leadMs: number
  keys: StreamKeys
  admit: (start: StreamStart, leg: AudioLeg) => Promise<EndReason | undefined>
  /** The socket is gone, for whichever reason; told once, and only after `admit` was asked. */
  onGone: (start: StreamStart) => void
  onFault: (error: unknown) => void
}): void {
  const { clock } = o
  let state: State = { is: 'waiting' }
  let started: StreamStart | undefined

  const socket = createStreamSocket({
    ws: o.ws,
    clock,
    read: readStreamMessage,
    fullBytes: ROOM_BYTES + 3 * o.chunkBytes,
    onMessage: take,
    onGone: over,
    onFault: o.onFault,
  })
  const cancelStart = clock.after(START_MS, () => refuse('no start'))

  function refuse(why: string) {
    socket.close(REFUSED, why)
  }

  function over() {
    const was = state
    state = { is: 'over' }
    cancelStart()
    if (was.is === 'asked' || was.is === 'on') was.leave()
    if (started) o.onGone(started)
    started = undefined
  }

  async function start(told: StreamStart) {
    cancelStart()
    started = told
    const { leg, ...line } = createExotelLeg({
      clock,
      streamSid: told.streamSid,
      sampleRateHz: told.sampleRateHz ?? o.sampleRateHz,
      chunkBytes: o.chunkBytes,
      leadMs: o.leadMs,
      keys: o.keys,
      socket,
    })
    state = { is: 'asked', streamSid: told.streamSid, ...line }
    try {
      const gone = await o.admit(told, leg)
      if (state.is !== 'asked') return
      if (gone === undefined) return refuse('this stream is not expected')
      line.goneBy(gone)
      state = { ...state, is: 'on' }
    } catch (error) {
      o.onFault(error)
      socket.close(1011, 'internal')
    }
  }

  function take(message: FromExotel): Taken {
    if (message.event === 'connected') return 'taken'
    if (state.is === 'waiting') {
      if (message.event !== 'start') return 'refused'
      void start(message.start)
      return 'taken'
    }
    if (state.is === 'over' || message.event === 'start') return 'refused'
    if (message.streamSid !== undefined && message.streamSid !== state.streamSid) return 'refused'
    return state.take(message)
  }
}

/** What comes and goes on one admitted stream. */
function createExotelLeg(o: {
  clock: Clock
  streamSid: string
  sampleRateHz: SampleRate
  chunkBytes: number
  leadMs: number
  keys: StreamKeys
  socket: { readonly writable: boolean; send(frame: string): void; close(code: number, reason: string): void }
}) {
  const { clock, sampleRateHz, socket } = o
  const bytesPerMs = sampleRateHz / 500
  const format: AudioFormat = { encoding: 'pcm_s16le', sampleRateHz, frameMs: FRAME_MS }
  const hearing: Hearing = createHearing(clock)
  const mayCome = createSoundBound(clock)
  const writer = createStreamWriter(o.streamSid, sampleRateHz, o.keys)
  const chunks = createChunks(FRAME_MS * bytesPerMs, o.chunkBytes)
  const marks: { utterance: string; name: string }[] = []
  let listener: ((event: LegEvent) => void) | undefined
  let closed = false
  let stopped = false
  let gone: EndReason = 'error'
  let odd: Buffer | undefined
  let sentAtMs = 0
  let cancelLinger: (() => void) | undefined
  const emit = (event: LegEvent) => listener?.(event)

  function sendChunk(chunk: Chunk | undefined) {
    if (chunk) {
      socket.send(writer.media(chunk.pcm))
      for (const { utterance, bytes } of chunk.of) hearing.sent(utterance, bytes / bytesPerMs)
    }
    for (const { utterance, name } of marks.splice(0)) socket.send(writer.mark(hearing.mark(utterance, name)))
  }

  /** No frame for a while: the rest goes filled up with silence. */
  function linger(waitMs: number) {
    cancelLinger = clock.after(waitMs, () => {
      cancelLinger = undefined
      if (closed || chunks.empty) return
      const leftMs = sentAtMs + LINGER_MS - clock.monotonicMs()
      if (leftMs > 0) linger(leftMs)
      else sendChunk(chunks.flush())
    })
  }

  const leg: AudioLeg = {
    kind: 'audio',
    name: 'exotel',
    input: format,
    output: format,
    leadMs: o.chunkBytes / bytesPerMs + o.leadMs,
    listen(next) {
      listener = next
      return () => {
        if (listener === next) listener = undefined
      }
    },
    writable: () => !closed && socket.writable,
    send(frame, utterance) {
      if (closed) return
      sentAtMs = clock.monotonicMs()
      const full = chunks.push(frame, utterance)
      if (full) sendChunk(full)
      else if (!cancelLinger) linger(LINGER_MS)
    },
    mark(utterance, name) {
      if (closed) return
      marks.push({ utterance, name })
      if (chunks.empty) sendChunk(undefined)
    },
    clear(utterance) {
      if (closed) return Promise.resolve(undefined)
      chunks.drop()
      marks.length = 0
      socket.send(writer.clear)
      return Promise.resolve(hearing.cleared(utterance))
    },
    close(reason) {
      if (closed) return
      leaveQuietly()
      socket.close(1000, reason)
    },
  }

  function leaveQuietly() {
    closed = true
    cancelLinger?.()
  }

  /** Whole samples; a byte that is left over belongs to the next. */
  function whole(bytes: Buffer): Buffer {
    const joined = odd ? Buffer.concat([odd, bytes]) : bytes
    const even = joined.length - (joined.length % 2)
    odd = even < joined.length ? joined.subarray(even) : undefined
    return joined.subarray(0, even)
  }

  return {
    leg,
    goneBy(reason: EndReason) {
      gone = reason
    },
    /** The socket is gone, by whoever closed it. */
    leave() {
      if (closed) return
      leaveQuietly()
      emit(stopped ? { type: 'detached', leaving: gone } : { type: 'detached' })
    },
    take(message: OfStream): Taken {
      switch (message.event) {
        case 'media': {
          const bytes = soundOf(message.payload)
          if (!bytes || !mayCome(bytes.length / bytesPerMs)) return 'refused'
          const samples = whole(bytes)
          if (samples.length > 0) emit({ type: 'audio', bytes: samples })
          return 'taken'
        }
        case 'dtmf':
          emit({ type: 'digits', digits: message.digit })
          return 'taken'
        case 'mark': {
          const mark = hearing.played(message.name)
          if (mark) emit({ type: 'mark', utterance: mark.utterance, name: mark.name })
          return 'taken'
        }
        case 'stop':
          stopped = true
          socket.close(1000, 'stopped')
          return 'taken'
      }
    },
  }
}
