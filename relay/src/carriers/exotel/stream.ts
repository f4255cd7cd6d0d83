import type { WebSocket } from 'ws'
import type { AudioLeg, Clock } from '../../calls/ports.ts'
import type { EndReason } from '../../protocol/index.ts'
import { createStreamSocket, REFUSED, type StreamSocket } from '../stream-socket.ts'
import { ExotelLeg, type Taken } from './leg.ts'
import type { Lingering } from './lingering.ts'
import { type FromExotel, readStreamMessage, type SampleRate, type StreamKeys, type StreamStart } from './wire.ts'

/** Exotel says `start` right after the socket stands. */
const START_MS = 10_000
/** Half a second of the highest rate, as it is sent. */
const ROOM_BYTES = 32 * 1024

interface Options {
  ws: WebSocket
  clock: Clock
  /** Where `start` does not say it. */
  sampleRateHz: SampleRate
  /** What a message carries at least. */
  chunkBytes: number
  /** Beyond a chunk's own length: keeps Exotel's cushion filled while we are late. */
  leadMs: number
  lingering: Lingering
  keys: StreamKeys
  admit: (start: StreamStart, leg: AudioLeg) => Promise<EndReason | undefined>
  /** The socket is gone, for whichever reason; told once, and only after `admit` was asked. */
  onGone: (start: StreamStart) => void
  onFault: (error: unknown) => void
}

/**
 * A call's sound over an AgentStream socket that stands already, its right proven by the caller. Waits for `start`, then asks `admit` whether this
 * call's sound may come here. It attaches the leg and answers with the reason that the call ends with when the far end goes; undefined refuses,
 * and the socket closes with 1008. Closing the leg closes the socket, which is how a call is hung up at Exotel.
 */
export function createExotelStream(o: Options): void {
  new ExotelStream(o)
}

/**
 * - waiting: no `start` yet. begun: whether it may come is being found out, or it came. over: refused, or gone.
 */
type State = 'waiting' | 'begun' | 'over'

class ExotelStream {
  #state: State
  /** While it is begun. */
  #leg: ExotelLeg | undefined
  #started: StreamStart | undefined
  readonly #o: Options
  readonly #socket: StreamSocket
  readonly #cancelStart: () => void

  constructor(o: Options) {
    this.#state = 'waiting'
    this.#leg = undefined
    this.#started = undefined
    this.#o = o
    this.#socket = createStreamSocket({
      ws: o.ws,
      clock: o.clock,
      read: readStreamMessage,
      fullBytes: ROOM_BYTES + 3 * o.chunkBytes,
      onMessage: this,
      onGone: () => this.#over(),
      onFault: o.onFault,
    })
    this.#cancelStart = o.clock.after(START_MS, () => this.#refuse('no start'))
  }

  take(message: FromExotel): Taken {
    if (message.event === 'connected') return 'taken'
    if (this.#state === 'waiting') {
      if (message.event !== 'start') return 'refused'
      void this.#start(message.start)
      return 'taken'
    }
    const leg = this.#leg
    if (!leg || message.event === 'start') return 'refused'
    if (message.streamSid !== undefined && message.streamSid !== leg.streamSid) return 'refused'
    return leg.take(message)
  }

  takeText(bytes: Buffer, from: number, to: number): Taken | undefined {
    return this.#leg?.takeText(bytes, from, to)
  }

  async #start(told: StreamStart): Promise<void> {
    const { admit, chunkBytes, clock, keys, leadMs, lingering, onFault, sampleRateHz } = this.#o
    this.#cancelStart()
    this.#started = told
    const leg = new ExotelLeg({
      clock,
      streamSid: told.streamSid,
      sampleRateHz: told.sampleRateHz ?? sampleRateHz,
      chunkBytes,
      leadMs,
      lingering,
      keys,
      socket: this.#socket,
    })
    this.#leg = leg
    this.#state = 'begun'
    try {
      const gone = await admit(told, leg)
      if (this.#leg === undefined) return
      if (gone === undefined) return this.#refuse('this stream is not expected')
      leg.goneBy(gone)
    } catch (error) {
      onFault(error)
      this.#socket.close(1011, 'internal')
    }
  }

  #over() {
    const leg = this.#leg
    const started = this.#started
    this.#state = 'over'
    this.#leg = undefined
    this.#started = undefined
    this.#cancelStart()
    leg?.leave()
    if (started) this.#o.onGone(started)
  }

  #refuse(why: string) {
    this.#socket.close(REFUSED, why)
  }
}
