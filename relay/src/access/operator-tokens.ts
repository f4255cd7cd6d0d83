import { z } from 'zod'
import type { Clock } from '../calls/ports.ts'
import { Problem } from '../protocol/problem.ts'
import { type Principal, ROLES } from './roles.ts'
import { createSignedTokens } from './signed-tokens.ts'

/** How long an access token lives; the refresh token outlives it. */
export const ACCESS_TOKEN_MS = 15 * 60_000

const Claims = z.object({ sub: z.string(), org: z.string(), role: z.enum(ROLES), sid: z.string().optional() })

export interface OperatorTokens {
  issue(user: {
    id: string
    organisationId: string
    role: (typeof ROLES)[number]
    /** Ends with this sign-in. */
    session?: string
  }): Promise<{ token: string; expiresAtMs: number }>
  /** @throws Problem unauthorized */
  read(token: string): Promise<Principal>
}

export function createOperatorTokens(o: { authSecret: string; clock: Clock }): OperatorTokens {
  const tokens = createSignedTokens({ authSecret: o.authSecret, purpose: 'operators', clock: o.clock })
  return {
    issue: ({ id, organisationId, role, session }) =>
      tokens.sign({ sub: id, org: organisationId, role, ...(session ? { sid: session } : {}) }, ACCESS_TOKEN_MS),
    async read(token) {
      const read = await tokens.read(token)
      const claims = read.ok ? Claims.safeParse(read.claims) : undefined
      if (!claims?.success) {
        const expired = !read.ok && read.why === 'expired'
        throw new Problem('unauthorized', expired ? 'The token has expired: refresh it.' : 'The token is not valid: sign in.')
      }
      const { org, role, sid, sub } = claims.data
      return { kind: 'user', organisationId: org, userId: sub, role, ...(sid ? { session: sid } : {}) }
    },
  }
}
