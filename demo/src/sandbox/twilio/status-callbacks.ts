import { Telling } from '../carriers/telling.ts'
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

/** Tells the states of one call, numbered in their order and sent in the order that was observed: `ringing` before `initiated`. */
export class StatusCallbacks {
  readonly #subscription: Subscription | undefined
  readonly #lagMs: number
  readonly #deliver: Deliver
  readonly #telling: Telling
  #sequence = 0
  #initiated: (() => void) | undefined

  constructor(o: { subscription: Subscription | undefined; fault: Fault | undefined; lagMs: number; deliver: Deliver }) {
    this.#subscription = o.subscription
    this.#telling = new Telling(o.fault)
    this.#lagMs = o.lagMs
    this.#deliver = o.deliver
  }

  tell(event: StatusEvent, status: ToldStatus, fields: Record<string, string>): void {
    if (event === 'ringing') this.#telling.later(this.#lagMs, () => this.#sendInitiated())
    else if (event !== 'initiated') this.#sendInitiated()
    if (!this.#subscription?.events.includes(event)) return
    const params = {
      ...fields,
      CallStatus: status,
      Timestamp: rfc2822(new Date()),
      CallbackSource: 'call-progress-events',
      SequenceNumber: String(this.#sequence++),
    }
    const about = { status, last: event === 'completed' }
    const send = () => this.#telling.tell((token) => this.#deliver(params, token), about)
    if (event === 'initiated') this.#initiated = send
    else send()
  }

  close(): void {
    this.#telling.close()
    this.#initiated = undefined
  }

  #sendInitiated(): void {
    this.#initiated?.()
    this.#initiated = undefined
  }
}
