import type { WebSocket } from 'ws'
import { HeardLeg } from '../../audio/heard-leg.ts'
import type { AudioFormat, AudioLeg, Clock } from '../../calls/ports.ts'
import type { EndReason } from '../../protocol/index.ts'
import { createHearing, type Hearing } from '../hearing.ts'
import { SoundBound } from '../sound-bound.ts'
import { createStreamSocket, REFUSED, type StreamSocket } from '../stream-socket.ts'
import { markAsWritten, mediaEndOf, soundAsWritten } from './media.ts'
import { codedOf, createStreamWriter, type FromTwilio, readStreamMessage, type StreamStart, type StreamWriter, soundOf } from './wire.ts'

const TELEPHONE: AudioFormat = { encoding: 'pcm_s16le', sampleRateHz: 8000, frameMs: 20 }
const BYTES_PER_MS = 16
/** Twilio has a cushion of its own; this much keeps it filled while we are late. */
const LEAD_MS = 100
/** A second of sound as it is sent. */
const FULL_BYTES = 16 * 1024
/** Twilio says `start` right after the socket stands. */
const START_MS = 10_000

/**
 * Waits for `start`, then asks `admit` whether this call's sound may come here. It attaches the leg and answers with the reason that the
 * call ends with when the far end goes and brings no other stream ('callee' or 'visitor'); undefined refuses, and the socket closes with 1008.
 */
export function createTwilioStream(o: { ws: WebSocket; clock: Clock; admit: Admit; onFault: (error: unknown) => void }): void {
  new TwilioStream(o)
}

type Admit = (start: StreamStart, leg: AudioLeg) => EndReason | undefined
type Taken = 'taken' | 'refused'
type OfStream = Exclude<FromTwilio, { event: 'connected' | 'start' }>

/**
 * A call's sound over a Media Streams socket that stands already, its signature proven by the caller.
 * - waiting: no `start` yet. on: admitted. over: refused, or gone.
 */
type State = 'waiting' | 'on' | 'over'

/** The stream is its own leg: what a frame needs lies in this one object, the first fields next to each other. */
class TwilioStream extends HeardLeg implements AudioLeg {
  #state: State
  /** How what we are told of its sound ends. */
  #mediaEnd: string
  #before: string
  #after: string
  readonly #socket: StreamSocket
  readonly #hearing: Hearing
  readonly #bound: SoundBound
  #streamSid: string
  #writer: StreamWriter | undefined
  /** Why the call ends if nothing else comes. */
  #gone: EndReason
  #stopped: boolean
  readonly #admit: Admit
  readonly #cancelStart: () => void
  readonly kind = 'audio'
  readonly name = 'twilio'
  readonly input = TELEPHONE
  readonly output = TELEPHONE
  readonly leadMs = LEAD_MS

  constructor(o: Parameters<typeof createTwilioStream>[0]) {
    super()
    this.#state = 'waiting'
    this.#mediaEnd = ''
    this.#before = ''
    this.#after = ''
    this.#socket = createStreamSocket({
      ws: o.ws,
      clock: o.clock,
      read: readStreamMessage,
      fullBytes: FULL_BYTES,
      onMessage: this,
      onGone: () => this.#over(),
      onFault: o.onFault,
    })
    this.#hearing = createHearing(o.clock)
    this.#bound = new SoundBound(o.clock)
    this.#streamSid = ''
    this.#writer = undefined
    this.#gone = 'error'
    this.#stopped = false
    this.#admit = o.admit
    this.#cancelStart = o.clock.after(START_MS, () => {
      if (this.#state === 'waiting') this.#socket.close(REFUSED, 'no start')
    })
  }

  writable(): boolean {
    return this.#state === 'on' && this.#socket.writable
  }

  send(frame: Uint8Array, utterance: string): void {
    if (this.#state !== 'on') return
    this.#socket.sound(this.#before, codedOf(frame), this.#after)
    this.#hearing.sent(utterance, frame.length / BYTES_PER_MS)
  }

  mark(utterance: string, name: string): void {
    if (this.#state === 'on' && this.#writer) this.#socket.send(this.#writer.mark(this.#hearing.mark(utterance, name)))
  }

  clear(utterance: string): Promise<number | undefined> {
    if (this.#state !== 'on' || !this.#writer) return Promise.resolve(undefined)
    this.#socket.send(this.#writer.clear)
    return Promise.resolve(this.#hearing.cleared(utterance))
  }

  close(reason: EndReason): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#socket.close(1000, reason)
  }

  take(message: FromTwilio): Taken {
    if (message.event === 'connected') return 'taken'
    if (this.#state === 'waiting') return message.event === 'start' ? this.#start(message.start) : 'refused'
    if (this.#state !== 'on' || message.event === 'start' || message.streamSid !== this.#streamSid) return 'refused'
    return message.event === 'media' ? this.#hear(message.media) : this.#seldom(message)
  }

  takeText(bytes: Buffer, from: number, to: number): Taken | undefined {
    if (this.#state !== 'on' || this.#mediaEnd === '') return undefined
    const sound = soundAsWritten(bytes, from, to, this.#mediaEnd)
    if (sound) return this.#sound(sound)
    const mark = markAsWritten(bytes, from, to, this.#streamSid)
    return mark === undefined ? undefined : this.#played(mark)
  }

  #hear({ track, payload }: Extract<FromTwilio, { event: 'media' }>['media']): Taken {
    // Our own sound comes back where both tracks are told.
    if (track !== undefined && track !== 'inbound') return 'taken'
    const bytes = soundOf(payload)
    return bytes ? this.#sound(bytes) : 'refused'
  }

  #sound(bytes: Buffer): Taken {
    if (!this.#bound.mayCome(bytes.length / BYTES_PER_MS)) return 'refused'
    this.emitSound(bytes)
    return 'taken'
  }

  #seldom(message: Exclude<OfStream, { event: 'media' }>): Taken {
    switch (message.event) {
      case 'dtmf':
        this.emit({ type: 'digits', digits: message.dtmf.digit })
        return 'taken'
      case 'mark':
        return this.#played(message.mark.name)
      case 'stop':
        this.#stopped = true
        this.#socket.close(1000, 'stopped')
        return 'taken'
    }
  }

  #played(wireName: string): Taken {
    const mark = this.#hearing.played(wireName)
    if (mark) this.emit({ type: 'mark', utterance: mark.utterance, name: mark.name })
    return 'taken'
  }

  #start(told: StreamStart): Taken {
    this.#cancelStart()
    this.#writer = createStreamWriter(told.streamSid)
    this.#streamSid = told.streamSid
    this.#mediaEnd = mediaEndOf(told.streamSid)
    this.#before = this.#writer.before
    this.#after = this.#writer.after
    this.#state = 'on'
    const gone = this.#admit(told, this)
    // It may be over by now.
    if (!this.#is('on')) return 'taken'
    if (gone !== undefined) this.#gone = gone
    else {
      this.#state = 'over'
      this.#socket.close(REFUSED, 'this stream is not expected')
    }
    return 'taken'
  }

  /** The far end, or its socket, is gone. */
  #over() {
    const wasOn = this.#state === 'on'
    this.#state = 'over'
    this.#cancelStart()
    if (!wasOn) return
    // Twilio stops a stream also to press keys or to join another phone, and then brings a new one: the call waits a little before it takes it for a hang-up.
    this.emit(this.#stopped ? { type: 'detached', leaving: this.#gone } : { type: 'detached' })
  }

  #is(state: State): boolean {
    return this.#state === state
  }
}
