import twilio from 'twilio'
import type { RelayExtras } from '../../../relay.ts'
import { type CarrierHouse, startCarrierHouse } from '../../phone-house.test-kit.ts'

/** The real relay beside a Twilio that takes every call and keeps what it was asked. Requests to the relay are signed by Twilio's own package. */

export const ACCOUNT = 'AC00000000000000000000000000000001'
export const TOKEN = 'the-auth-token-of-these-tests'
export const OURS = '+12025550199'
export const CALLEE = '+12025550101'
/** Always may be rung. */
const FREE = [CALLEE, '+12025550102', '+12025550103']

export interface PhoneHouse extends Omit<CarrierHouse, 'wish'> {
  /** What was asked of Twilio, newest last. */
  readonly asked: { path: string; form: URLSearchParams }[]
  /** What Twilio answers to a placement; 201 unless set. */
  placing: { status: number; body: string | object } | undefined
  /** Twilio's name for the newest call. */
  newest(): string
  /** As Twilio sends it, signed for the address that it was given; `signedFor` another address makes the proof wrong. */
  tell(
    path: string,
    fields: Record<string, string>,
    /** `event`: the name that Twilio gives to an event and its repeats. */
    more?: { signedFor?: string; token?: string; unsigned?: boolean; event?: string },
  ): Promise<Response>
  /** The page of the relay itself asks for a call. */
  wish(json: Record<string, unknown>, headers?: Record<string, string>): Promise<Response>
  sign(url: string): string
}

export const sidOf = (number: number) => `CA${String(number).padStart(32, '0')}`

export async function startPhoneHouse(
  o: { persona?: Record<string, unknown>; env?: Record<string, string>; extras?: RelayExtras } = {},
): Promise<PhoneHouse> {
  const asked: PhoneHouse['asked'] = []
  let sids = 0
  const base = await startCarrierHouse({
    env: (origin) => ({
      TWILIO_ACCOUNT_SID: ACCOUNT,
      TWILIO_AUTH_TOKEN: TOKEN,
      TWILIO_PHONE_NUMBER: OURS,
      TWILIO_API_BASE_URL: origin,
      ...o.env,
    }),
    persona: o.persona,
    extras: { alwaysRing: FREE, ...o.extras },
  })
  base.vendor.answers(({ body, path }) => {
    const placement = path.endsWith('/Calls.json')
    sids += placement ? 1 : 0
    asked.push({ path, form: new URLSearchParams(body) })
    return (placement && house.placing) || { status: 201, body: { sid: sidOf(sids), status: 'queued' } }
  })
  const sign = (url: string, fields: Record<string, string> = {}, token = TOKEN) => twilio.getExpectedTwilioSignature(token, url, fields)

  const house: PhoneHouse = {
    ...base,
    asked,
    placing: undefined,
    newest: () => sidOf(sids),
    sign: (url) => sign(url),
    tell(path, fields, more = {}) {
      const signature = sign(more.signedFor ?? base.relay.url + path, fields, more.token)
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        ...(more.unsigned ? {} : { 'x-twilio-signature': signature }),
        ...(more.event === undefined ? {} : { 'i-twilio-idempotency-token': more.event }),
      }
      return base.ask(path, { method: 'POST', headers, body: new URLSearchParams(fields).toString() })
    },
    wish: (json, headers) => base.wish({ phoneNumber: CALLEE, ...json }, headers),
  }
  return house
}

/** What Twilio says of a call of ours. */
export const said = (sid: string, status: string, order?: number, more: Record<string, string> = {}) => ({
  CallSid: sid,
  AccountSid: ACCOUNT,
  From: OURS,
  To: CALLEE,
  CallStatus: status,
  ...(order === undefined ? {} : { SequenceNumber: String(order) }),
  ...more,
})
