import { randomBytes } from 'node:crypto'
import { type RawData, WebSocket } from 'ws'
import { reachable } from '../carriers/loopback.ts'
import { Playout } from '../carriers/playout.ts'
import type { Fault } from '../faults.ts'
import { PHONE_HZ } from '../phones/beat.ts'
import { createResampler } from '../speech/resample.ts'
import type { ExotelSettings } from './settings.ts'
import { streamTarget } from './stream-target.ts'
import { CHUNK_UNIT, type FromCustomer, MOST_CHUNK_BYTES, readCustomer, type StreamIdentity, StreamMessages } from './stream-wire.ts'
import { createVoiceChunks } from './voice-chunks.ts'

/** What came over one AgentStream socket, for tests. */
export interface StreamRecord {
  sid: string
  callSid: string
  url: string
  rate: number
  customParameters: Record<string, string>
  state: 'connecting' | 'open' | 'closed'
  sent: { media: number; dtmf: number; marks: string[] }
  /** `chunks`: how many came of each size; `mostAheadMs`: the most sound that ever waited. */
  received: { media: number; bytes: number; chunks: Record<string, number>; marks: string[]; clears: number; mostAheadMs: number }
  /** Where the customer broke the rules, and what failed. */
  warnings: string[]
  closed?: { code: number; reason: string }
}

export interface StreamOrder {
  url: string
  about: Omit<StreamIdentity, 'streamSid' | 'customParameters' | 'rate'>
  /** Beside those in the address. */
  parameters?: Record<string, string>
  settings: ExotelSettings
  fault: Fault | undefined
  pass(from: 'carrier' | 'relay', name: string, body?: object): void
  /** An unpaced burst, where Exotel does not bear it. */
  onBurst(): void
}

const CLOSE_WITHIN_MS = 1000
const WARNINGS = 50
/** After a burst that it does not bear, Exotel hangs up so much later. */
const PATIENCE_MS = 4000

/** Exotel's end of an AgentStream socket: it connects to the customer, and tries once more when that fails. */
export class AgentStream {
  readonly record: StreamRecord
  readonly playout: Playout
  /** Whether it opened. */
  readonly opened: Promise<boolean>
  readonly closed: Promise<void>
  readonly #opened = Promise.withResolvers<boolean>()
  readonly #closed = Promise.withResolvers<void>()
  readonly #order: StreamOrder
  readonly #messages: StreamMessages
  readonly #voice
  readonly #ear
  #socket: WebSocket | undefined
  #began = 0
  #pushedMs = 0
  #stopping = false
  #burst: NodeJS.Timeout | undefined
  #session: NodeJS.Timeout | undefined

  constructor(order: StreamOrder) {
    this.#order = order
    this.opened = this.#opened.promise
    this.closed = this.#closed.promise
    const { about, settings } = order
    const { url, rate, customParameters } = streamTarget(order.url, settings.queryKept)
    const streamSid = randomBytes(16).toString('hex')
    const parameters = { ...customParameters, ...order.parameters }
    this.record = {
      sid: streamSid,
      callSid: about.callSid,
      url,
      rate,
      customParameters: parameters,
      state: 'connecting',
      sent: { media: 0, dtmf: 0, marks: [] },
      received: { media: 0, bytes: 0, chunks: {}, marks: [], clears: 0, mostAheadMs: 0 },
      warnings: [],
    }
    this.#messages = new StreamMessages({ ...about, streamSid, customParameters: parameters, rate }, settings)
    this.#voice = createVoiceChunks(rate)
    this.#ear = createResampler(rate, PHONE_HZ)
    this.playout = new Playout(settings.jitterMs, (name) => this.#markPlayed(name))
    this.#connect(1)
  }

  /** 20 ms from the phone. */
  sound(fromPhone: Int16Array): void {
    if (this.record.state !== 'open') return
    for (const chunk of this.#voice.push(fromPhone)) {
      this.#send('media', this.#messages.media(chunk, performance.now() - this.#began))
      this.record.sent.media++
    }
    const { fault } = this.#order
    if (fault?.kind === 'stream-dropped' && this.playout.playedMs >= fault.afterMs && this.record.received.media > 0)
      this.#socket?.terminate()
  }

  key(digit: string): void {
    if (this.record.state !== 'open') return
    this.#send('dtmf', this.#messages.dtmf(digit))
    this.record.sent.dtmf++
  }

  /** Says that the stream is over and closes it. */
  async stop(reason: 'stopped' | 'callended'): Promise<void> {
    this.#stopping = true
    if (this.record.state === 'open') {
      this.#send('stop', this.#messages.stop(reason))
      this.#socket?.close(1000)
    } else if (this.record.state === 'connecting') this.#socket?.terminate()
    const force = setTimeout(() => this.#socket?.terminate(), CLOSE_WITHIN_MS)
    await this.closed
    clearTimeout(force)
  }

  #connect(tries: number): void {
    const { fault, settings } = this.#order
    try {
      if (fault?.kind === 'stream-refused') throw new Error('could not connect')
      this.#socket = dial(this.record.url, settings)
    } catch (error) {
      this.#warn(error instanceof Error ? error.message : String(error))
      this.#end()
      return
    }
    const socket = this.#socket
    socket.on('open', () => this.#open())
    socket.on('message', (data, binary) => this.#message(data, binary))
    socket.on('error', (error) => this.#warn(error.message))
    socket.on('close', (code, reason) => {
      const refused = this.record.state === 'connecting'
      if (refused && tries === 1 && !this.#stopping) return this.#connect(2)
      if (!refused) this.record.closed = { code, reason: reason.toString() }
      this.#order.pass('relay', 'close', { code })
      this.#end()
    })
  }

  #open(): void {
    this.record.state = 'open'
    this.#began = performance.now()
    this.#send('connected', this.#messages.connected())
    this.#send('start', this.#messages.start())
    this.#session = setTimeout(() => void this.stop('stopped'), this.#order.settings.sessionMs)
    this.#opened.resolve(true)
  }

  #end(): void {
    this.record.state = 'closed'
    clearTimeout(this.#burst)
    clearTimeout(this.#session)
    this.#voice.close()
    this.#ear.close()
    this.#opened.resolve(false)
    this.#closed.resolve()
  }

  #message(data: RawData, binary: boolean): void {
    const { message, wrong } = binary
      ? { wrong: ['a binary frame'] }
      : readCustomer(String(data), this.record.sid, this.#order.settings.keys)
    for (const each of wrong) this.#warn(each)
    if (message) this.#take(message)
  }

  #take(message: FromCustomer): void {
    const { received } = this.record
    if (message.event === 'media') this.#sound(Buffer.from(message.media.payload, 'base64'))
    else if (message.event === 'mark') {
      received.marks.push(message.mark.name)
      this.playout.mark(message.mark.name)
    } else {
      received.clears++
      this.#pushedMs = this.playout.playedMs
      this.playout.clear()
    }
    this.#order.pass('relay', message.event, message.event === 'media' ? undefined : message)
  }

  #sound(pcm: Buffer): void {
    const { received, rate } = this.record
    const { leastChunkBytes, mostAheadMs, strictPace } = this.#order.settings
    received.media++
    received.bytes += pcm.length
    received.chunks[pcm.length] = (received.chunks[pcm.length] ?? 0) + 1
    if (pcm.length % CHUNK_UNIT !== 0) this.#warn(`a chunk of ${pcm.length} bytes is no multiple of ${CHUNK_UNIT}`)
    if (pcm.length < leastChunkBytes) this.#warn(`a chunk of ${pcm.length} bytes is too small`)
    if (pcm.length > MOST_CHUNK_BYTES) this.#warn(`a chunk of ${pcm.length} bytes is too large`)
    const samples = new Int16Array(pcm.length >> 1)
    for (let n = 0; n < samples.length; n++) samples[n] = pcm.readInt16LE(n * 2)
    if (!this.playout.push(this.#ear.push(samples))) this.#warn('more than ten minutes of sound are waiting')
    this.#pushedMs = Math.max(this.#pushedMs, this.playout.playedMs) + (samples.length * 1000) / rate
    const aheadMs = this.#pushedMs - this.playout.playedMs
    received.mostAheadMs = Math.max(received.mostAheadMs, Math.round(aheadMs))
    if (aheadMs <= mostAheadMs) return
    this.#warn(`more than ${mostAheadMs} ms of sound wait`)
    if (strictPace) this.#burst ??= setTimeout(() => this.#order.onBurst(), PATIENCE_MS)
  }

  #markPlayed(name: string): void {
    if (this.record.state !== 'open') return
    this.#send('mark', this.#messages.mark(name))
    this.record.sent.marks.push(name)
  }

  #send(name: string, message: object): void {
    this.#socket?.send(JSON.stringify(message))
    this.#order.pass('carrier', name, name === 'media' ? undefined : message)
  }

  #warn(what: string): void {
    const { warnings } = this.record
    if (warnings.length < WARNINGS && !warnings.includes(what)) warnings.push(what)
  }
}

/** Basic credentials of the address come as a header. */
function dial(url: string, { reach, handshakeMs }: ExotelSettings): WebSocket {
  const { username, password } = new URL(url)
  const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
  const headers = { 'User-Agent': 'Exotel/1.0', ...(username && { Authorization: `Basic ${basic}` }) }
  return new WebSocket(reachable(url, reach), { headers, handshakeTimeout: handshakeMs, perMessageDeflate: false })
}
