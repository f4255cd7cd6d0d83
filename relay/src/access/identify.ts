import { createHash, timingSafeEqual } from 'node:crypto'
import { Problem } from '../protocol/problem.ts'
import { type ApiKeys, isApiKey } from './api-keys.ts'
import type { OperatorTokens } from './operator-tokens.ts'
import type { Principal } from './roles.ts'
import type { Standings } from './sessions.ts'

/** Turns what a request presents into who it is. */
export interface Identify {
  /** @throws Problem unauthorized */
  identify(bearer: string | undefined): Promise<Principal>
  /** The same as they stand now, also after the token that they came with ran out. @throws Problem unauthorized */
  again(principal: Principal, bearer: string): Promise<Principal>
  metricsToken(given: string): boolean
}

export function createIdentify(o: {
  apiKeys: ApiKeys
  operatorTokens: OperatorTokens
  standings: Standings
  metricsToken: string | undefined
}): Identify {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  const metrics = o.metricsToken === undefined ? undefined : digest(o.metricsToken)
  return {
    async identify(bearer) {
      if (!bearer) throw new Problem('unauthorized', 'Send an access token or an API key: Authorization: Bearer …')
      if (isApiKey(bearer)) return o.apiKeys.identify(bearer)
      const principal = await o.operatorTokens.read(bearer)
      return principal.kind === 'user' && principal.session !== undefined ? o.standings.now(principal, principal.session) : principal
    },
    async again(principal, bearer) {
      if (principal.kind === 'key') return o.apiKeys.identify(bearer)
      return principal.session === undefined ? principal : o.standings.now(principal, principal.session)
    },
    metricsToken: (given) => metrics !== undefined && timingSafeEqual(metrics, digest(given)),
  }
}
