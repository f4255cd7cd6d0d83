import { type RawData, WebSocket } from 'ws'
import { decodeMuLaw } from '../carriers/g711.ts'
import { reachable } from '../carriers/loopback.ts'
import { Playout } from '../carriers/playout.ts'
import type { Fault } from '../faults.ts'
import { TWILIO_ACCOUNT } from './account.ts'
import type { TwilioSettings } from './settings.ts'
import { newSid } from './sid.ts'
import { sign } from './signature.ts'
import { FromCustomer, StreamMessages, type Track } from './stream-wire.ts'
import type { StreamVerb } from './verb.ts'

/** What came over one media socket, for tests. */
export interface StreamRecord {
  sid: string
  callSid: string
  url: string
  state: 'connecting' | 'open' | 'closed'
  sent: { media: number; dtmf: number; marks: string[] }
  received: { media: number; bytes: number; marks: string[]; clears: number }
  /** What Twilio would put into the customer's error log. */
  warnings: string[]
  closed?: { code: number; reason: string }
}

export interface StreamOrder {
  verb: StreamVerb
  callSid: string
  bidirectional: boolean
  settings: TwilioSettings
  fault: Fault | undefined
  /** What passes: named as it passes. */
  pass(from: 'carrier' | 'relay', name: string, body?: object): void
}

const CONNECT_WITHIN_MS = 5000
const CLOSE_WITHIN_MS = 1000
const WARNINGS = 50

/** Twilio's end of a Media Streams socket: it connects to the customer. */
export class MediaStream {
  readonly record: StreamRecord
  readonly playout: Playout
  /** Whether it opened. */
  readonly opened: Promise<boolean>
  readonly closed: Promise<void>
  readonly #order: StreamOrder
  readonly #messages: StreamMessages
  readonly #socket: WebSocket | undefined
  #began = 0

  constructor(order: StreamOrder) {
    this.#order = order
    const { verb, callSid, settings, fault } = order
    const sid = newSid('MZ')
    // A query string does not get through.
    const url = verb.url.split('?', 1)[0] ?? verb.url
    const received = { media: 0, bytes: 0, marks: [], clears: 0 }
    this.record = { sid, callSid, url, state: 'connecting', sent: { media: 0, dtmf: 0, marks: [] }, received, warnings: [] }
    this.#messages = new StreamMessages({ streamSid: sid, accountSid: TWILIO_ACCOUNT.accountSid, callSid })
    this.playout = new Playout(settings.jitterMs, (name) => this.#markPlayed(name))
    const opened = Promise.withResolvers<boolean>()
    const closed = Promise.withResolvers<void>()
    this.opened = opened.promise
    this.closed = closed.promise
    try {
      if (fault?.kind === 'stream-refused') throw new Error('31920 could not connect')
      this.#socket = connect(url, settings)
    } catch (error) {
      this.#warn(String(error))
      this.record.state = 'closed'
      opened.resolve(false)
      closed.resolve()
      return
    }
    this.#socket.on('open', () => {
      this.#open()
      opened.resolve(true)
    })
    this.#socket.on('message', (data, binary) => this.#message(data, binary))
    this.#socket.on('error', (error) => this.#warn(`31920 ${error.message}`))
    this.#socket.on('close', (code, reason) => {
      this.record.state = 'closed'
      this.record.closed = { code, reason: reason.toString() }
      order.pass('relay', 'close', { code })
      opened.resolve(false)
      closed.resolve()
    })
  }

  get #tracks(): Track[] {
    const { track } = this.#order.verb
    if (this.#order.bidirectional || track === 'inbound_track') return ['inbound']
    return track === 'outbound_track' ? ['outbound'] : ['inbound', 'outbound']
  }

  /** The same 20 ms from the phone and to the phone. */
  sound(fromPhone: Int16Array, toPhone: Int16Array): void {
    if (this.record.state !== 'open') return
    const atMs = performance.now() - this.#began
    for (const track of this.#tracks) {
      this.#send(this.#messages.media(track, track === 'inbound' ? fromPhone : toPhone, atMs))
      this.record.sent.media++
    }
    const { fault } = this.#order
    if (fault?.kind === 'stream-dropped' && this.playout.playedMs >= fault.afterMs && this.record.received.media > 0)
      this.#socket?.terminate()
  }

  key(digit: string): void {
    if (this.record.state !== 'open' || !this.#order.bidirectional) return
    this.#send(this.#messages.dtmf(digit))
    this.record.sent.dtmf++
  }

  /** Says that the stream is over and closes it. */
  async stop(): Promise<void> {
    const socket = this.#socket
    if (this.record.state === 'open') {
      this.#send(this.#messages.stop())
      socket?.close(1000)
    } else if (this.record.state === 'connecting') socket?.terminate()
    const force = setTimeout(() => socket?.terminate(), CLOSE_WITHIN_MS)
    await this.closed
    clearTimeout(force)
  }

  #open(): void {
    this.record.state = 'open'
    this.#began = performance.now()
    this.#send(this.#messages.connected())
    this.#send(this.#messages.start(this.#tracks, this.#order.verb.parameters))
  }

  #message(data: RawData, binary: boolean): void {
    const parsed = binary ? undefined : FromCustomer.safeParse(json(String(data)))
    if (!parsed?.success) this.#warn(`31951 invalid message: ${String(data).slice(0, 200)}`)
    else if (parsed.data.streamSid !== this.record.sid) this.#warn(`31951 wrong streamSid: ${parsed.data.streamSid}`)
    else if (!this.#order.bidirectional) this.#warn(`31951 ${parsed.data.event} on a one-way stream`)
    else this.#take(parsed.data)
  }

  #take(message: FromCustomer): void {
    const { received } = this.record
    if (message.event === 'media') {
      const bytes = Buffer.from(message.media.payload, 'base64')
      received.media++
      received.bytes += bytes.length
      if (!this.playout.push(decodeMuLaw(bytes))) this.#warn('31931 more than ten minutes of sound are waiting', true)
    } else if (message.event === 'mark') {
      received.marks.push(message.mark.name)
      this.playout.mark(message.mark.name)
    } else {
      received.clears++
      this.playout.clear()
    }
    this.#order.pass('relay', message.event, message.event === 'media' ? undefined : message)
  }

  #markPlayed(name: string): void {
    if (this.record.state !== 'open') return
    this.#send(this.#messages.mark(name))
    this.record.sent.marks.push(name)
  }

  #send(message: object): void {
    this.#socket?.send(JSON.stringify(message))
    const name = 'event' in message ? String(message.event) : ''
    this.#order.pass('carrier', name, name === 'media' ? undefined : message)
  }

  #warn(what: string, once = false): void {
    const { warnings } = this.record
    if (warnings.length < WARNINGS && !(once && warnings.includes(what))) warnings.push(what)
  }
}

function connect(url: string, settings: TwilioSettings): WebSocket {
  if (!/^wss?:/.test(url)) throw new Error(`31920 not a WebSocket address: ${url}`)
  const headers = { 'X-Twilio-Signature': sign(TWILIO_ACCOUNT.authToken, url), 'User-Agent': 'Jetty/11.0.24' }
  return new WebSocket(reachable(url, settings.reach), { headers, handshakeTimeout: CONNECT_WITHIN_MS, perMessageDeflate: false })
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
