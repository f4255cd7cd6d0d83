import type { Finding } from '../../doctor/finding.ts'
import { CarrierFault } from '../carrier.ts'
import { type Examination, examineSettings } from '../examining.ts'
import type { TwilioConfig } from './config.ts'
import { openTwilioRest } from './rest.ts'

const about = 'carrier twilio'
const note = (text: string): Finding => ({ state: 'note', about, text })

/** What the house's own number at Twilio still needs, whether Twilio takes its credentials, and whether it can reach this relay. */
export async function examineTwilio(o: Examination, config: TwilioConfig | undefined): Promise<Finding[]> {
  const { TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_PHONE_NUMBER, TWILIO_API_BASE_URL, ...rest } = o.settings.twilio
  const { findings, usable } = examineSettings(o, {
    name: 'twilio',
    title: 'Twilio',
    needed: { TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_PHONE_NUMBER },
    ready: 'account, token and number are set',
    api: TWILIO_API_BASE_URL,
  })
  if (!usable || !config) return findings
  const half = halfOf(rest.TWILIO_API_KEY_SID, rest.TWILIO_API_KEY_SECRET)
  if (half) findings.push(note(`${half} is missing: the API key is not used without it`))
  const relayed = rest.TWILIO_MEDIA === 'conversation-relay'
  if (relayed) {
    const text =
      'ConversationRelay has to be allowed in the account once in the Console’s Voice settings, and wants an agent with an engine that hears and speaks words'
    findings.push(note(text))
  }
  const page = { TWILIO_API_KEY_SID: rest.TWILIO_API_KEY_SID, TWILIO_API_KEY_SECRET: rest.TWILIO_API_KEY_SECRET }
  const missing = Object.entries({ ...page, TWILIO_TWIML_APP_SID: rest.TWILIO_TWIML_APP_SID }).flatMap(([name, value]) =>
    value ? [] : [name],
  )
  if (relayed && missing.length > 0) {
    const text = `operators can take over calls of ConversationRelay by phone only: for their pages set ${missing.join(', ')}`
    findings.push(note(text))
  }
  if (rest.TWILIO_TWIML_APP_SID !== undefined && Object.values(page).includes(undefined)) {
    findings.push(note('calls in the page are off: TWILIO_TWIML_APP_SID wants an API key beside it'))
  }
  if (!relayed && rest.TWILIO_TWIML_APP_SID === undefined && !Object.values(page).includes(undefined)) {
    findings.push(note('calls in the page over Twilio are off: they want TWILIO_TWIML_APP_SID beside the API key'))
  }
  return [...findings, ...(await asked(config, o))]
}

/** Twilio's words for an account that it serves no more, and what to do. */
const NOT_SERVED: Readonly<Record<string, string>> = {
  suspended: 'Twilio has suspended this account, and no phone will ring: the Console says why, most often it is money or papers',
  closed: 'this account is closed at Twilio: set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_PHONE_NUMBER of another',
}

/** Looks the account up, which changes nothing and costs nothing: by its own token, for that also proves what Twilio asks of us. */
async function asked({ apiKeySecret, apiKeySid, ...config }: TwilioConfig, o: Examination): Promise<Finding[]> {
  try {
    const { status } = await openTwilioRest(config, o).get('.json')
    const refused = typeof status === 'string' ? NOT_SERVED[status] : undefined
    if (refused) return [note(refused)]
  } catch (error) {
    return [note(whyNot(error, 'check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN against the first page of Twilio’s Console'))]
  }
  const taken: Finding = { state: 'ok', about, text: 'Twilio takes the account’s SID and token' }
  const hasKey = apiKeySid !== undefined && apiKeySecret !== undefined
  return hasKey ? [taken, await askedWithKey({ ...config, apiKeySid, apiKeySecret }, o)] : [taken]
}

/** What our requests go with where there is a key. One that is restricted may be refused otherwise, and ring all the same. */
async function askedWithKey(config: TwilioConfig, o: Examination): Promise<Finding> {
  try {
    await openTwilioRest(config, o).get('/Calls.json?PageSize=1')
  } catch (error) {
    const isWrong = error instanceof CarrierFault && error.carrierCode === UNKNOWN
    if (isWrong || !(error instanceof CarrierFault && error.code === 'unauthorized')) {
      return note(
        whyNot(error, 'TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET are no pair of this account, make a new API key in Twilio’s Console'),
      )
    }
  }
  return { state: 'ok', about, text: 'Twilio takes the API key' }
}

/** Twilio's code for credentials that it does not know. */
const UNKNOWN = '20003'

/** What Twilio said, and what to do about it. */
function whyNot(error: unknown, unauthorized: string): string {
  if (!(error instanceof CarrierFault)) throw error
  const { code, message } = error
  // An account that there is not is none of this token's.
  if (code === 'unauthorized' || code === 'not_found') return `Twilio does not take these credentials: ${unauthorized}`
  return message
}

const halfOf = (sid: string | undefined, secret: string | undefined) =>
  (sid === undefined) === (secret === undefined) ? undefined : sid === undefined ? 'TWILIO_API_KEY_SID' : 'TWILIO_API_KEY_SECRET'
