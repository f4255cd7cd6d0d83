import type { MakeDevice } from '../../twilio/sdk.ts'
import type { Api } from '../api.ts'
import { CallHand } from './call-hand.ts'

/** The operator's hands: at most one call is heard or held at a time. */
export class Hands {
  /** The call that is heard or held now. */
  active: CallHand | undefined
  readonly #api: Api
  readonly #tell: (sentence: string) => void
  readonly #makeDevice: MakeDevice | undefined
  readonly #all = new Map<string, CallHand>()
  readonly #listeners = new Set<() => void>()

  constructor(o: { api: Api; tell: (sentence: string) => void; makeDevice?: MakeDevice }) {
    this.#makeDevice = o.makeDevice
    this.#api = o.api
    this.#tell = o.tell
  }

  of(callId: string): CallHand {
    const known = this.#all.get(callId)
    if (known) return known
    const hand: CallHand = new CallHand({
      callId,
      api: this.#api,
      tell: this.#tell,
      makeDevice: this.#makeDevice,
      changed: () => this.#follow(hand),
    })
    this.#all.set(callId, hand)
    return hand
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    for (const hand of this.#all.values()) if (hand.state !== 'none') hand.stop()
    this.#all.clear()
  }

  #follow(hand: CallHand): void {
    if (hand.state === 'none') {
      if (this.active === hand) this.active = undefined
    } else if (this.active !== hand) {
      const before = this.active
      this.active = hand
      // Whoever listens to another call stops listening to the first; a held call is never let go of like that.
      if (before?.state === 'listening' || before?.state === 'joining') before.stop()
    }
    for (const each of this.#listeners) each()
  }
}
