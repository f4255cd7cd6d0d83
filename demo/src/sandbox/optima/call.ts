import { randomUUID } from 'node:crypto'
import type { CallFaults } from '../carriers/call-faults.ts'
import { PhoneLeg } from '../carriers/phone-leg.ts'
import { Playout } from '../carriers/playout.ts'
import { Telling } from '../carriers/telling.ts'
import { Timers } from '../carriers/timers.ts'
import type { PhoneCall } from '../phones/call.ts'
import type { Network } from '../phones/network.ts'
import { keyTone } from '../phones/tones.ts'
import { callRecord } from './record.ts'
import type { OptimaSettings } from './settings.ts'
import { decode, encode, type Format } from './sound.ts'

/** Whoever is in a call's room. */
export interface Member {
  tell(event: string, data: Record<string, unknown>): void
  sound(bytes: Buffer): void
  /** Its connection breaks without a word. */
  drop(): void
}

export interface CallOrder {
  direction: 'outbound' | 'inbound'
  /** As the network knows them. */
  from: string
  to: string
  ringMs: number
  /** What is told of the phone's sound, and what is taken where it does not say what it is. */
  input: Format
  output: Format
  faults: CallFaults
}

export interface Parts {
  network: Network
  settings(): OptimaSettings
  pass(call: OptimaCall, from: 'carrier' | 'relay', name: string, body?: object): void
  over(call: OptimaCall): void
}

/** What came over a call's sockets, for tests. */
export interface SoundRecord {
  joins: number
  received: { audio: number; bytes: number; formats: string[]; checkPoints: string[]; interruptions: number; keys: string[] }
  sent: { audio: number; checkPoints: string[]; events: string[] }
  /** What a customer does wrong. */
  warnings: string[]
}

const WARNINGS = 50
/** Nobody joined a call that came in. */
const UNJOINED_MS = 30_000

/** One call of Optima: a phone's line, and a room that hears of it. */
export class OptimaCall {
  readonly sessionId = randomUUID()
  readonly order: CallOrder
  readonly createdAt = new Date()
  readonly leg: PhoneLeg
  readonly playout: Playout
  readonly record: SoundRecord = {
    joins: 0,
    received: { audio: 0, bytes: 0, formats: [], checkPoints: [], interruptions: 0, keys: [] },
    sent: { audio: 0, checkPoints: [], events: [] },
    warnings: [],
  }
  readonly #members = new Set<Member>()
  readonly #parts: Parts
  readonly #telling: Telling
  #dropped = false
  readonly #timers = new Timers()

  constructor(order: CallOrder, parts: Parts) {
    this.order = order
    this.#parts = parts
    this.#telling = new Telling(order.faults.callbacks)
    this.leg = new PhoneLeg(order.direction === 'outbound' ? order.to : order.from, () => this.#changed())
    this.playout = new Playout(parts.settings().jitterMs, (name) => this.#played(name))
    this.leg.mouth = this.playout
    this.leg.taps.add((fromPhone) => this.#hears(fromPhone))
    this.leg.pressed.add((digit) => this.#tell('dtmf', { digit }, 'dtmf'))
  }

  get over(): boolean {
    return this.leg.over.aborted
  }

  get line(): PhoneCall | undefined {
    return this.leg.line
  }

  /** Leaves the queue. */
  dial(): void {
    if (this.leg.line || this.over) return
    const { from, ringMs, to } = this.order
    this.#tell('dialStatus', { status: 'Dialing' }, 'Dialing')
    this.leg.line = this.#parts.network.dial({ id: this.sessionId, from, to, carrier: 'optima' }, (line) => {
      line.record.carrierCallId = this.sessionId
      return this.leg
    })
    this.#timers.after(ringMs, () => this.leg.line?.happens('give-up', 'carrier'))
  }

  /** A phone has called: it rings until somebody joins the room. */
  receive(line: PhoneCall): PhoneLeg {
    this.leg.line = line
    line.record.carrierCallId = this.sessionId
    setImmediate(() => line.happens('ring', 'carrier'))
    this.#timers.after(UNJOINED_MS, () => line.happens('give-up', 'carrier'))
    return this.leg
  }

  /** False where the call is over, or its sound cannot be reached. */
  join(member: Member): boolean {
    if (this.over || this.order.faults.stream?.kind === 'stream-refused') return false
    this.#members.add(member)
    this.record.joins++
    this.#parts.pass(this, 'relay', 'joins')
    if (this.order.direction === 'inbound') setImmediate(() => this.leg.line?.happens('answer', 'carrier'))
    return true
  }

  leave(member: Member): void {
    this.#members.delete(member)
  }

  has(member: Member): boolean {
    return this.#members.has(member)
  }

  /** The customer's sound. Answers what is wrong with it. */
  plays(bytes: Uint8Array, format: Format | 'mp3'): string | undefined {
    const { received } = this.record
    received.audio++
    received.bytes += bytes.length
    if (!received.formats.includes(format)) received.formats.push(format)
    if (format === 'mp3') return this.warn('mp3 is not played here: say audioFormat')
    try {
      if (!this.playout.push(decode(bytes, format))) return this.warn('too much sound is waiting')
    } catch (error) {
      return this.warn(String(error))
    }
    return undefined
  }

  checkPoint(name: string): void {
    this.record.received.checkPoints.push(name)
    this.#parts.pass(this, 'relay', 'checkPoint', { name })
    this.playout.mark(name)
  }

  interrupt(): void {
    this.record.received.interruptions++
    this.#parts.pass(this, 'relay', 'interruption')
    this.playout.clear()
  }

  key(digit: string): void {
    this.record.received.keys.push(digit)
    this.#parts.pass(this, 'relay', 'dtmf', { digit })
    this.playout.push(keyTone(digit))
    this.leg.line?.keyFromCarrier(digit)
  }

  hangUp(): void {
    this.leg.hangUp()
  }

  warn(what: string): string {
    const { warnings } = this.record
    if (warnings.length < WARNINGS) warnings.push(what)
    return what
  }

  /** Forgets its timers and rooms: the sandbox starts anew. */
  close(): void {
    this.#telling.close()
    this.#timers.stop()
    this.#members.clear()
    this.leg.close()
  }

  #changed(): void {
    const { status } = this.leg
    if (status === 'ringing') this.#tell('dialStatus', { status: 'Ringing' }, 'Ringing')
    else if (status === 'in-progress') {
      this.#timers.stop()
      this.#tell('dialStatus', { status: 'Connected' }, 'Connected')
    } else this.#end()
  }

  #end(): void {
    this.#timers.stop()
    const { status } = this.leg
    const later = this.#parts.settings().version !== '1.0.3'
    if (status === 'busy') this.#tell('dialStatus', { status: 'Busy' }, 'Busy')
    // Up to 1.0.4 there is no word for it.
    if (status === 'failed' && later) this.#tell('dialStatus', { status: 'Failed' }, 'Failed')
    this.#tell('hangup', {}, 'hangup', !later)
    if (later) this.#tell('cdr', { ...callRecord(this) }, 'cdr', true)
    this.#parts.over(this)
  }

  /** With what was ordered to go wrong. */
  #tell(event: string, data: Record<string, unknown>, status: string, last = false): void {
    this.#telling.tell(() => this.#say(event, data), { status, last })
  }

  #say(event: string, data: Record<string, unknown>): void {
    this.record.sent.events.push('status' in data ? `${event} ${data.status}` : event)
    this.#parts.pass(this, 'carrier', event, data)
    for (const member of [...this.#members]) member.tell(event, { sessionId: this.sessionId, ...data })
  }

  #played(name: string): void {
    this.record.sent.checkPoints.push(name)
    this.#say('checkPoint', { name })
  }

  #hears(fromPhone: Int16Array): void {
    const bytes = encode(fromPhone, this.order.output)
    this.record.sent.audio++
    for (const member of [...this.#members]) member.sound(bytes)
    const { stream } = this.order.faults
    if (this.#dropped || stream?.kind !== 'stream-dropped' || this.playout.playedMs < stream.afterMs || this.record.received.audio === 0)
      return
    this.#dropped = true
    for (const member of [...this.#members]) member.drop()
  }
}
