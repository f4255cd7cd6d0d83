import { randomUUID } from 'node:crypto'
import type { Fault } from '../faults.ts'
import type { ToldStatus } from './call-status.ts'
import { rfc2822 } from './identity.ts'

/** The events a customer may subscribe to. */
export const STATUS_EVENTS = ['initiated', 'ringing', 'answered', 'completed'] as const
export type StatusEvent = (typeof STATUS_EVENTS)[number]

export interface Subscription {
  url: string
  method: string
  events: readonly string[]
}

type Deliver = (params: Record<string, string>, token: string) => void
const APART_MS = 60

/** Tells the states of one call, numbered in their order and sent in the order that was observed: `ringing` before `initiated`. */
export class StatusCallbacks {
  readonly #subscription: Subscription | undefined
  readonly #fault: Fault | undefined
  readonly #lagMs: number
  readonly #deliver: Deliver
  readonly #timers = new Set<NodeJS.Timeout>()
  #sequence = 0
  #initiated: (() => void) | undefined
  #kept: (() => void)[] = []

  constructor(o: { subscription: Subscription | undefined; fault: Fault | undefined; lagMs: number; deliver: Deliver }) {
    this.#subscription = o.subscription
    this.#fault = o.fault
    this.#lagMs = o.lagMs
    this.#deliver = o.deliver
  }

  tell(event: StatusEvent, status: ToldStatus, fields: Record<string, string>): void {
    if (event === 'ringing') this.#later(this.#lagMs, () => this.#sendInitiated())
    else if (event !== 'initiated') this.#sendInitiated()
    if (!this.#subscription?.events.includes(event)) return
    const params = {
      ...fields,
      CallStatus: status,
      Timestamp: rfc2822(new Date()),
      CallbackSource: 'call-progress-events',
      SequenceNumber: String(this.#sequence++),
    }
    const send = () => this.#send(params, event === 'completed')
    if (event === 'initiated') this.#initiated = send
    else send()
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    this.#initiated = undefined
  }

  #sendInitiated(): void {
    this.#initiated?.()
    this.#initiated = undefined
  }

  #send(params: Record<string, string>, last: boolean): void {
    const fault = this.#fault
    const token = randomUUID()
    const deliver = (again = token) => this.#deliver(params, again)
    if (fault?.kind === 'callbacks-lost' && (!fault.only || fault.only.includes(params.CallStatus ?? ''))) return
    if (fault?.kind === 'callbacks-late') this.#later(fault.delayMs, deliver)
    else if (fault?.kind === 'callbacks-reordered') {
      this.#kept.unshift(deliver)
      if (last) for (const [n, each] of this.#kept.splice(0).entries()) this.#later(n * APART_MS, each)
    } else deliver()
    if (fault?.kind !== 'callbacks-repeated') return
    for (let n = 1; n <= fault.more; n++) this.#later(n * APART_MS, () => deliver(fault.sameToken ? token : randomUUID()))
  }

  #later(ms: number, what: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      what()
    }, ms)
    this.#timers.add(timer)
  }
}
