import { createApiKeys } from './access/api-keys.ts'
import { createAudit } from './access/audit.ts'
import { createCallTokens } from './access/call-tokens.ts'
import { createIdentify } from './access/identify.ts'
import { createLimits } from './access/limits.ts'
import { createMembers } from './access/members.ts'
import { createOperatorTokens } from './access/operator-tokens.ts'
import { createSessions, createStandings } from './access/sessions.ts'
import { createSignIn } from './access/sign-in.ts'
import { createVisitorTokens } from './access/visitor-tokens.ts'
import type { Whereabouts } from './access/whereabouts.ts'
import type { Clock } from './calls/ports.ts'
import { apiKeyRoutes } from './http/api-keys.ts'
import { auditRoutes } from './http/audit.ts'
import { auth } from './http/auth.ts'
import { memberRoutes } from './http/members.ts'
import type { SharedRedis } from './live/redis.ts'
import type { Logger } from './logger.ts'
import type { Settings } from './settings.ts'
import type { Store } from './store/open.ts'

/** Who may come in: visitors by tokens, operators by sign-in or key, all within limits; and the routes by which members are kept. */
export function furnishEntrance(o: {
  settings: Settings
  authSecret: string
  store: Store
  redis: SharedRedis | undefined
  /** A call's media, callback and page addresses are good for a first connect within this. */
  firstConnectMs: number
  where: Whereabouts
  clock: Clock
  logger: Logger
}) {
  const { authSecret, clock, firstConnectMs, logger, settings, store, where } = o
  const callTokens = (purpose: 'media' | 'callbacks' | 'page-calls') => createCallTokens({ purpose, authSecret, clock, firstConnectMs })
  const limits = createLimits({ maxCalls: settings.maxCalls, ...(o.redis ? { redis: o.redis.client } : {}) })
  const operatorTokens = createOperatorTokens({ authSecret, clock })
  const apiKeys = createApiKeys({ store, clock })
  const signIn = createSignIn({ store, tokens: operatorTokens, limits, clock, logger })
  const sessions = createSessions({ store, clock })
  const members = createMembers({ store, clock, sessions })
  const audit = createAudit({ store, clock, logger })
  const identify = createIdentify({
    apiKeys,
    operatorTokens,
    standings: createStandings({ store, clock }),
    metricsToken: settings.access.METRICS_TOKEN,
  })
  return {
    limits,
    audit,
    identify,
    mediaTokens: callTokens('media'),
    callbackTokens: callTokens('callbacks'),
    pageTokens: callTokens('page-calls'),
    visitorTokens: createVisitorTokens({ authSecret, clock }),
    routes: [
      ...auth({ signIn, consoleOrigins: where.consoleOrigins }),
      ...apiKeyRoutes({ apiKeys }),
      ...memberRoutes({ members, sessions, limits, url: where.url }),
      ...auditRoutes({ audit }),
    ],
  }
}
