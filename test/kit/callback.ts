import { type Answer, ask } from './operator.ts'
import type { RelayProcess } from './relay-process.ts'

/** "Call me" as a page of the relay's own does it. */

export interface Told {
  readonly type: 'status' | 'ended'
  readonly status?: string
  readonly endReason?: string
  readonly reason?: string
}

export interface Wish {
  agentId: string
  phoneNumber: string
  consent?: boolean
  [more: string]: unknown
}

export interface Accepted {
  callId: string
  callUrl: string
  eventsUrl: string
  sessionId: string
}

export function wish(relay: Pick<RelayProcess, 'url'>, wanted: Wish, headers: Record<string, string> = {}): Promise<Answer<Accepted>> {
  const body = { consent: true, ...wanted }
  return ask<Accepted>(relay.url, 'POST', '/api/click-to-call', { headers: { origin: relay.url, ...headers }, body })
}

export class Callback {
  readonly accepted: Accepted
  /** What the page was told, in order. */
  readonly told: Told[] = []
  /** Resolves when the stream has ended. */
  readonly over: Promise<Told[]>

  /** @throws Error when the wish is refused */
  static async ask(relay: Pick<RelayProcess, 'url'>, wanted: Wish, headers: Record<string, string> = {}): Promise<Callback> {
    const { status, body } = await wish(relay, wanted, headers)
    if (status !== 202) throw new Error(`refused with ${status}: ${JSON.stringify(body)}`)
    return new Callback(body)
  }

  constructor(accepted: Accepted) {
    this.accepted = accepted
    this.over = this.#follow()
  }

  get callId(): string {
    return this.accepted.callId
  }

  get statuses(): string[] {
    return this.told.flatMap(({ type, status }) => (type === 'status' && status ? [status] : []))
  }

  /** The page takes it back. */
  async cancel(): Promise<number> {
    return (await fetch(this.accepted.callUrl, { method: 'DELETE' })).status
  }

  async #follow(): Promise<Told[]> {
    const answer = await fetch(this.accepted.eventsUrl)
    if (!answer.ok || !answer.body) throw new Error(`the events answered ${answer.status}`)
    let text = ''
    for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
      text += chunk
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) this.#take(block)
    }
    return this.told
  }

  #take(block: string): void {
    const field = (name: string) =>
      block
        .split('\n')
        .find((line) => line.startsWith(`${name}:`))
        ?.slice(name.length + 1)
        .trim()
    const [type, data] = [field('event'), field('data')]
    if ((type === 'status' || type === 'ended') && data) this.told.push({ type, ...JSON.parse(data) })
  }
}
