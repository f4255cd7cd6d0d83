import type { Clock } from '../calls/ports.ts'
import { Problem } from '../protocol/problem.ts'
import { createSignedTokens } from './signed-tokens.ts'

/** What an owner's server vouches for: this visitor may talk with this agent, for a short while. */
export interface VisitorTokens {
  issue(o: {
    agentId: string
    organisationId: string
    userId?: string
    trial?: boolean
    ttlMs: number
  }): Promise<{ token: string; expiresAtMs: number }>
  /**
   * The visitor behind a token for this very agent. `trial`: an operator tries the agent out.
   * @throws Problem unauthorized
   */
  check(token: string, agent: { id: string; organisationId: string }): Promise<{ userId?: string; trial: boolean }>
}

export function createVisitorTokens(o: { authSecret: string; clock: Clock }): VisitorTokens {
  const tokens = createSignedTokens({ authSecret: o.authSecret, purpose: 'visitors', clock: o.clock })
  return {
    issue: ({ agentId, organisationId, userId, trial, ttlMs }) =>
      tokens.sign(
        { agent: agentId, org: organisationId, ...(userId === undefined ? {} : { sub: userId }), ...(trial ? { trial: 'yes' } : {}) },
        ttlMs,
      ),
    async check(token, agent) {
      const read = await tokens.read(token)
      if (!read.ok) {
        const detail = read.why === 'expired' ? 'The visitor token has expired: fetch a new one.' : 'The visitor token is not valid.'
        throw new Problem('unauthorized', detail)
      }
      const { claims } = read
      if (claims.agent !== agent.id || claims.org !== agent.organisationId) {
        throw new Problem('unauthorized', 'The visitor token is for another agent.')
      }
      return { trial: claims.trial === 'yes', ...(claims.sub === undefined ? {} : { userId: claims.sub }) }
    },
  }
}
