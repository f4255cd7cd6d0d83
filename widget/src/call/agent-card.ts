import type { PublicAgent } from '@voice-agent/relay/protocol'
import { CallFault } from './fault.ts'
import { getAgent } from './relay-client.ts'

/** What is publicly known of the agent, asked once per agent and relay; a failed asking is forgotten, so that the next asks again. */
export class AgentCard {
  readonly #onKnown: (agent: PublicAgent) => void
  #asked: { key: string; answer: Promise<PublicAgent> } | undefined

  constructor(onKnown: (agent: PublicAgent) => void) {
    this.#onKnown = onKnown
  }

  /** Rejects with CallFault. */
  get(relay: string, agentId: string | undefined): Promise<PublicAgent> {
    if (!agentId) return Promise.reject(new CallFault('no_agent'))
    const key = `${relay} ${agentId}`
    if (this.#asked?.key === key) return this.#asked.answer
    const answer = getAgent(relay, agentId)
    this.#asked = { key, answer }
    answer.then(
      (agent) => {
        if (this.#asked?.answer === answer) this.#onKnown(agent)
      },
      () => {
        if (this.#asked?.answer === answer) this.#asked = undefined
      },
    )
    return answer
  }
}
