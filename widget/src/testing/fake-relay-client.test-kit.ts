import type { CallbackView, ClickToCallRequest, EndReason, FromRelay, ToRelay } from '@voice-agent/relay/protocol'

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

/** One phone that was asked to ring, as the fake relay saw it (test-kit/fake-callbacks.ts). */
export interface Rung {
  view: CallbackView
  request: ClickToCallRequest
  keys: string[]
  lastEventIds: (string | null)[]
  polls: number
  hungUp: boolean
}
type PhoneStep = { status: CallbackView['status']; endReason?: EndReason } | { dropStream: true } | { refusesStreams: number }

/** What was asked for a call id or a number. */
export const phones = async (of: string): Promise<Rung[]> =>
  (await fetch(`${await relayUrl}/phones/${encodeURIComponent(of)}`)).json() as Promise<Rung[]>

/** Makes the phone of that call ring, answer, hang up. */
export async function phone(callId: string | undefined, ...steps: PhoneStep[]): Promise<void> {
  for (const step of steps) await fetch(`${await relayUrl}/phones/${callId}`, { method: 'POST', body: JSON.stringify(step) })
}
