import type { HouseNumber } from '../agents/house-number.ts'
import type { Doors, NamesCall } from '../carriers/house.ts'
import type { HttpContext } from './endpoint.ts'

/** Which call a carrier's request is about, so that of several relays the one that holds it hears it: by its address, else by the carrier's own words. */

const MAX_BYTES = 64 * 1024

export interface NamedCalls {
  /** At the address of a number. */
  ofNumber(c: HttpContext): Promise<string | undefined>
  /** At an address of the carrier's own. */
  of(carrier: string): (c: HttpContext) => Promise<string | undefined>
}

export function createNamedCalls(o: {
  numbers: { find(id: string): Promise<HouseNumber | undefined> }
  doors: (carrier: string) => Doors | undefined
  /** The call that a carrier knows under this name, if it lives. */
  named: (carrier: string, carrierCallId: string) => Promise<string | undefined>
  /** The call of ours that this one belongs to, should it come in; `number` where the address says it. Where one relay is the house, none. */
  expected?:
    | ((arrival: {
        carrier: string
        carrierCallId: string
        number: HouseNumber | undefined
        from: string
        to: string
      }) => Promise<string | undefined>)
    | undefined
}): NamedCalls {
  async function byWords(c: HttpContext, carrier: string, number?: HouseNumber): Promise<string | undefined> {
    const names: NamesCall | undefined = o.doors(carrier)?.namesCall
    const said = names?.(await wordsOf(c), number)
    const named = said?.carrierCallId === undefined ? undefined : await o.named(carrier, said.carrierCallId)
    const known = named ?? said?.callId
    if (known !== undefined || !o.expected || said?.carrierCallId === undefined) return known
    const { from, to } = said.arrival ?? {}
    if (typeof from !== 'string' || typeof to !== 'string') return undefined
    return o.expected({ carrier, carrierCallId: said.carrierCallId, number, from, to })
  }
  return {
    async ofNumber(c) {
      const given = c.req.query('callId')
      if (given !== undefined) return given
      const number = await o.numbers.find(c.req.param('phoneId') ?? '')
      return number && byWords(c, number.provider, number)
    },
    of: (carrier) => async (c) => c.req.param('callId') ?? c.req.query('callId') ?? byWords(c, carrier),
  }
}

/** Query and body by name, whatever the body is; the request stays whole. */
async function wordsOf(c: HttpContext): Promise<Record<string, unknown>> {
  const words: Record<string, unknown> = { ...c.req.query() }
  const declared = Number(c.req.header('content-length') ?? Number.NaN)
  if (c.req.method !== 'POST' || !(declared <= MAX_BYTES)) return words
  const bytes = await c.req.raw.arrayBuffer()
  c.req.raw = new Request(c.req.raw, { body: bytes })
  const type = c.req.header('content-type') ?? ''
  try {
    if (/multipart/i.test(type))
      return { ...words, ...Object.fromEntries(await new Response(bytes, { headers: { 'content-type': type } }).formData()) }
    const text = Buffer.from(bytes).toString('utf8')
    if (/json/i.test(type) || /^\s*\{/.test(text)) return { ...words, ...(JSON.parse(text) as Record<string, unknown>) }
    return { ...words, ...Object.fromEntries(new URLSearchParams(text)) }
  } catch {
    // Whoever answers it says so.
    return words
  }
}
