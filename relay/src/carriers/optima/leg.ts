import { decodeAlaw, decodeMulaw, encodeAlaw, encodeMulaw } from '../../audio/g711.ts'
import { HeardLeg } from '../../audio/heard-leg.ts'
import type { AudioFormat, AudioLeg, Clock } from '../../calls/ports.ts'
import type { EndReason } from '../../protocol/index.ts'
import { createHearing, type Hearing } from '../hearing.ts'
import { SoundBound } from '../sound-bound.ts'
import type { Channel, ChannelEvent, SoundEar } from './channel.ts'
import type { Formats } from './formats.ts'
import type { OptimaAudio } from './wire.ts'

const INPUT: AudioFormat = { encoding: 'pcm_s16le', sampleRateHz: 8000, frameMs: 20 }
const BYTES_PER_MS = 16
/** Beyond a frame's own length: keeps Optima's queue filled while we are late. */
const LEAD_MS = 100

interface Made {
  clock: Clock
  channel: Channel
  frameMs: number
  formats: Formats
}

/** A call's sound: PCM16 at 8 kHz for us, on the wire as set. It may be away and come back. */
export class OptimaLeg extends HeardLeg implements AudioLeg, SoundEar {
  readonly #channel: Channel
  #closed: boolean
  readonly #hearing: Hearing
  readonly #bound: SoundBound
  readonly #formats: Formats
  #odd: number | undefined
  #heard: boolean
  readonly kind = 'audio'
  readonly name = 'optima'
  readonly input = INPUT
  readonly output: AudioFormat
  readonly leadMs: number

  constructor(o: Made) {
    super()
    this.#channel = o.channel
    this.#closed = false
    this.#hearing = createHearing(o.clock)
    this.#bound = new SoundBound(o.clock)
    this.#formats = o.formats
    this.#odd = undefined
    this.#heard = false
    this.output = { ...INPUT, frameMs: o.frameMs }
    this.leadMs = o.frameMs + LEAD_MS
  }

  writable(): boolean {
    return !this.#closed && this.#channel.writable
  }

  send(frame: Uint8Array, utterance: string): void {
    if (this.#closed) return
    const { goes } = this.#formats
    this.#channel.audio(goes === 'pcm16' ? frame : coded(frame, ENCODERS[goes]))
    this.#hearing.sent(utterance, frame.length / BYTES_PER_MS)
  }

  mark(utterance: string, name: string): void {
    if (!this.#closed) this.#channel.checkPoint(this.#hearing.mark(utterance, name))
  }

  async clear(utterance: string): Promise<number | undefined> {
    if (!this.#closed) this.#channel.interruption()
    return this.#hearing.cleared(utterance)
  }

  /** What hangs up is the call's own end. */
  close(_reason: EndReason): void {
    this.#closed = true
    this.heardByNobody()
  }

  /** What comes of this call while somebody is connected. */
  take(event: ChannelEvent): void {
    if (event.event === 'audio') this.hear(event.bytes, event.format)
    else if (event.event === 'dtmf') this.emit({ type: 'digits', digits: event.digit })
    else if (event.event === 'checkPoint') {
      const mark = this.#hearing.played(event.name)
      if (mark) this.emit({ type: 'mark', utterance: mark.utterance, name: mark.name })
    } else if (event.event === 'here') this.emit({ type: 'attached' })
    else if (event.event === 'away' || event.event === 'lost') this.emit({ type: 'detached' })
  }

  /** Whether any sound came since this was asked last. */
  heardSince(): boolean {
    const heard = this.#heard
    this.#heard = false
    return heard
  }

  /** Sound of it, past the events. */
  hear(told: Uint8Array, as: OptimaAudio | undefined): void {
    this.#heard = true
    const format = as ?? this.#formats.comes
    const ms = told.length / (format === 'pcm16' ? BYTES_PER_MS : BYTES_PER_MS / 2)
    if (!this.#bound.mayCome(ms)) return
    const bytes = this.#samplesOf(told, format)
    if (bytes.length === 0) return
    this.emitSound(bytes)
  }

  /** Whole samples; a byte that is left over belongs to the next. */
  #samplesOf(bytes: Uint8Array, told: OptimaAudio): Uint8Array {
    if (told !== 'pcm16') {
      const pcm = new Uint8Array(bytes.length * 2)
      DECODERS[told](bytes, pcm)
      return pcm
    }
    const odd = this.#odd
    if (odd === undefined && bytes.length % 2 === 0) return bytes
    const joined = odd === undefined ? bytes : Uint8Array.of(odd, ...bytes)
    const even = joined.length - (joined.length % 2)
    this.#odd = joined[even]
    return joined.subarray(0, even)
  }
}

const DECODERS = { ulaw: decodeMulaw, alaw: decodeAlaw }
const ENCODERS = { ulaw: encodeMulaw, alaw: encodeAlaw }

function coded(pcm: Uint8Array, encode: typeof encodeMulaw): Uint8Array {
  const bytes = new Uint8Array(pcm.length >> 1)
  encode(pcm, bytes)
  return bytes
}
