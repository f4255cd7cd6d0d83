import type { Finding } from '../../doctor/finding.ts'
import { type Examination, examineSettings } from '../examining.ts'

/** What the house's own number at Twilio still needs, and whether Twilio can reach this relay. */
export async function examineTwilio(o: Examination): Promise<Finding[]> {
  const { TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_PHONE_NUMBER, TWILIO_API_BASE_URL, ...rest } = o.settings.twilio
  const { findings, usable } = examineSettings(o, {
    name: 'twilio',
    title: 'Twilio',
    needed: { TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_PHONE_NUMBER },
    ready: 'account, token and number are set',
    api: TWILIO_API_BASE_URL,
  })
  if (!usable) return findings
  const about = 'carrier twilio'
  const half = halfOf(rest.TWILIO_API_KEY_SID, rest.TWILIO_API_KEY_SECRET)
  if (half) findings.push({ state: 'note', about, text: `${half} is missing: the API key is not used without it` })
  const relayed = rest.TWILIO_MEDIA === 'conversation-relay'
  if (relayed) {
    const text =
      'ConversationRelay has to be allowed in the account once in the Console’s Voice settings, and wants an agent with an engine that hears and speaks words'
    findings.push({ state: 'note', about, text })
  }
  const page = { TWILIO_API_KEY_SID: rest.TWILIO_API_KEY_SID, TWILIO_API_KEY_SECRET: rest.TWILIO_API_KEY_SECRET }
  const missing = Object.entries({ ...page, TWILIO_TWIML_APP_SID: rest.TWILIO_TWIML_APP_SID }).flatMap(([name, value]) =>
    value ? [] : [name],
  )
  if (relayed && missing.length > 0) {
    const text = `operators can take over calls of ConversationRelay by phone only: for their pages set ${missing.join(', ')}`
    findings.push({ state: 'note', about, text })
  }
  if (rest.TWILIO_TWIML_APP_SID !== undefined && Object.values(page).includes(undefined)) {
    findings.push({ state: 'note', about, text: 'calls in the page are off: TWILIO_TWIML_APP_SID wants an API key beside it' })
  }
  return findings
}

const halfOf = (sid: string | undefined, secret: string | undefined) =>
  (sid === undefined) === (secret === undefined) ? undefined : sid === undefined ? 'TWILIO_API_KEY_SID' : 'TWILIO_API_KEY_SECRET'
