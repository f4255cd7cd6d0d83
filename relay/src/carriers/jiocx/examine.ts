import type { Finding } from '../../doctor/finding.ts'
import { CarrierFault } from '../carrier.ts'
import { hostFault } from '../config-kind.ts'
import { type Examination, examineSettings } from '../examining.ts'
import { type JiocxConfig, jiocxConfig, neededBy, ofHouse } from './config.ts'
import { type Dialect, dialectOf, pick } from './dialect.ts'
import type { Logins } from './login.ts'
import { createJiocxRest, type JiocxRest } from './rest.ts'

const about = 'carrier jiocx'
const VARIABLES = {
  organizationName: 'JIOCX_ORGANIZATION_NAME',
  username: 'JIOCX_USERNAME',
  password: 'JIOCX_PASSWORD',
  apiKey: 'JIOCX_API_KEY',
} as const

/** Whether JioCX takes the account's credentials, and what credit is left where a path for it is set; what its number still needs. */
export async function examineJiocx(
  o: Examination,
  house: { config: JiocxConfig; dialect: Dialect; logins: Logins } | undefined,
): Promise<Finding[]> {
  const { jiocx: given } = o.settings
  const credentials = neededBy(dialectOf(ofHouse(o.settings))).map((name) => VARIABLES[name])
  const sender = given.JIOCX_SENDER_ID ?? given.JIOCX_PHONE_NUMBER
  const { findings, usable } = examineSettings(
    // It is polled, so it need not reach us.
    { unreachable: undefined },
    {
      name: 'jiocx',
      title: 'JioCX',
      needed: { ...Object.fromEntries(credentials.map((name) => [name, given[name]])), JIOCX_SENDER_ID: sender },
      ready: 'account and sender are set',
      api: given.JIOCX_API_BASE_URL,
    },
  )
  if (!usable || !house) return findings
  if (given.JIOCX_DLT_ENTITY_ID === undefined) {
    findings.push(note('JIOCX_DLT_ENTITY_ID is missing: calls in India want a DLT registration'))
  }
  const fault = hostFault(jiocxConfig, house.config, o.settings)
  if (fault) return [...findings, note(`the credentials stay here: JIOCX_API_BASE_URL ${fault}`)]
  const rest = createJiocxRest({ root: given.JIOCX_API_BASE_URL, clock: o.clock, ...house })
  return [...findings, ...(await asked(rest, house.dialect))]
}

/** What shows who asks, and where to look when that is refused. */
const WAYS: Readonly<Record<Dialect['auth'], { shown: string; check: string }>> = {
  login: { shown: 'user name and password', check: 'JIOCX_ORGANIZATION_NAME, JIOCX_USERNAME and JIOCX_PASSWORD' },
  'api-key': { shown: 'API key', check: 'JIOCX_API_KEY' },
  body: {
    shown: 'user name and password',
    check: 'JIOCX_ORGANIZATION_NAME, JIOCX_USERNAME and JIOCX_PASSWORD, and in JIOCX_FIELDS what they are called',
  },
}
/** A call that there is not: who is let in learns just that. */
const NOBODYS = 'voice-agent-doctor'

async function asked(rest: JiocxRest, dialect: Dialect): Promise<Finding[]> {
  const { answers, auth, paths } = dialect
  try {
    await rest.logIn()
    const findings = auth === 'login' ? [taken(auth)] : []
    if (paths.credit === undefined) {
      if (auth !== 'login') findings.push(await askedForNobody(rest, dialect))
      const text = 'its credit is not looked at: no public page says where; name the path as credit in JIOCX_PATHS where you know it'
      return [...findings, note(text)]
    }
    const left = Number(pick(await rest.ask(paths.credit, { method: 'GET' }), answers.credit))
    if (!Number.isFinite(left)) return [...findings, note('its credit could not be read: check JIOCX_ANSWERS')]
    return [...findings, left > 0 ? { state: 'ok', about, text: `credit ${left}` } : note('no credit is left: no phone will ring')]
  } catch (error) {
    return [whyNot(error, auth)]
  }
}

/** Nothing says who we are before a call is placed, so it is asked for one that there is not. */
async function askedForNobody(rest: JiocxRest, { answers, auth, paths }: Dialect): Promise<Finding> {
  try {
    const answer = await rest.ask(paths.status, { method: 'GET', callId: NOBODYS })
    const isRefusal = /auth|credential|password|api.?key|token|denied/i.test(String(pick(answer, answers.message) ?? ''))
    return isRefusal ? refused(auth) : taken(auth)
  } catch (error) {
    if (error instanceof CarrierFault && error.code === 'not_found') return taken(auth)
    const isOther = error instanceof CarrierFault && (error.code === 'refused' || error.code === 'invalid_number')
    if (!isOther) return whyNot(error, auth)
    const text = `whether JioCX takes the ${WAYS[auth].shown} is not known: asked for a call that there is not, it answers ${error.carrierCode}. Check status in JIOCX_PATHS, or name a path as credit there`
    return note(text)
  }
}

function whyNot(error: unknown, auth: Dialect['auth']): Finding {
  if (!(error instanceof CarrierFault)) throw error
  const isRefusal = error.code === 'unauthorized' || error.code === 'number_not_allowed'
  return isRefusal ? refused(auth) : note(error.message)
}

const note = (text: string): Finding => ({ state: 'note', about, text })
const taken = (auth: Dialect['auth']): Finding => ({ state: 'ok', about, text: `JioCX takes the ${WAYS[auth].shown}` })
const refused = (auth: Dialect['auth']) =>
  note(
    `JioCX does not accept the account’s credentials: check ${WAYS[auth].check}, or ask JioCX whether the account wants another JIOCX_AUTH than ${auth}`,
  )
