import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { jwtVerify } from 'jose'
import twilio from 'twilio'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createAccessToken } from './access-token.ts'

const vector = JSON.parse(readFileSync(new URL('./access-token.vectors.json', import.meta.url), 'utf8')) as {
  accountSid: string
  apiKeySid: string
  apiKeySecret: string
  identity: string
  ttl: number
  outgoingApplicationSid: string
  incomingAllow: boolean
  payload: { iat: number; exp: number }
  jwt: string
}
const order = {
  accountSid: vector.accountSid,
  apiKeySid: vector.apiKeySid,
  apiKeySecret: vector.apiKeySecret,
  twimlAppSid: vector.outgoingApplicationSid,
  identity: vector.identity,
  nowMs: vector.payload.iat * 1000,
  ttlMs: vector.ttl * 1000,
}

afterEach(() => vi.useRealTimers())

/** The same made by Twilio's own package. */
function theirs(o: typeof order & { incoming: boolean; region?: string | undefined }): string {
  vi.useFakeTimers({ now: o.nowMs, toFake: ['Date'] })
  const { AccessToken } = twilio.jwt
  const token = new AccessToken(o.accountSid, o.apiKeySid, o.apiKeySecret, {
    identity: o.identity,
    ttl: Math.ceil(o.ttlMs / 1000),
    ...(o.region ? { region: o.region } : {}),
  })
  token.addGrant(new AccessToken.VoiceGrant({ outgoingApplicationSid: o.twimlAppSid, ...(o.incoming ? { incomingAllow: true } : {}) }))
  const jwt = token.toJwt()
  vi.useRealTimers()
  return jwt
}
const parts = (jwt: string) =>
  jwt
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')))

describe('the access token of a page', () => {
  it('is the very token of the vectors', async () => {
    const { token, expiresAtMs } = await createAccessToken({ ...order, incoming: vector.incomingAllow })
    expect(token).toBe(vector.jwt)
    expect(expiresAtMs).toBe(vector.payload.exp * 1000)
  })

  it('says what Twilio’s own package says, for any identity, time and region', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          identity: fc.string({ minLength: 1, maxLength: 60 }),
          nowMs: fc.integer({ min: 1_000_000_000_000, max: 4_000_000_000_000 }),
          ttlMs: fc.integer({ min: 1000, max: 86_400_000 }),
          incoming: fc.boolean(),
          region: fc.constantFrom(undefined, 'ie1', 'au1'),
        }),
        async ({ region, ...any }) => {
          const { token } = await createAccessToken({ ...order, ...any, ...(region ? { region } : {}) })
          expect(parts(token)).toEqual(parts(theirs({ ...order, ...any, region })))
        },
      ),
      { numRuns: 100 },
    )
  })

  it('is signed with the API key’s secret and no other', async () => {
    const { token } = await createAccessToken(order)
    const o = { currentDate: new Date(order.nowMs), algorithms: ['HS256'] }
    const key = (secret: string) => new TextEncoder().encode(secret)
    await expect(jwtVerify(token, key(order.apiKeySecret), o)).resolves.toBeDefined()
    await expect(jwtVerify(token, key('another'), o)).rejects.toThrow()
  })

  it('is never made for longer than Twilio takes', async () => {
    for (const ttlMs of [0, -1, Number.NaN, 86_400_001]) await expect(createAccessToken({ ...order, ttlMs })).rejects.toThrow(RangeError)
  })
})
