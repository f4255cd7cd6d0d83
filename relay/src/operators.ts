import { createCallTokens } from './access/call-tokens.ts'
import type { Idempotency } from './access/idempotency.ts'
import type { Identify } from './access/identify.ts'
import { createOperatorNames } from './access/operator-names.ts'
import { createOperatorRights } from './access/operator-rights.ts'
import type { LiveCalls } from './calls/live-calls.ts'
import type { CallBook } from './calls/log/call-book.ts'
import type { Clock } from './calls/ports.ts'
import type { Endpoint } from './http/endpoint.ts'
import { type MediaRight, operatorMediaSocket } from './http/operator-media.ts'
import { type ElsewhereDoor, takeoverRoutes } from './http/takeover.ts'
import type { SocketRoute } from './http/upgrade.ts'
import type { FreshView } from './live/fresh-view.ts'
import type { Logger } from './logger.ts'
import type { Store } from './store/open.ts'

/** The composition root's part for operators on calls: who may hear and hold them, over which routes and sockets. */

/** An address to listen or to speak is good for so long. */
const CONNECT_MS = 30_000

export function furnishOperators(o: {
  authSecret: string
  store: Store
  calls: LiveCalls
  book: CallBook
  view: FreshView
  identify: Identify
  /** Takes callers and operators together where the sound does not come here. */
  elsewhere: ElsewhereDoor
  idempotency: Idempotency
  where: { socketBase(host: string | undefined): string }
  clock: Clock
  logger: Logger
}): { routes: Endpoint[]; sockets: SocketRoute[] } {
  const { authSecret, calls, clock, identify, logger } = o
  const tokens = createCallTokens({ purpose: 'operator-media', authSecret, clock, firstConnectMs: CONNECT_MS })
  const rights = createOperatorRights<MediaRight>({ tokens, clock })
  return {
    routes: takeoverRoutes({
      ...{ calls, rights, book: o.book, view: o.view, where: o.where, elsewhere: o.elsewhere, idempotency: o.idempotency },
      nameOf: createOperatorNames(o.store),
    }),
    sockets: [operatorMediaSocket({ rights, calls, identify, clock, logger })],
  }
}
