import type { Clock } from '../calls/ports.ts'
import type { Finding } from '../doctor/finding.ts'
import type { Logger } from '../logger.ts'
import { isLoopbackHost } from '../settings/kinds.ts'
import type { Settings } from '../settings.ts'

/** What the doctor lends a carrier that says what its settings still need. */
export interface Examination {
  readonly settings: Settings
  readonly clock: Clock
  readonly logger: Logger
  /** Why a carrier cannot come to PUBLIC_URL; undefined when nothing speaks against it. */
  readonly unreachable: string | undefined
}

/**
 * What every carrier's settings are asked first: whether all that make the house's own number are set, and whether the carrier can reach us.
 * `ready` is said when they are; `api` is its address where the environment names one: a sandbox on this machine reaches any address of this machine.
 */
export function examineSettings(
  { unreachable }: Pick<Examination, 'unreachable'>,
  o: { name: string; title: string; needed: Readonly<Record<string, unknown>>; ready: string; api: string | undefined },
): { usable: boolean; findings: Finding[] } {
  const about = `carrier ${o.name}`
  const missing = Object.entries(o.needed).flatMap(([name, value]) => (value === undefined ? [name] : []))
  const note = (text: string) => ({ usable: false, findings: [{ state: 'note' as const, about, text }] })
  if (missing.length === Object.keys(o.needed).length)
    return note(`off: set ${inWords(missing)}, or import a number under /api/phone-numbers`)
  if (missing.length > 0) return note(`off: ${inWords(missing)} ${missing.length > 1 ? 'are' : 'is'} missing, the rest is set`)
  const findings: Finding[] = [{ state: 'ok', about, text: o.ready }]
  const onThisMachine = o.api !== undefined && isLoopbackHost(new URL(o.api).hostname)
  if (unreachable && !onThisMachine) {
    const text = `${unreachable}: ${o.title} could neither tell us of calls nor bring their sound. Set PUBLIC_URL to an https address that the internet reaches; to try things out, a tunnel's`
    findings.push({ state: 'note', about: `calls back from ${o.name}`, text })
  }
  return { usable: true, findings }
}

/** `A, B and C`. */
function inWords(names: readonly string[]): string {
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names.join()
}
