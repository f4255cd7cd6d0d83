import type { Relay } from '@voice-agent/relay/relay'

/** A carrier of the sandbox: what a relay needs to ring its phones as it would ring real ones. */
export interface SimulatedCarrier {
  /** The relay's name for it, and the world's. */
  readonly name: string
  readonly title: string
  /** Whether this environment has an account of its own with the real one. */
  own(env: Record<string, string | undefined>): boolean
  env(sandboxUrl: string): Record<string, string>
  /** Sets its number up, so that a phone can call it. Rejects when the sandbox refuses. */
  serve?(sandboxUrl: string, relay: Pick<Relay, 'port' | 'url'>): Promise<void>
}

/** What is told the sandbox's control. @throws Error when it refuses */
export async function tellSandbox(url: string, body: object): Promise<void> {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`The sandbox's phones could not be set up: ${await answer.text()}`)
}

/** A public address leads to the relay from elsewhere; from the sandbox it is next door. */
export const nextDoor = ({ port, url }: Pick<Relay, 'port' | 'url'>): Record<string, string> => ({
  [new URL(url).origin]: `http://127.0.0.1:${port}`,
})
