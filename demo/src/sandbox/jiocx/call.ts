import { randomBytes } from 'node:crypto'
import type { CallFaults } from '../carriers/call-faults.ts'
import { joined, ringingTone } from '../carriers/joined.ts'
import { type LegStatus, PhoneLeg } from '../carriers/phone-leg.ts'
import type { Mouth } from '../carriers/sound-end.ts'
import { Telling } from '../carriers/telling.ts'
import { Timers } from '../carriers/timers.ts'
import type { Network } from '../phones/network.ts'

export type CallStatus = 'initiated' | 'connecting' | 'connected' | 'completed' | 'failed'

export interface CallOrder {
  /** Rung first. */
  readonly from: string
  /** Rung once the first has answered; a recorded message has none. */
  readonly to: string | undefined
  /** What the phones show. */
  readonly shown: { readonly first: string; readonly second: string }
  readonly ringMs: number
  readonly message: Mouth | undefined
  readonly faults: CallFaults
}

export interface Parts {
  readonly network: Network
  /** Shows a change to whoever is told of it. */
  changed(call: JiocxCall): void
  supervise(call: JiocxCall, work: Promise<unknown>): void
}

const WHY: Partial<Record<LegStatus, string>> = {
  busy: 'busy',
  'no-answer': 'no answer',
  failed: 'number not in service',
  canceled: 'cancelled',
}

/** One call of JioCX: the first phone, then the second, then both together; or the first and a recorded message. */
export class JiocxCall {
  readonly id = `jcx-${randomBytes(8).toString('hex')}`
  readonly sessionId = `jcs-${randomBytes(6).toString('hex')}`
  readonly order: CallOrder
  readonly first: PhoneLeg
  second: PhoneLeg | undefined
  status: CallStatus = 'initiated'
  message = ''
  readonly telling: Telling
  readonly #parts: Parts
  readonly #timers = new Timers()

  constructor(order: CallOrder, parts: Parts) {
    this.order = order
    this.#parts = parts
    this.telling = new Telling(order.faults.callbacks)
    this.first = new PhoneLeg(order.from, (leg) => this.#changed(leg))
  }

  get over(): boolean {
    return this.status === 'completed' || this.status === 'failed'
  }

  /** Leaves the queue: the first phone is rung. */
  dial(): void {
    if (this.over || this.first.line) return
    this.#ring(this.first, this.id, this.order.shown.first)
  }

  /** False when there is nothing to end. */
  hangUp(): boolean {
    if (this.over) return false
    const talked = this.status === 'connected'
    this.#become(talked ? 'completed' : 'failed', talked ? '' : 'cancelled')
    this.first.hangUp()
    this.second?.hangUp()
    return true
  }

  close(): void {
    this.telling.close()
    this.#timers.stop()
    this.first.close()
    this.second?.close()
  }

  #ring(leg: PhoneLeg, id: string, shown: string): void {
    leg.line = this.#parts.network.dial({ id, from: shown, to: leg.phone, carrier: 'jiocx' }, (line) => {
      line.record.carrierCallId = id
      return leg
    })
    this.#timers.after(this.order.ringMs, () => leg.line?.happens('give-up', 'carrier'))
  }

  #changed(leg: PhoneLeg): void {
    if (leg.status === 'ringing') this.#become('connecting', '')
    if (leg === this.first && leg.status === 'in-progress') this.#parts.supervise(this, this.#goOn())
    if (!leg.over.aborted || this.over) return
    const other = leg === this.first ? this.second : this.first
    const talked = this.status === 'connected'
    const who = leg === this.first ? 'first party' : 'second party'
    this.#become(talked ? 'completed' : 'failed', talked ? '' : `${who}: ${WHY[leg.status] ?? 'left'}`)
    other?.hangUp()
  }

  async #goOn(): Promise<void> {
    const { message, shown, to } = this.order
    if (to === undefined) {
      this.first.mouth = { next: () => message?.next() ?? this.#played() }
      this.#become('connected', '')
      return
    }
    this.first.mouth = ringingTone()
    const second = new PhoneLeg(to, (leg) => this.#changed(leg))
    this.second = second
    this.#ring(second, `${this.id}-2`, shown.second)
    if (!(await second.answered) || this.first.over.aborted) return
    this.#become('connected', '')
    this.first.pressed.add((digit) => second.line?.keyFromCarrier(digit))
    second.pressed.add((digit) => this.first.line?.keyFromCarrier(digit))
    await joined(this.first, second, this.first.over)
  }

  /** The message is over, and so is the call. */
  #played(): undefined {
    setImmediate(() => this.hangUp())
  }

  #become(status: CallStatus, message: string): void {
    if (this.over || status === this.status) return
    this.status = status
    this.message = message
    if (this.over) this.#timers.stop()
    this.#parts.changed(this)
  }
}
