import { isIP } from 'node:net'
import { isPublicAddress } from '../access/public-address.ts'
import { isLoopbackHost } from '../settings/kinds.ts'
import type { Settings } from '../settings.ts'
import type { Finding } from './findings.ts'

/** What the house's own number at Twilio still needs, and whether Twilio can reach this relay. */
export function twilioFindings(settings: Settings): Finding[] {
  const { TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_PHONE_NUMBER, TWILIO_API_BASE_URL, ...rest } = settings.twilio
  const about = 'carrier twilio'
  const needed = { TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_PHONE_NUMBER }
  const missing = Object.entries(needed).flatMap(([name, value]) => (value === undefined ? [name] : []))
  if (missing.length === Object.keys(needed).length) {
    return [{ state: 'note', about, text: `off: set ${inWords(missing)}, or import a number under /api/phone-numbers` }]
  }
  if (missing.length > 0) {
    return [{ state: 'note', about, text: `off: ${inWords(missing)} ${missing.length > 1 ? 'are' : 'is'} missing, the rest is set` }]
  }
  const findings: Finding[] = [{ state: 'ok', about, text: 'account, token and number are set' }]
  const half = halfOf(rest.TWILIO_API_KEY_SID, rest.TWILIO_API_KEY_SECRET)
  if (half) findings.push({ state: 'note', about, text: `${half} is missing: the API key is not used without it` })
  // The sandbox's Twilio, on this machine, reaches any address of this machine.
  if (TWILIO_API_BASE_URL !== undefined && isLoopbackHost(new URL(TWILIO_API_BASE_URL).hostname)) return findings
  const unreachable = whyUnreachable(settings.publicUrl)
  if (unreachable) {
    const text = `${unreachable}: Twilio could neither tell us of calls nor bring their sound. Set PUBLIC_URL to an https address that the internet reaches; to try things out, a tunnel's`
    findings.push({ state: 'note', about: 'calls back from twilio', text })
  }
  return findings
}

const halfOf = (sid: string | undefined, secret: string | undefined) =>
  (sid === undefined) === (secret === undefined) ? undefined : sid === undefined ? 'TWILIO_API_KEY_SID' : 'TWILIO_API_KEY_SECRET'

/** Why a carrier cannot come to this address; undefined when nothing speaks against it. */
function whyUnreachable(publicUrl: string | undefined): string | undefined {
  if (publicUrl === undefined) return 'PUBLIC_URL is unset'
  const { protocol, hostname } = new URL(publicUrl)
  if (protocol !== 'https:') return 'PUBLIC_URL is not https'
  const address = hostname.replace(/^\[|\]$/g, '')
  const inside =
    isLoopbackHost(hostname) || (isIP(address) ? !isPublicAddress(address) : /^[^.]+$|\.(local|internal|lan|home)$/.test(hostname))
  return inside ? 'PUBLIC_URL is an address of this machine or network alone' : undefined
}

function inWords(names: readonly string[]): string {
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names.join()
}
