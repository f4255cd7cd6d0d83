import type { Finding } from '../../doctor/finding.ts'
import { CarrierFault } from '../carrier.ts'
import { hostFault } from '../config-kind.ts'
import { type Examination, examineSettings } from '../examining.ts'
import { type JiocxConfig, jiocxConfig } from './config.ts'
import { type Dialect, pick } from './dialect.ts'
import { createLogins } from './login.ts'
import { createJiocxRest, type JiocxRest } from './rest.ts'

const about = 'carrier jiocx'

/** Whether JioCX takes the account's credentials, and what credit is left where a path for it is set; what its number still needs. */
export async function examineJiocx(o: Examination, house: { config: JiocxConfig; dialect: Dialect } | undefined): Promise<Finding[]> {
  const { jiocx: given } = o.settings
  const { JIOCX_ORGANIZATION_NAME, JIOCX_PASSWORD, JIOCX_USERNAME } = given
  const sender = given.JIOCX_SENDER_ID ?? given.JIOCX_PHONE_NUMBER
  const { findings, usable } = examineSettings(
    // It is polled, so it need not reach us.
    { unreachable: undefined },
    {
      name: 'jiocx',
      title: 'JioCX',
      needed: { JIOCX_ORGANIZATION_NAME, JIOCX_USERNAME, JIOCX_PASSWORD, JIOCX_SENDER_ID: sender },
      ready: 'account and sender are set',
      api: given.JIOCX_API_BASE_URL,
    },
  )
  if (!usable || !house) return findings
  if (given.JIOCX_DLT_ENTITY_ID === undefined) {
    findings.push({ state: 'note', about, text: 'JIOCX_DLT_ENTITY_ID is missing: calls in India want a DLT registration' })
  }
  const fault = hostFault(jiocxConfig, house.config, o.settings)
  if (fault) return [...findings, { state: 'note', about, text: `the credentials stay here: JIOCX_API_BASE_URL ${fault}` }]
  // A login of its own: what the house remembers is no examination.
  const rest = createJiocxRest({ root: given.JIOCX_API_BASE_URL, clock: o.clock, logins: createLogins(o.clock), ...house })
  return [...findings, ...(await asked(rest, house.dialect))]
}

async function asked(rest: JiocxRest, { answers, auth, paths }: Dialect): Promise<Finding[]> {
  try {
    await rest.logIn()
    const findings: Finding[] = auth === 'login' ? [{ state: 'ok', about, text: 'JioCX takes the user name and password' }] : []
    if (paths.credit === undefined) {
      const text = 'its credit is not looked at: no public page says where; name the path as credit in JIOCX_PATHS where you know it'
      return [...findings, { state: 'note', about, text }]
    }
    const left = Number(pick(await rest.ask(paths.credit, { method: 'GET' }), answers.credit))
    if (!Number.isFinite(left)) return [...findings, { state: 'note', about, text: 'its credit could not be read: check JIOCX_ANSWERS' }]
    return [
      ...findings,
      left > 0 ? { state: 'ok', about, text: `credit ${left}` } : { state: 'note', about, text: 'no credit is left: no phone will ring' },
    ]
  } catch (error) {
    if (!(error instanceof CarrierFault)) throw error
    return [{ state: 'note', about, text: error.message }]
  }
}
