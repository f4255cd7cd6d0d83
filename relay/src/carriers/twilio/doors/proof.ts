import type { IncomingMessage } from 'node:http'
import type { HouseNumber } from '../../../agents/house-number.ts'
import type { HttpContext } from '../../../http/endpoint.ts'
import { Problem } from '../../../protocol/index.ts'
import type { House } from '../../house.ts'
import type { NumberOf } from '../../speaks-for.ts'
import type { TwilioConfig } from '../config.ts'
import { type FormBody, readForm } from '../form.ts'
import { OPERATOR, pageOf } from '../page/calls.ts'
import { isSigned } from '../signature.ts'

/** Of the two seconds that an answer may take. */
const PROOF_WITHIN_MS = 450

/** A header that is the same for an event and its repeats. */
export const EVENT_TOKEN = 'i-twilio-idempotency-token'

/** What Twilio sent, and which of our numbers its account is. */
export interface Signed {
  readonly form: FormBody
  readonly number: HouseNumber
}

/** Whose signature is on a request. Everything that Twilio asks of us passes here first, and without it leaves no trace. */
export interface TwilioProof {
  /**
   * A webhook: of a call of ours, of one number, or of whoever claims the numbers it names.
   * @throws Problem forbidden
   */
  webhook(c: HttpContext, of?: { callId?: string; number?: HouseNumber | undefined }): Promise<Signed>
  /** A socket that was asked for under this path and query. */
  socket(number: HouseNumber, url: string, signature: string | undefined): boolean
}

export function createTwilioProof(
  o: Pick<House, 'clock' | 'lines' | 'mayCome' | 'numbers' | 'socketUrl' | 'url'>,
  numberOf: NumberOf,
): TwilioProof {
  /** Twilio signs the address that it was given: the one of all, or this relay's own. */
  const bases = () => [o.url(), o.socketUrl().replace(/^ws/, 'http')]
  const tokenOf = ({ config, provider }: HouseNumber) => (provider === 'twilio' ? (config as { authToken: string }).authToken : '')

  /** Rejects for a database that says nothing. */
  function soon<T>(asked: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>()
    const cancel = o.clock.after(PROOF_WITHIN_MS, () => late.reject(new Error('The database does not answer.')))
    return Promise.race([asked, late.promise]).finally(cancel)
  }

  /** Nobody, of a call without a number; undefined when nobody knows the call. */
  async function ofCall(callId: string): Promise<HouseNumber[] | undefined> {
    const known = await numberOf(callId)
    return known && (known.number ? [known.number] : [])
  }

  /** A page dials no number: whose call it says it is, else the environment's account. */
  async function ofPage(identity: string, form: FormBody): Promise<HouseNumber[]> {
    const callId = identity.startsWith(OPERATOR) ? identity.slice(OPERATOR.length) : identity
    const called = (/^[A-Za-z0-9_-]{1,64}$/.test(callId) && (await ofCall(callId))) || []
    const fixed = await o.numbers.find('env-twilio')
    const accountSid = (fixed?.config as TwilioConfig | undefined)?.accountSid
    return fixed && accountSid === form.get('AccountSid')?.[0] ? [...called, fixed] : called
  }

  /** Ours is the one that was dialled, or the one that rings. */
  async function named(form: FormBody): Promise<HouseNumber[]> {
    const page = pageOf(form)
    if (page !== undefined) return ofPage(page, form)
    const given = ['To', 'From', 'Called', 'Caller'].flatMap((field) => form.get(field)?.[0] ?? [])
    const numbers = [...new Set(given)].filter((number) => /^\+\d{7,15}$/.test(number))
    const asking = numbers.map((number) => o.numbers.claimants('twilio', number))
    const soonKnown = await Promise.allSettled(asking.map(soon))
    // While the database is away, it is the number of the call that lives here.
    const live = soonKnown.some(isRejected) ? o.lines.named('twilio', form.get('CallSid')?.[0] ?? '') : undefined
    if (live) return [live.number]
    const asked = await Promise.allSettled(asking)
    // Ours may be known from before, and theirs not.
    if (asked[0] && isRejected(asked[0]) && asked.every(isRejected)) throw asked[0].reason
    return asked.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
  }

  return {
    async webhook(c, of = {}) {
      const raw = new Uint8Array(await c.req.arrayBuffer())
      const form = isForm(c) ? readForm(raw) : new Map<string, readonly string[]>()
      const path = pathOf(c)
      const signature = c.req.header('x-twilio-signature')
      if (form && signature) {
        // Where the log cannot be asked, the numbers that it names have to do: one of them has signed, or none. Whose call it is, is asked again after.
        const called = of.callId === undefined ? undefined : await soon(ofCall(of.callId)).catch(() => undefined)
        const claim = of.number ? [of.number] : (called ?? (await named(form)))
        const request = { url: bases().map((base) => base + path), ...(isForm(c) ? { form } : raw.length > 0 ? { rawBody: raw } : {}) }
        const number = claim.find((each) => isSigned(tokenOf(each), signature, request))
        if (number && o.mayCome(c, number)) return { form, number }
      }
      throw new Problem('forbidden', 'This address wants Twilio’s signature over the URL it was given.')
    },
    socket: (number, url, signature) =>
      isSigned(tokenOf(number), signature, { url: bases().map((base) => base.replace(/^http/, 'ws') + url) }),
  }
}

const isRejected = (result: PromiseSettledResult<unknown>): result is PromiseRejectedResult => result.status === 'rejected'

const isForm = (c: HttpContext) => (c.req.header('content-type') ?? '').startsWith('application/x-www-form-urlencoded')

/** Path and query exactly as they came: what was signed is the text, not its meaning. */
function pathOf(c: HttpContext): string {
  const incoming = (c.env as { incoming?: IncomingMessage } | undefined)?.incoming
  if (incoming?.url) return incoming.url
  const { pathname, search } = new URL(c.req.url)
  return pathname + search
}
