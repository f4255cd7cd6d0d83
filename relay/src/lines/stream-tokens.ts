import { randomBytes } from 'node:crypto'
import type { Clock } from '../calls/ports.ts'

const VALID_MS = 60_000

/** Rights to bring one call's sound: each works once, for a minute. */
export interface StreamTokens {
  issue(callId: string): string
  /** The call it is for; the right is gone then. */
  take(token: string): string | undefined
  /** Of a call that is over. */
  forget(callId: string): void
}

export function createStreamTokens(o: { clock: Clock }): StreamTokens {
  const open = new Map<string, { callId: string; untilMs: number }>()
  const sweep = () => {
    for (const [token, { untilMs }] of open) if (o.clock.monotonicMs() > untilMs) open.delete(token)
  }
  return {
    issue(callId) {
      sweep()
      const token = randomBytes(32).toString('base64url')
      open.set(token, { callId, untilMs: o.clock.monotonicMs() + VALID_MS })
      return token
    },
    take(token) {
      const right = open.get(token)
      open.delete(token)
      return right && o.clock.monotonicMs() <= right.untilMs ? right.callId : undefined
    },
    forget(callId) {
      for (const [token, right] of open) if (right.callId === callId) open.delete(token)
    },
  }
}
