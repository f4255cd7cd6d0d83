import { randomBytes } from 'node:crypto'
import type { Clock } from '../calls/ports.ts'

const VALID_MS = 60_000
/** A carrier that cannot open our socket asks again and again: so often in a row it may. */
const UNUSED_IN_A_ROW = 5

/** Rights to bring one call's sound: each works once, for a minute. */
export interface StreamTokens {
  /** Valid for a minute, or for `validMs`. Undefined when the last few of this call were never used. */
  issue(callId: string, validMs?: number): string | undefined
  /** Which call it says it is for, genuine or not: another relay's is read here too, and proven there. */
  claims(token: string): string | undefined
  /** The call it is for; the right stays. */
  whose(token: string): string | undefined
  /** The call it is for; the right is gone then. */
  take(token: string): string | undefined
  /** Of a call that is over. */
  forget(callId: string): void
}

export function createStreamTokens(o: { clock: Clock }): StreamTokens {
  const open = new Map<string, { callId: string; untilMs: number }>()
  const unused = new Map<string, number>()
  const sweep = () => {
    for (const [token, { untilMs }] of open) if (o.clock.monotonicMs() > untilMs) open.delete(token)
  }
  return {
    issue(callId, validMs = VALID_MS) {
      sweep()
      const before = unused.get(callId) ?? 0
      if (before >= UNUSED_IN_A_ROW) return undefined
      unused.set(callId, before + 1)
      const token = `${callId}_${randomBytes(32).toString('base64url')}`
      open.set(token, { callId, untilMs: o.clock.monotonicMs() + validMs })
      return token
    },
    claims: (token) => /^([A-Za-z0-9-]{1,64})_[A-Za-z0-9_-]{43}$/.exec(token)?.[1],
    whose(token) {
      const right = open.get(token)
      return right && o.clock.monotonicMs() <= right.untilMs ? right.callId : undefined
    },
    take(token) {
      const right = open.get(token)
      open.delete(token)
      if (right) unused.delete(right.callId)
      return right && o.clock.monotonicMs() <= right.untilMs ? right.callId : undefined
    },
    forget(callId) {
      unused.delete(callId)
      for (const [token, right] of open) if (right.callId === callId) open.delete(token)
    },
  }
}
