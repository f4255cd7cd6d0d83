import { HeardLeg } from '../../audio/heard-leg.ts'
import type { AudioFormat, AudioLeg, Clock } from '../../calls/ports.ts'
import type { EndReason } from '../../protocol/index.ts'
import { createHearing, type Hearing } from '../hearing.ts'
import { SoundBound } from '../sound-bound.ts'
import type { StreamSocket } from '../stream-socket.ts'
import { Chunk } from './chunk.ts'
import { LINGER_MS, type Lingerer, type Lingering, SPARE_MS } from './lingering.ts'
import { markAsWritten, mediaMiddleOf, soundAsWritten } from './media.ts'
import { createStreamWriter, type FromExotel, type SampleRate, type StreamKeys, type StreamWriter, soundOf } from './wire.ts'

const FRAME_MS = 20

export type Taken = 'taken' | 'refused'

interface Made {
  clock: Clock
  streamSid: string
  sampleRateHz: SampleRate
  chunkBytes: number
  leadMs: number
  lingering: Lingering
  keys: StreamKeys
  socket: Pick<StreamSocket, 'writable' | 'send' | 'sound' | 'close'>
}

/** What comes and goes on one admitted stream. What a frame needs lies in this one object. */
export class ExotelLeg extends HeardLeg implements AudioLeg, Lingerer {
  readonly #socket: Made['socket']
  readonly #chunk: Chunk
  #closed: boolean
  /** When the last frame was; whole ms need no object of their own. */
  #sentAtMs: number
  /** When the phone will have played all it was sent, at the soonest. */
  #dryAtMs: number
  readonly #clock: Clock
  readonly #bound: SoundBound
  readonly #bytesPerMs: number
  /** What stands in what we are told of its sound. */
  readonly #mediaMiddle: string
  #odd: Buffer | undefined
  #lingers: boolean
  readonly #lingering: Lingering
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
  readonly takesRuns = true

  constructor(o: Made) {
    super()
    const bytesPerMs = o.sampleRateHz / 500
    this.#socket = o.socket
    this.#chunk = new Chunk(FRAME_MS * bytesPerMs, o.chunkBytes)
    this.#closed = false
    this.#sentAtMs = 0
    this.#dryAtMs = 0
    this.#clock = o.clock
    this.#bound = new SoundBound(o.clock)
    this.#bytesPerMs = bytesPerMs
    this.#mediaMiddle = mediaMiddleOf(o.streamSid)
    this.#odd = undefined
    this.#lingers = false
    this.#lingering = o.lingering
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

  send(frames: Uint8Array, utterance: string): void {
    if (this.#closed) return
    this.#sentAtMs = Math.floor(this.#clock.monotonicMs())
    const chunk = this.#chunk
    for (let at = 0; at < frames.length; ) {
      at += chunk.add(at === 0 ? frames : frames.subarray(at), utterance)
      if (chunk.isFull) this.#sendChunk(this.#sentAtMs)
    }
    if (this.#lingers || chunk.isEmpty) return
    this.#lingers = true
    this.#lingering.add(this, this.#dueAtMs())
  }

  mark(utterance: string, name: string): void {
    if (this.#closed) return
    this.#marks.push({ utterance, name })
    if (this.#chunk.isEmpty) this.#sendMarks()
    // The rest may be due sooner than was planned while more could come.
    else if (name === 'end') this.#lingering.add(this, this.#dueAtMs())
  }

  clear(utterance: string): Promise<number | undefined> {
    if (this.#closed) return Promise.resolve(undefined)
    this.#chunk.clear()
    this.#dryAtMs = 0
    const others = this.#marks.splice(0).filter((mark) => mark.utterance !== utterance)
    this.#socket.send(this.#writer.clear)
    // The sound of whoever was said before is gone with it: its end is not to be waited for.
    this.#marks.push(...others)
    this.#sendMarks()
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
      case 'mark':
        return this.#played(message.name)
      case 'stop':
        this.#stopped = true
        this.#socket.close(1000, 'stopped')
        return 'taken'
    }
  }

  takeText(bytes: Buffer, from: number, to: number): Taken | undefined {
    const sound = soundAsWritten(bytes, from, to, this.#mediaMiddle)
    if (sound) return this.#sound(sound)
    const mark = this.#mediaMiddle === '' ? undefined : markAsWritten(bytes, from, to, this.streamSid)
    return mark === undefined ? undefined : this.#played(mark)
  }

  /** No more comes in time: the rest goes filled up with silence. */
  waitsMs(nowMs: number): number {
    const waits = !this.#closed && !this.#chunk.isEmpty
    const leftMs = waits ? Math.max(0, this.#dueAtMs() - nowMs) : 0
    this.#lingers = leftMs > 0
    if (waits && !this.#lingers) {
      this.#chunk.fill()
      this.#sendChunk(nowMs)
    }
    return leftMs
  }

  /** When the rest goes if nothing more comes: before the phone falls silent in the middle of a word. */
  #dueAtMs(): number {
    const lingeredMs = this.#sentAtMs + LINGER_MS
    // Of one that goes on more may come in time, in pieces of 100 ms; silence between them would never be caught up with.
    if (this.#marks.at(-1)?.name !== 'end') return lingeredMs
    const inTimeMs = Math.max(this.#dryAtMs - SPARE_MS, this.#sentAtMs)
    return inTimeMs >= this.#dryAtMs ? lingeredMs : Math.min(lingeredMs, inTimeMs)
  }

  #sound(bytes: Buffer): Taken {
    if (!this.#bound.mayCome(bytes.length / this.#bytesPerMs)) return 'refused'
    const samples = this.#whole(bytes)
    if (samples.length > 0) this.emitSound(samples)
    return 'taken'
  }

  #played(wireName: string): Taken {
    const mark = this.#hearing.played(wireName)
    if (mark) this.emit({ type: 'mark', utterance: mark.utterance, name: mark.name })
    return 'taken'
  }

  #sendChunk(nowMs: number) {
    const { of, pcm } = this.#chunk
    this.#dryAtMs = Math.max(this.#dryAtMs, nowMs) + pcm.length / this.#bytesPerMs
    this.#socket.sound(this.#writer.before(pcm.length), pcm, this.#writer.after)
    for (const { utterance, bytes } of of) this.#hearing.sent(utterance, bytes / this.#bytesPerMs)
    this.#chunk.clear()
    // The next is due at a time of its own.
    this.#lingers = false
    if (this.#marks.length > 0) this.#sendMarks()
  }

  #sendMarks() {
    for (const { utterance, name } of this.#marks.splice(0)) this.#socket.send(this.#writer.mark(this.#hearing.mark(utterance, name)))
  }

  /** Whole samples; a byte that is left over belongs to the next. */
  #whole(bytes: Buffer): Buffer {
    if (!this.#odd && bytes.length % 2 === 0) return bytes
    const joined = this.#odd ? Buffer.concat([this.#odd, bytes]) : bytes
    const even = joined.length - (joined.length % 2)
    this.#odd = even < joined.length ? Buffer.from(joined.subarray(even)) : undefined
    return joined.subarray(0, even)
  }

  #leaveQuietly() {
    this.#closed = true
    this.#lingering.remove(this)
  }
}
