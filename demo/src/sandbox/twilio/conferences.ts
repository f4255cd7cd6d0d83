import type { Fault } from '../faults.ts'
import { Conference, type ConferenceSubscription } from './conference.ts'
import type { Leg } from './leg.ts'
import type { Webhooks } from './webhooks.ts'

const KEPT = 100

/** The account's conferences: one that lives for each name. */
export class Conferences {
  readonly all: Conference[] = []
  readonly #webhooks: Webhooks
  readonly #fault: (words: string) => Fault | undefined

  /** @param fault of the callbacks of a conference whose first call has these words */
  constructor(webhooks: Webhooks, fault: (words: string) => Fault | undefined) {
    this.#webhooks = webhooks
    this.#fault = fault
  }

  /** The one of this name, or a new one. */
  named(name: string, first: { leg: Leg; subscription: ConferenceSubscription | undefined }): Conference {
    const known = this.all.find((each) => each.name === name && each.status !== 'completed')
    if (known) return known
    const { leg, subscription } = first
    const { from, to } = leg.order
    const conference = new Conference({
      name,
      subscription,
      fault: this.#fault(`conference of ${from} ${to}`),
      deliver: (params, token) => {
        if (!subscription) return
        const { method, url } = subscription
        // What failed is in the list of deliveries.
        this.#webhooks
          .send({ purpose: 'conference', callSid: params.CallSid ?? leg.sid, url, method, params, token })
          .catch(() => undefined)
      },
    })
    this.all.push(conference)
    if (this.all.length > KEPT) this.all.shift()
    return conference
  }

  find(sid: string): Conference | undefined {
    return this.all.find((each) => each.sid === sid)
  }

  clear(): void {
    for (const each of this.all.splice(0)) each.close()
  }
}
