import { HeardLeg } from '../../audio/heard-leg.ts'
import type { AudioFormat, AudioLeg, Clock } from '../../calls/ports.ts'
import type { EndReason } from '../../protocol/index.ts'
import { createHearing, type Hearing } from '../hearing.ts'
import { SoundBound } from '../sound-bound.ts'
import type { StreamSocket } from '../stream-socket.ts'
import { type Chunk, type Chunks, createChunks } from './chunks.ts'
import { mediaMiddleOf, soundAsWritten } from './media.ts'
import { createStreamWriter, type FromExotel, type SampleRate, type StreamKeys, type StreamWriter, soundOf } from './wire.ts'

const FRAME_MS = 20
/** Sound that waits for its chunk to be full goes as it is when nothing more comes for so long: longer than what comes in pieces of 100 ms has gaps. */
const LINGER_MS = 150

export type Taken = 'taken' | 'refused'

interface Made {
  clock: Clock
  streamSid: string
  sampleRateHz: SampleRate
  chunkBytes: number
  leadMs: number
  keys: StreamKeys
  socket: Pick<StreamSocket, 'writable' | 'send' | 'close'>
}

/** What comes and goes on one admitted stream. What a frame needs lies in this one object. */
export class ExotelLeg extends HeardLeg implements AudioLeg {
  readonly #socket: Made['socket']
  readonly #chunks: Chunks
  #closed: boolean
  /** When the last frame was; whole ms need no object of their own. */
  #sentAtMs: number
  readonly #clock: Clock
  readonly #bound: SoundBound
  readonly #bytesPerMs: number
  /** What stands in what we are told of its sound. */
  readonly #mediaMiddle: string
  #odd: Buffer | undefined
  #cancelLinger: (() => void) | undefined
  readonly #hearing: Hearing
  readonly #writer: StreamWriter
  readonly #marks: { utterance: string; name: string }[]
  #stopped: boolean
  #gone: EndReason
  readonly streamSid: string
  readonly kind = 'audio'
  readonly name = 'exotel'
  readonly input: AudioFormat
  readonly output: AudioFormat
  readonly leadMs: number

  constructor(o: Made) {
    super()
    const bytesPerMs = o.sampleRateHz / 500
    this.#socket = o.socket
    this.#chunks = createChunks(FRAME_MS * bytesPerMs, o.chunkBytes)
    this.#closed = false
    this.#sentAtMs = 0
    this.#clock = o.clock
    this.#bound = new SoundBound(o.clock)
    this.#bytesPerMs = bytesPerMs
    this.#mediaMiddle = mediaMiddleOf(o.streamSid)
    this.#odd = undefined
    this.#cancelLinger = undefined
    this.#hearing = createHearing(o.clock)
    this.#writer = createStreamWriter(o.streamSid, o.sampleRateHz, o.keys)
    this.#marks = []
    this.#stopped = false
    this.#gone = 'error'
    this.streamSid = o.streamSid
    this.input = { encoding: 'pcm_s16le', sampleRateHz: o.sampleRateHz, frameMs: FRAME_MS }
    this.output = this.input
    this.leadMs = o.chunkBytes / bytesPerMs + o.leadMs
  }

  writable(): boolean {
    return !this.#closed && this.#socket.writable
  }

  send(frame: Uint8Array, utterance: string): void {
    if (this.#closed) return
    this.#sentAtMs = Math.floor(this.#clock.monotonicMs())
    const full = this.#chunks.push(frame, utterance)
    if (full) this.#sendChunk(full)
    else if (!this.#cancelLinger) this.#linger(LINGER_MS)
  }

  mark(utterance: string, name: string): void {
    if (this.#closed) return
    this.#marks.push({ utterance, name })
    if (this.#chunks.empty) this.#sendChunk(undefined)
  }

  clear(utterance: string): Promise<number | undefined> {
    if (this.#closed) return Promise.resolve(undefined)
    this.#chunks.drop()
    this.#marks.length = 0
    this.#socket.send(this.#writer.clear)
    return Promise.resolve(this.#hearing.cleared(utterance))
  }

  close(reason: EndReason): void {
    if (this.#closed) return
    this.#leaveQuietly()
    this.#socket.close(1000, reason)
  }

  goneBy(reason: EndReason): void {
    this.#gone = reason
  }

  /** The socket is gone, by whoever closed it. */
  leave(): void {
    if (this.#closed) return
    this.#leaveQuietly()
    this.emit(this.#stopped ? { type: 'detached', leaving: this.#gone } : { type: 'detached' })
  }

  take(message: Exclude<FromExotel, { event: 'connected' | 'start' }>): Taken {
    switch (message.event) {
      case 'media': {
        const bytes = soundOf(message.payload)
        return bytes ? this.#sound(bytes) : 'refused'
      }
      case 'dtmf':
        this.emit({ type: 'digits', digits: message.digit })
        return 'taken'
      case 'mark': {
        const mark = this.#hearing.played(message.name)
        if (mark) this.emit({ type: 'mark', utterance: mark.utterance, name: mark.name })
        return 'taken'
      }
      case 'stop':
        this.#stopped = true
        this.#socket.close(1000, 'stopped')
        return 'taken'
    }
  }

  takeText(bytes: Buffer, from: number, to: number): Taken | undefined {
    const sound = soundAsWritten(bytes, from, to, this.#mediaMiddle)
    return sound && this.#sound(sound)
  }

  #sound(bytes: Buffer): Taken {
    if (!this.#bound.mayCome(bytes.length / this.#bytesPerMs)) return 'refused'
    const samples = this.#whole(bytes)
    if (samples.length > 0) this.emitSound(samples)
    return 'taken'
  }

  #sendChunk(chunk: Chunk | undefined) {
    if (chunk) {
      this.#socket.send(this.#writer.media(chunk.pcm))
      for (const { utterance, bytes } of chunk.of) this.#hearing.sent(utterance, bytes / this.#bytesPerMs)
    }
    if (this.#marks.length === 0) return
    for (const { utterance, name } of this.#marks.splice(0)) this.#socket.send(this.#writer.mark(this.#hearing.mark(utterance, name)))
  }

  /** No frame for a while: the rest goes filled up with silence. */
  #linger(waitMs: number) {
    this.#cancelLinger = this.#clock.after(waitMs, () => {
      this.#cancelLinger = undefined
      if (this.#closed || this.#chunks.empty) return
      const leftMs = this.#sentAtMs + LINGER_MS - this.#clock.monotonicMs()
      if (leftMs > 0) this.#linger(leftMs)
      else this.#sendChunk(this.#chunks.flush())
    })
  }

  /** Whole samples; a byte that is left over belongs to the next. */
  #whole(bytes: Buffer): Buffer {
    if (!this.#odd && bytes.length % 2 === 0) return bytes
    const joined = this.#odd ? Buffer.concat([this.#odd, bytes]) : bytes
    const even = joined.length - (joined.length % 2)
    this.#odd = even < joined.length ? joined.subarray(even) : undefined
    return joined.subarray(0, even)
  }

  #leaveQuietly() {
    this.#closed = true
    this.#cancelLinger?.()
  }
}
