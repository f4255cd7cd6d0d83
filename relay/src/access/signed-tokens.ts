import { createHash } from 'node:crypto'
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import type { Clock } from '../calls/ports.ts'
import { deriveKey } from './secrets.ts'

const ISSUER = 'voice-agent'

export type ReadToken = { ok: true; claims: JWTPayload } | { ok: false; why: 'expired' | 'invalid' }

export interface SignedTokens {
  sign(claims: Record<string, string>, ttlMs: number): Promise<{ token: string; expiresAtMs: number }>
  read(token: string): Promise<ReadToken>
}

/** JWTs of one purpose: HS256 pinned, issuer, audience and key id checked, a key of their own. */
export function createSignedTokens(o: { authSecret: string; purpose: 'operators' | 'visitors'; clock: Clock }): SignedTokens {
  const key = deriveKey(o.authSecret, o.purpose)
  const kid = createHash('sha256').update(key).digest('hex').slice(0, 12)
  const audience = `${ISSUER}:${o.purpose}`
  return {
    async sign(claims, ttlMs) {
      const issuedAt = Math.floor(o.clock.nowMs() / 1000)
      const expiresAt = issuedAt + Math.ceil(ttlMs / 1000)
      const token = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid })
        .setIssuer(ISSUER)
        .setAudience(audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .sign(key)
      return { token, expiresAtMs: expiresAt * 1000 }
    },
    async read(token) {
      if (!canonical(token)) return { ok: false, why: 'invalid' }
      try {
        const { payload, protectedHeader } = await jwtVerify(token, key, {
          algorithms: ['HS256'],
          issuer: ISSUER,
          audience,
          requiredClaims: ['exp', 'iat'],
          currentDate: new Date(o.clock.nowMs()),
        })
        return protectedHeader.kid === kid ? { ok: true, claims: payload } : { ok: false, why: 'invalid' }
      } catch (error) {
        return { ok: false, why: error instanceof errors.JWTExpired ? 'expired' : 'invalid' }
      }
    },
  }
}

/** base64url spells the same bytes in several ways; only the one we write is ours, so that no changed token ever passes. */
function canonical(token: string): boolean {
  return token.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part)
}
