import type { HouseNumber } from '../../../agents/house-number.ts'
import type { House } from '../../house.ts'
import { regionOf, type TwilioConfig } from '../config.ts'
import { createAccessToken } from './access-token.ts'

/** How a page is let into Twilio's kit, a visitor's or an operator's. */

/** Short, for it is renewed: the page asks for the next one half a minute before (`widget/src/twilio/token-life.ts`). */
const TOKEN_MS = 600_000

const configOf = ({ config }: HouseNumber) => config as TwilioConfig

/** What the owner of this number has to set before a page can connect; undefined when nothing is missing. */
export function lacksPageAccess(number: HouseNumber): string | undefined {
  const { apiKeySecret, apiKeySid, twimlAppSid } = configOf(number)
  const missing = [
    ...(apiKeySid ? [] : ['TWILIO_API_KEY_SID']),
    ...(apiKeySecret ? [] : ['TWILIO_API_KEY_SECRET']),
    ...(twimlAppSid ? [] : ['TWILIO_TWIML_APP_SID']),
  ]
  if (missing.length === 0) return undefined
  return number.fromEnvironment ? missing.join(', ') : `${missing.map(ofConfig).join(', ')} in this number’s twilioConfig`
}

/** @param identity whom Twilio names as `client:…`: letters, digits and `_` */
export async function pageAccess(
  number: HouseNumber,
  identity: string,
  { clock, settings }: Pick<House, 'clock' | 'settings'>,
): Promise<{ accessToken: string; expiresAtMs: number }> {
  const { accountSid, apiKeySecret = '', apiKeySid = '', twimlAppSid = '' } = configOf(number)
  const region = regionOf(configOf(number), settings)
  const made = await createAccessToken({
    accountSid,
    apiKeySid,
    apiKeySecret,
    twimlAppSid,
    identity,
    nowMs: clock.nowMs(),
    ttlMs: TOKEN_MS,
    ...(region === undefined ? {} : { region }),
  })
  return { accessToken: made.token, expiresAtMs: made.expiresAtMs }
}

const ofConfig = (variable: string) =>
  variable
    .replace('TWILIO_', '')
    .toLowerCase()
    .replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase())
