import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../calls/ports.ts'
import { deriveKey } from './secrets.ts'

export interface CallTokens {
  /** A token for the path of the call's media URL. `expiresAtMs` bounds the first connect only. */
  issue(callId: string): { token: string; expiresAtMs: number }
  /** What a genuine token says, expired or not; undefined for anything we did not make. */
  read(token: string): { callId: string; expiresAtMs: number } | undefined
}

/** Rights to one call, to its media or to a callback's status, kept in no table: `callId.expiry.signature`. */
export function createCallTokens(o: {
  authSecret: string
  purpose: 'media' | 'callbacks' | 'page-calls' | 'operator-media'
  clock: Clock
  firstConnectMs: number
}): CallTokens {
  const key = deriveKey(o.authSecret, o.purpose)
  const sign = (said: string) => createHmac('sha256', key).update(said).digest('base64url')
  return {
    issue(callId) {
      const expiresAtMs = Math.floor(o.clock.nowMs()) + o.firstConnectMs
      const said = `${callId}.${expiresAtMs.toString(36)}`
      return { token: `${said}.${sign(said)}`, expiresAtMs }
    },
    read(token) {
      const parts = /^([A-Za-z0-9_-]{1,64})\.([0-9a-z]{1,10})\.([A-Za-z0-9_-]{43})$/.exec(token)
      if (!parts) return undefined
      const [, callId = '', expiry = '', signature = ''] = parts
      // Compared as text: base64url spells the same bytes in several ways, and only ours is genuine.
      if (!timingSafeEqual(Buffer.from(signature), Buffer.from(sign(`${callId}.${expiry}`)))) return undefined
      return { callId, expiresAtMs: Number.parseInt(expiry, 36) }
    },
  }
}
