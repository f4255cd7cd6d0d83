import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { HouseNumber } from '../../agents/house-number.ts'
import type { Clock } from '../../calls/ports.ts'
import type { PageDoor } from '../house.ts'
import { createAccessToken } from './access-token.ts'
import type { TwilioConfig } from './config.ts'
import type { FormBody } from './form.ts'

/**
 * Calls in the page that go over Twilio: the page connects with a token for this one call and a parameter that works once, and Twilio then asks at the
 * TwiML app's Voice URL as `client:<call id>`. Nothing is opened there: the call is the one that POST /api/web-calls made.
 */

/** The parameter's name; Twilio hands it on as a field of its form. */
const PARAMETER = 'ticket'
/** From the click to the connect, with the browser's question for the microphone in between. */
export const CONNECT_MS = 60_000
/** Short, for it is renewed: the SDK says ten seconds before. */
const TOKEN_MS = 600_000

/** - invited: nobody has come yet. claimed: by this call of Twilio's, which may ask again. */
type Invited = { is: 'invited'; untilMs: number } | { is: 'claimed'; carrierCallId: string }

export interface PageCalls extends PageDoor {
  /**
   * The call that this connect is for, and its number. Undefined when the ticket is wrong, used or too old, or the call is over.
   * @param asks whose signature is on Twilio's question: only the account that invited is answered
   */
  claim(visit: PageVisit, asks: HouseNumber): { callId: string; number: HouseNumber } | undefined
  readonly size: number
}

export interface PageVisit {
  readonly callId: string
  readonly ticket: string
  readonly carrierCallId: string
}

/** What Twilio asks of a page's call; undefined when no page is calling. */
export function readPageVisit(form: FormBody): PageVisit | undefined {
  const callId = pageOf(form)
  const carrierCallId = field(form, 'CallSid') ?? ''
  if (callId === undefined || !/^CA[0-9a-zA-Z]{1,62}$/.test(carrierCallId)) return undefined
  return { callId, carrierCallId, ticket: field(form, PARAMETER) ?? '' }
}

/** The call whose page is calling; also of one that never was. */
export function pageOf(form: FormBody): string | undefined {
  return /^client:(.{1,256})$/s.exec(field(form, 'From') ?? '')?.[1]
}

export function createPageCalls(o: { clock: Clock; hangUp: (callId: string) => void }): PageCalls {
  const { clock } = o
  const pages = new Map<string, { number: HouseNumber; ticket: Buffer; state: Invited }>()

  const token = async (callId: string, number: HouseNumber) => {
    const { accountSid, apiKeySecret = '', apiKeySid = '', twimlAppSid = '' } = configOf(number)
    const parts = { accountSid, apiKeySid, apiKeySecret, twimlAppSid }
    const made = await createAccessToken({ ...parts, identity: callId, nowMs: clock.nowMs(), ttlMs: TOKEN_MS })
    return { accessToken: made.token, expiresAtMs: made.expiresAtMs }
  }

  return {
    lacks(number) {
      const { apiKeySecret, apiKeySid, twimlAppSid } = configOf(number)
      const missing = [
        ...(apiKeySid ? [] : ['TWILIO_API_KEY_SID']),
        ...(apiKeySecret ? [] : ['TWILIO_API_KEY_SECRET']),
        ...(twimlAppSid ? [] : ['TWILIO_TWIML_APP_SID']),
      ]
      if (missing.length === 0) return undefined
      return number.fromEnvironment ? missing.join(', ') : `${missing.map(ofConfig).join(', ')} in this number’s twilioConfig`
    },
    async invite(callId, number) {
      const ticket = randomBytes(32).toString('base64url')
      const admission = await token(callId, number)
      pages.set(callId, { number, ticket: hash(ticket), state: { is: 'invited', untilMs: clock.monotonicMs() + CONNECT_MS } })
      return {
        ...admission,
        connectParams: { [PARAMETER]: ticket },
        line: {
          carrier: number.provider,
          hangUp() {
            pages.delete(callId)
            o.hangUp(callId)
          },
        },
      }
    },
    async renew(callId) {
      const page = pages.get(callId)
      return page && token(callId, page.number)
    },
    claim({ callId, carrierCallId, ticket }, asks) {
      const page = pages.get(callId)
      if (!page || !timingSafeEqual(page.ticket, hash(ticket)) || !sameAccount(page.number, asks)) return undefined
      const { state } = page
      if (state.is === 'invited' && clock.monotonicMs() <= state.untilMs) page.state = { is: 'claimed', carrierCallId }
      else if (state.is === 'invited' || state.carrierCallId !== carrierCallId) return undefined
      return { callId, number: page.number }
    },
    get size() {
      return pages.size
    },
  }
}

const field = (form: FormBody, name: string) => form.get(name)?.[0]
const configOf = ({ config }: HouseNumber) => config as TwilioConfig
const hash = (text: string) => createHash('sha256').update(text).digest()
const ofConfig = (variable: string) =>
  variable
    .replace('TWILIO_', '')
    .toLowerCase()
    .replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase())
const sameAccount = (one: HouseNumber, other: HouseNumber) =>
  one.organisationId === other.organisationId && configOf(one).accountSid === configOf(other).accountSid
