import type { Finding } from '../../doctor/finding.ts'
import { CarrierFault } from '../carrier.ts'
import { hostFault } from '../config-kind.ts'
import { type Examination, examineSettings } from '../examining.ts'
import { createRest } from '../rest.ts'
import { type Access, accessOf, type OptimaConfig, optimaConfig } from './config.ts'
import { faultOf, optimaFault } from './faults.ts'
import { createSocketClient } from './socket-client.ts'

const about = 'carrier optima'
const note = (text: string): Finding => ({ state: 'note', about, text })

/** What the house's own number at Optima still needs, and whether Optima lets us in with its token. We connect to it, so it need not reach us. */
export async function examineOptima(o: Examination, config: OptimaConfig | undefined): Promise<Finding[]> {
  const { OPTIMA_API_BASE_URL, OPTIMA_PHONE_NUMBER, OPTIMA_TOKEN } = o.settings.optima
  const { findings, usable } = examineSettings(
    { unreachable: undefined },
    { name: 'optima', title: 'Optima', needed: { OPTIMA_TOKEN }, ready: 'token is set', api: OPTIMA_API_BASE_URL },
  )
  if (!usable || !config) return findings
  const access = accessOf(config, o.settings)
  if (OPTIMA_PHONE_NUMBER === undefined && access.version !== '1.0.3')
    findings.push(note('OPTIMA_PHONE_NUMBER is missing: whoever is called sees the number that Optima chooses'))
  const fault = hostFault(optimaConfig, config, o.settings)
  if (fault) return [...findings, note(`the token stays here: OPTIMA_API_BASE_URL ${fault}`)]
  return [...findings, await asked(access, o)]
}

/** Lets us in, and nothing else: no phone rings. */
async function asked(access: Access, o: Examination): Promise<Finding> {
  try {
    await (access.version === '1.0.5-ws' ? askedByRest(access, o) : connected(access, o))
    return { state: 'ok', about, text: `Optima takes the token (${access.version})` }
  } catch (error) {
    if (!(error instanceof CarrierFault)) throw error
    return note(error.message)
  }
}

async function connected({ origin, token }: Access, { clock }: Examination): Promise<void> {
  const client = createSocketClient({
    ...{ origin, token, clock },
    acks: false,
    audio: 'pcm16',
    checkPoint: 'checkPoint',
    onInbound: () => undefined,
    // Told by what `ready` says.
    onFault: () => undefined,
  })
  try {
    await client.ready()
  } finally {
    client.close()
  }
}

/** Of a call that there is none: a token that is not taken is refused before that is found out. */
async function askedByRest({ base, token }: Access, { clock }: Examination): Promise<void> {
  const rest = createRest({ root: base, authorization: `Bearer ${token}`, clock, words: { fault: optimaFault, faultOf } })
  try {
    await rest({ method: 'GET', path: '/v1/cdr/doctor' })
  } catch (error) {
    if (!(error instanceof CarrierFault) || !['not_found', 'refused'].includes(error.code)) throw error
  }
}
