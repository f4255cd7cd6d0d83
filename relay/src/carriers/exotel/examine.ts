import type { Finding } from '../../doctor/finding.ts'
import { CarrierFault } from '../carrier.ts'
import { type Examination, examineSettings } from '../examining.ts'
import type { ExotelConfig } from './config.ts'
import { callerIdOf } from './numbers.ts'
import { createExotelRest } from './rest.ts'

const about = 'carrier exotel'
const note = (text: string): Finding => ({ state: 'note', about, text })

/** What the house's own ExoPhone still needs, whether Exotel takes its key and token, and whether it can reach this relay. */
export async function examineExotel(o: Examination, house: { config: ExotelConfig; phoneNumber: string } | undefined): Promise<Finding[]> {
  const { EXOTEL_API_KEY, EXOTEL_API_TOKEN, EXOTEL_CALLER_ID, EXOTEL_SID, ...given } = o.settings.exotel
  const { findings, usable } = examineSettings(o, {
    name: 'exotel',
    title: 'Exotel',
    needed: { EXOTEL_API_KEY, EXOTEL_API_TOKEN, EXOTEL_SID, EXOTEL_CALLER_ID },
    ready: 'account, key, token and ExoPhone are set',
    api: given.EXOTEL_API_BASE_URL,
  })
  if (!usable || !house) return findings
  const { config, phoneNumber } = house
  if (given.EXOTEL_MODE === 'flow' && config.appId === undefined) {
    findings.push(note('EXOTEL_APP_ID is missing: EXOTEL_MODE=flow has no flow to run, and no phone will ring'))
  }
  if (given.EXOTEL_MODE === 'numbers') findings.push(note('EXOTEL_MODE=numbers joins two phones: only agents that ring a person can call'))
  if (['us', 'ae'].includes(config.region) && config.domain === undefined && given.EXOTEL_API_BASE_URL === undefined) {
    findings.push(note(`no public page names a host for EXOTEL_REGION=${config.region}: ask Exotel, and set EXOTEL_DOMAIN`))
  }
  return [...findings, ...(await asked(config, phoneNumber, o))]
}

/** Looks the ExoPhone up, which changes nothing and costs nothing. */
async function asked(config: ExotelConfig, phoneNumber: string, o: Examination): Promise<Finding[]> {
  const taken: Finding = { state: 'ok', about, text: 'Exotel takes the key and the token' }
  try {
    await createExotelRest(config, o).get(`/Numbers/${encodeURIComponent(callerIdOf(phoneNumber, config.callerIdFormat))}.json`)
    return [taken]
  } catch (error) {
    if (!(error instanceof CarrierFault)) throw error
    // Accounts differ in what they may look up; the credentials were asked for first.
    return ['refused', 'number_not_allowed'].includes(error.code) && error.carrierCode !== undefined ? [taken] : [note(error.message)]
  }
}
