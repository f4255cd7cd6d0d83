import { randomBytes } from 'node:crypto'
import type { Clock } from '../calls/ports.ts'
import type { CallTokens } from './call-tokens.ts'

/** Rights of operators to a call's media, made here and kept here: `callId.expiry.signature.secret`, so that every relay can tell whose call it is. */
export interface OperatorRights<Right> {
  issue(callId: string, right: Right): { token: string; expiresAtMs: number }
  /** Which call a token of ours is about, expired or not. */
  callOf(token: string): string | undefined
  /** The right behind a token; undefined when it is not genuine, or was withdrawn. */
  read(token: string): { callId: string; right: Right; expired: boolean } | undefined
  /** It counts no more. */
  withdraw(token: string): void
}

/** Rights that nobody used are forgotten some time after they expired. */
const KEPT_MS = 3_600_000
const MOST_KEPT = 10_000

export function createOperatorRights<Right>(o: { tokens: CallTokens; clock: Clock }): OperatorRights<Right> {
  const { clock } = o
  const kept = new Map<string, { callId: string; right: Right; expiresAtMs: number }>()

  function forgetOld() {
    for (const [token, { expiresAtMs }] of kept) {
      if (kept.size < MOST_KEPT && clock.nowMs() < expiresAtMs + KEPT_MS) return
      kept.delete(token)
    }
  }
  return {
    issue(callId, right) {
      forgetOld()
      const { expiresAtMs, token: signed } = o.tokens.issue(callId)
      const token = `${signed}.${randomBytes(24).toString('base64url')}`
      kept.set(token, { callId, right, expiresAtMs })
      return { token, expiresAtMs }
    },
    callOf: (token) => o.tokens.read(token.slice(0, Math.max(0, token.lastIndexOf('.'))))?.callId,
    read(token) {
      const known = kept.get(token)
      return known && { callId: known.callId, right: known.right, expired: clock.nowMs() > known.expiresAtMs }
    },
    withdraw: (token) => void kept.delete(token),
  }
}
