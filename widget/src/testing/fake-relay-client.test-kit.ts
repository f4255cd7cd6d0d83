import type { FromRelay, ToRelay } from '@voice-agent/relay/protocol'

export const relayUrl: Promise<string> = fetch('/fake-relay.json')
  .then((response) => response.json() as Promise<{ url: string }>)
  .then(({ url }) => url)

/** What a test can make the fake relay do; the other side is `Step` in test-kit/fake-relay.ts. */
type Step =
  | { send: FromRelay }
  | { entry: { id: string; role: 'visitor' | 'agent' | 'operator' | 'system'; text: string; final: boolean; interrupted?: boolean } }
  | { audio: { ms: number; hz?: number; amplitude?: number; fromMs?: number } }
  | { drop: true }
  | { close: number }
  | { unreachable: boolean }
  | { forgotten: true }
  | { end: string }
  | { steps: Step[] }

export interface Arrived {
  request: Record<string, unknown>
  sessionId: string
  received: ToRelay[]
  connections: { after: string | null }[]
  audioBytes: number
}

/** The relay's side of one call. */
export class Steering {
  readonly #callId: string
  constructor(callId: string | undefined) {
    if (!callId) throw new Error('there is no call')
    this.#callId = callId
  }

  async do(...steps: Step[]): Promise<void> {
    await fetch(`${await relayUrl}/control/${this.#callId}`, { method: 'POST', body: JSON.stringify({ steps }) })
  }

  async arrived(): Promise<Arrived> {
    return (await fetch(`${await relayUrl}/control/${this.#callId}`)).json() as Promise<Arrived>
  }

  /** Resolves once a message of this type arrived, or (`connections`) a second socket. */
  async wait(type: ToRelay['type'] | 'connections'): Promise<Arrived> {
    return (await fetch(`${await relayUrl}/control/${this.#callId}?wait=${type}`)).json() as Promise<Arrived>
  }
}
