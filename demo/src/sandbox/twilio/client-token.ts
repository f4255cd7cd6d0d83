import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { TWILIO_ACCOUNT } from './account.ts'
import { TwilioError } from './errors.ts'

const Claims = z.object({
  iss: z.literal(TWILIO_ACCOUNT.apiKeySid),
  sub: z.literal(TWILIO_ACCOUNT.accountSid),
  exp: z.number(),
  grants: z.object({
    identity: z.string().min(1),
    voice: z.object({ outgoing: z.object({ application_sid: z.string().regex(/^AP[0-9a-f]{32}$/i) }) }),
  }),
})

/** Who connects, and through which TwiML app. @throws TwilioError 20101 or 20104, as the SDK is told */
export function readClientToken(token: string): { identity: string; app: string } {
  const [header = '', claims = '', signature = ''] = token.split('.')
  const right = createHmac('sha256', TWILIO_ACCOUNT.apiKeySecret).update(`${header}.${claims}`).digest()
  const given = Buffer.from(signature, 'base64url')
  const read = Claims.safeParse(json(claims))
  if (given.length !== right.length || !timingSafeEqual(given, right) || !read.success) {
    throw new TwilioError(401, 20_101, 'AccessTokenInvalid')
  }
  if (read.data.exp * 1000 < Date.now()) throw new TwilioError(401, 20_104, 'AccessTokenExpired')
  const { identity, voice } = read.data.grants
  return { identity, app: voice.outgoing.application_sid }
}

function json(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString())
  } catch {
    return undefined
  }
}
