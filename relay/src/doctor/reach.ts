import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { ReachProof } from '../access/reach-proof.ts'
import type { TrustProxy } from '../settings/kinds.ts'
import type { Settings } from '../settings.ts'
import type { Finding } from './finding.ts'

/** Whether PUBLIC_URL leads to this relay, and what the proxies on the way say of who asks. */

const WITHIN_MS = 5000
export const NONCE_HEADER = 'x-relay-nonce'
export const ASK_HEADER = 'x-relay-ask'

/** What a request through PUBLIC_URL looked like when it arrived. */
export const Seen = z.object({
  forwardedFor: z.string().nullable(),
  forwarded: z.boolean(),
  /** Whose request it was, by TRUST_PROXY. */
  address: z.string(),
})
export type Seen = z.infer<typeof Seen>
const Answer = z.object({ proof: z.string(), seen: Seen })

/** Codes of a failed request that say more than that this machine cannot reach itself from outside. */
const WRONG = /ENOTFOUND|EAI_|CERT|TLS|SSL|SELF_SIGNED|ALTNAME/

/** Asks the relay's own /healthz by the way that carriers and pages take. Nothing to say while PUBLIC_URL is unset. */
export async function reachFindings(
  o: Pick<Settings, 'publicUrl' | 'trustProxy'> & { proof: ReachProof; fetch?: typeof fetch },
): Promise<Finding[]> {
  const { proof, publicUrl } = o
  if (publicUrl === undefined) return []
  const about = 'webhooks'
  const nonce = randomBytes(16).toString('base64url')
  const headers = { [NONCE_HEADER]: nonce, [ASK_HEADER]: proof.ask(nonce) }
  const began = performance.now()
  let response: Response
  try {
    response = await (o.fetch ?? fetch)(`${publicUrl}/healthz`, { headers, redirect: 'manual', signal: AbortSignal.timeout(WITHIN_MS) })
  } catch (error) {
    const code = codeOf(error)
    if (WRONG.test(code)) {
      return [
        {
          state: 'broken',
          about,
          text: `PUBLIC_URL leads nowhere (${code}): carriers and pages cannot come. Correct its name or its certificate.`,
        },
      ]
    }
    const text = `PUBLIC_URL was not reached from this machine (${code}). If others do not reach it either, open the way: webhooks and pages need it.`
    return [{ state: 'note', about, text }]
  }
  const answer = Answer.safeParse(await response.json().catch(() => undefined)).data
  if (!answer || !proof.isAnswer(nonce, answer.proof)) {
    const what = response.status === 200 ? 'another server' : `HTTP ${response.status}`
    return [
      {
        state: 'broken',
        about,
        text: `PUBLIC_URL does not lead to this relay: ${what} answers /healthz there. Point it, or the proxy, here.`,
      },
    ]
  }
  const ms = Math.round(performance.now() - began)
  return [{ state: 'ok', about, text: `PUBLIC_URL leads to this relay (${ms} ms)` }, proxyFinding(answer.seen, o.trustProxy)]
}

/** Whether TRUST_PROXY says what the way through PUBLIC_URL is like. The request itself brought no such header. */
export function proxyFinding({ address, forwarded, forwardedFor }: Seen, trust: TrustProxy): Finding {
  const about = 'proxies'
  const hops = (forwardedFor ?? '').split(',').filter((hop) => hop.trim() !== '').length
  const note = (text: string): Finding => ({ state: 'note', about, text })
  if (hops === 0 && forwarded) return note('A proxy tells by Forwarded who asks, which is not read: have it send X-Forwarded-For.')
  if (trust.kind === 'none') {
    if (hops === 0) return { state: 'ok', about, text: 'none on the way, and TRUST_PROXY is unset' }
    return note(`${count(hops)} tells who asks, and TRUST_PROXY is unset: all visitors count as one. Set TRUST_PROXY=${hops}.`)
  }
  if (hops === 0)
    return note(
      'TRUST_PROXY is set, and no proxy tells who asks: anybody may claim any address. Unset it, or have the proxy send X-Forwarded-For.',
    )
  if (trust.kind === 'hops' && hops < trust.hops)
    return note(
      `${count(hops)} is on the way, and TRUST_PROXY trusts ${trust.hops}: visitors may claim any address. Set TRUST_PROXY=${hops}.`,
    )
  if (trust.kind === 'hops' && hops > trust.hops)
    return note(`${count(hops)} are on the way, and TRUST_PROXY trusts ${trust.hops}: visitors count as a proxy. Set TRUST_PROXY=${hops}.`)
  const first = forwardedFor?.split(',')[0]?.trim()
  if (trust.kind === 'networks' && first !== address)
    return note('A proxy on the way is not in TRUST_PROXY: visitors count as that proxy. Add its address.')
  return { state: 'ok', about, text: `${count(hops)} on the way, as TRUST_PROXY says` }
}

const count = (hops: number) => (hops === 1 ? 'One proxy' : `${hops} proxies`)

function codeOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer in time'
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'no connection'
}
