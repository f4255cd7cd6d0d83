import { z } from 'zod'
import type { HttpContext } from './endpoint.ts'

/** A carrier's word as it came, so that a later run of the relay can hear it again: the same address, proof and body. */

const Told = z.object({
  method: z.enum(['GET', 'POST']),
  path: z.string().startsWith('/'),
  address: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.base64(),
})

/** What the doors look at, whoever the carrier: kinds, credentials, signatures, tokens of repetition. Nothing else of a request is kept. */
const KEPT = /^(content-type|authorization|x-[a-z]+-signature|i-[a-z]+-idempotency-token)$/

export async function written(c: HttpContext): Promise<string> {
  const { pathname, search } = new URL(c.req.url)
  const headers = Object.entries(c.req.header()).filter(([name]) => KEPT.test(name))
  const told: z.infer<typeof Told> = {
    method: c.req.method === 'GET' ? 'GET' : 'POST',
    path: pathOf(c) ?? pathname + search,
    address: c.get('address'),
    headers: Object.fromEntries(headers),
    body: Buffer.from(await c.req.arrayBuffer()).toString('base64'),
  }
  return JSON.stringify(told)
}

/** Signatures are over the text that came, not its meaning. */
function pathOf(c: HttpContext): string | undefined {
  return (c.env as { incoming?: { url?: string } } | undefined)?.incoming?.url
}

interface Door {
  request(path: string, init: RequestInit, env: unknown): Response | Promise<Response>
}

/** Says it again at the house's own door. Resolves with the status that it was answered with. @throws when it is none of ours */
export async function tellAgain(door: Door, text: string): Promise<number> {
  const { address, body, headers, method, path } = Told.parse(JSON.parse(text))
  const init = { method, headers, ...(method === 'GET' ? {} : { body: Buffer.from(body, 'base64') }) }
  const response = await door.request(path, init, { incoming: { url: path, socket: { remoteAddress: address } } })
  await response.body?.cancel()
  return response.status
}
