import { isIP } from 'node:net'
import { isPublicAddress } from '../access/public-address.ts'
import type { Carrier } from '../carriers/carrier.ts'
import type { Examination } from '../carriers/examining.ts'
import { isLoopbackHost } from '../settings/kinds.ts'
import type { Finding } from './finding.ts'

/** What each carrier's settings still need, in the table's order. One that cannot be examined is said so and keeps no other one back. */
export async function carrierFindings(carriers: readonly Carrier[], o: Omit<Examination, 'unreachable'>): Promise<Finding[]> {
  const unreachable = whyUnreachable(o.settings.publicUrl)
  const found = await Promise.all(
    carriers.map(async ({ examine, name }) => {
      try {
        return (await examine?.({ ...o, unreachable })) ?? []
      } catch (error) {
        const why = error instanceof Error ? error.message : 'it failed'
        return [{ state: 'note' as const, about: `carrier ${name}`, text: `could not be examined: ${why}` }]
      }
    }),
  )
  return found.flat()
}

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
