import { Telling } from '../carriers/telling.ts'
import type { Fault } from '../faults.ts'
import type { Told } from './body.ts'
import type { StatusEvent, Subscription } from './order.ts'
import type { ExotelSettings } from './settings.ts'

/** What a callback says, whole; fields that this call's callbacks do not have are taken away. */
export interface Full {
  CallSid: string
  Status: string
  DateUpdated: string
  RecordingUrl: string
  [more: string]: unknown
}

/** Tells what happens to one call, as its placement asked for it and as the account is set. */
export class StatusCallbacks {
  readonly #subscription: Subscription | undefined
  readonly #telling: Telling
  readonly #extra: boolean
  readonly #deliver: (told: Told) => void

  constructor(o: {
    subscription: Subscription | undefined
    kind: 'ring' | 'flow' | 'stream'
    fault: Fault | undefined
    settings: ExotelSettings
    deliver: (told: Told) => void
  }) {
    this.#subscription = o.kind === 'flow' && !o.settings.flowCallbacks ? undefined : o.subscription
    this.#extra = o.settings.extraFields === 'always' || o.kind === 'ring'
    this.#telling = new Telling(o.fault)
    this.#deliver = o.deliver
  }

  tell(event: StatusEvent, full: Full): void {
    const subscription = this.#subscription
    if (!subscription) return
    const { CallSid, Status, DateUpdated, RecordingUrl, CustomField, ...more } = full
    const least = { CallSid, DateUpdated, Status, RecordingUrl }
    const last = event === 'terminal'
    const plain = subscription.events.length === 0 || !this.#extra
    if (plain ? !last : !subscription.events.includes(event)) return
    const told = plain ? least : { EventType: event, ...least, ...more, ...(last && CustomField !== undefined && { CustomField }) }
    this.#telling.tell(() => this.#deliver(told), { status: Status, last })
  }

  /** Tells something else about this call's end, with the same faults: a Passthru. */
  also(status: string, deliver: () => void): void {
    this.#telling.tell(deliver, { status, last: true })
  }

  close(): void {
    this.#telling.close()
  }
}
