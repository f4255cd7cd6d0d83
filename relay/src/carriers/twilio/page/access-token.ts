import { SignJWT } from 'jose'

/** What Twilio's voice SDK in a page is let in with: a JWT that the API key's secret signs, for one identity and one TwiML app. */
export interface AccessTokenOrder {
  readonly accountSid: string
  readonly apiKeySid: string
  readonly apiKeySecret: string
  readonly twimlAppSid: string
  /** Whom Twilio names as `client:…` when it asks what to do. */
  readonly identity: string
  /** Calls may also come to it. */
  readonly incoming?: boolean
  /** Wall time. */
  readonly nowMs: number
  readonly ttlMs: number
  /** Where the account lives outside the United States: `ie1`, `au1`. */
  readonly region?: string
}

/** Twilio lets no token live longer. */
const LONGEST_TTL_MS = 24 * 3_600_000

/** @throws RangeError when the token would live longer than Twilio allows */
export async function createAccessToken(o: AccessTokenOrder): Promise<{ token: string; expiresAtMs: number }> {
  const issuedAt = Math.floor(o.nowMs / 1000)
  const ttl = Math.ceil(o.ttlMs / 1000)
  if (!(ttl > 0 && ttl * 1000 <= LONGEST_TTL_MS)) throw new RangeError('an access token lives between a second and a day')
  const claims = {
    jti: `${o.apiKeySid}-${issuedAt}`,
    grants: {
      identity: o.identity,
      voice: { ...(o.incoming ? { incoming: { allow: true } } : {}), outgoing: { application_sid: o.twimlAppSid } },
    },
    iat: issuedAt,
    exp: issuedAt + ttl,
    iss: o.apiKeySid,
    sub: o.accountSid,
  }
  const header = { alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1', ...(o.region ? { twr: o.region } : {}) }
  const token = await new SignJWT(claims).setProtectedHeader(header).sign(new TextEncoder().encode(o.apiKeySecret))
  return { token, expiresAtMs: claims.exp * 1000 }
}
