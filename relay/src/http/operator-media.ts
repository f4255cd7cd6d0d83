import type { Identify } from '../access/identify.ts'
import type { OperatorRights } from '../access/operator-rights.ts'
import { mayUse, type Principal } from '../access/roles.ts'
import type { LiveCalls } from '../calls/live-calls.ts'
import type { Clock } from '../calls/ports.ts'
import { acceptOperatorSocket } from '../legs/operator/index.ts'
import type { Logger } from '../logger.ts'
import { CLOSE, Problem, type TakeoverRecord } from '../protocol/index.ts'
import { OPERATES } from './access.ts'
import { refuse, type SocketRoute } from './upgrade.ts'

/** What an operator may do on a call's media: hear it once, or hold it for as long as this takeover lasts. */
export type MediaRight = {
  principal: Principal
  /** What they came with: whether it still counts is asked again and again. */
  bearer: string
} & ({ role: 'listen' } | { role: 'takeover'; record: TakeoverRecord; connected: boolean })

/** An operator's media: listening works once, a takeover's address brings its operator back for as long as they hold the call. */
export function operatorMediaSocket(o: {
  rights: OperatorRights<MediaRight>
  calls: LiveCalls
  identify: Identify
  clock: Clock
  logger: Logger
}): SocketRoute {
  const stillMay = async ({ bearer, principal }: MediaRight) => {
    try {
      return mayUse(await o.identify.again(principal, bearer), OPERATES)
    } catch (error) {
      // A database that is away takes nobody's right.
      return !(error instanceof Problem)
    }
  }
  return {
    path: '/media/operators/{token}',
    pattern: /^\/media\/operators\/([^/]+)\/?$/,
    access: 'media-token',
    callOf: ({ parts }) => o.rights.callOf(parts[0] ?? ''),
    accept({ ws, parts, query }) {
      const token = parts[0] ?? ''
      const known = o.rights.read(token)
      if (!known) return refuse(ws, CLOSE.badToken, 'bad token')
      const { callId, expired, right } = known
      const first = right.role === 'listen' || !right.connected
      if (first && expired) return refuse(ws, CLOSE.badToken, 'expired token')
      if (right.role === 'listen') o.rights.withdraw(token)
      const call = o.calls.get(callId)
      if (!call) return refuse(ws, CLOSE.unknownCall, 'unknown or over')
      const holds = () => right.role === 'takeover' && call.heldBy !== undefined && call.desk.takeovers.at(-1) === right.record
      if (right.role === 'takeover') {
        if (!holds()) return refuse(ws, CLOSE.badToken, 'handed back')
        right.connected = true
      }
      const after = query.get('after')
      acceptOperatorSocket({
        ...{ ws, call, holds, clock: o.clock, logger: o.logger, role: right.role, resumed: !first },
        after: after !== null && /^\d{1,15}$/.test(after) ? Number(after) : 0,
        stillMay: () => stillMay(right),
      })
    },
  }
}
