import { createMiddleware } from 'hono/factory'
import { RELAY_HEADER, type RelayProof } from '../access/relay-proof.ts'
import type { Clock } from '../calls/ports.ts'
import type { Holder, Peers } from '../live/peers.ts'
import { Problem } from '../protocol/index.ts'
import type { Access, HttpEnv } from './access.ts'
import type { Endpoint, HttpContext } from './endpoint.ts'
import { wantsEvents } from './sse.ts'

/** A request about a call that lives at another relay goes there, whole, and is answered from there. */

/** A carrier that is asked for a transfer takes its time. */
const ANSWERS_WITHIN_MS = 30_000
/** Of one connection only, or made anew by whoever sends. */
const NOT_PASSED_ON = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te', 'trailer', 'host', 'content-length', 'expect']
const NOT_BROUGHT_BACK = ['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'content-encoding']
/** The other relay has certainly done nothing. */
const NEVER_ARRIVED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'])

type CallOf = NonNullable<Endpoint['callOf']>

export interface Elsewhere {
  /** Before a route's own handler: passes on what is about a call of another relay. What was passed on already stays. */
  guard(access: Access, callOf: CallOf): ReturnType<typeof createMiddleware<HttpEnv>>
  /** What a page's socket asks of a call that lives elsewhere, as the same request over HTTP. @throws Problem */
  ask(holder: Holder, o: { method: 'POST' | 'DELETE'; path: string; bearer: string; address: string }): Promise<Response>
}

/** `peers.holding` knows nothing of calls that live here. */
export function createElsewhere(o: { peers: Pick<Peers, 'holding'>; proof: RelayProof; clock: Clock }): Elsewhere {
  const { clock, peers, proof } = o

  async function send(holder: Holder, address: string, request: { method: string; target: string } & RequestInit): Promise<Response> {
    if (holder.is === 'gone') throw gone()
    const { method, target } = request
    const headers = new Headers(request.headers)
    for (const name of NOT_PASSED_ON) headers.delete(name)
    headers.set(RELAY_HEADER, proof.issue({ to: holder.id, address, method, target }))
    const given = new AbortController()
    const giveUp = () => given.abort()
    const cancel = clock.after(ANSWERS_WITHIN_MS, giveUp)
    // Who leaves later cancels the answer itself.
    request.signal?.addEventListener('abort', giveUp)
    try {
      const init = {
        method,
        headers,
        redirect: 'manual' as const,
        signal: given.signal,
        duplex: 'half' as const,
        body: request.body ?? null,
      }
      return await fetch(`${holder.url}${target}`, init)
    } catch (error) {
      throw unreached(error)
    } finally {
      cancel()
      request.signal?.removeEventListener('abort', giveUp)
    }
  }

  async function holderOf(c: HttpContext, access: Access, callOf: CallOf): Promise<Holder | undefined> {
    try {
      const callId = await callOf(c)
      return callId === undefined ? undefined : await peers.holding(callId)
    } catch (error) {
      // A carrier is thanked also while the store is away: what it told is kept here.
      if (access.who === 'carrier') return undefined
      throw error
    }
  }

  return {
    guard: (access, callOf) =>
      createMiddleware<HttpEnv>(async (c, next) => {
        if (c.get('passedOn')) return next()
        const holder = await holderOf(c, access, callOf)
        if (!holder) return next()
        // Another organisation's call is none at all, wherever it lives: the route itself says so.
        if (access.who === 'operator' && c.get('principal').organisationId !== holder.organisationId) return next()
        const { raw } = c.req
        const { pathname, search } = new URL(c.req.url)
        const isReading = access.who === 'operator' && c.req.method === 'GET' && !wantsEvents(c)
        const answer = await send(holder, c.get('address'), {
          method: c.req.method,
          target: pathname + search,
          headers: raw.headers,
          body: ['GET', 'HEAD'].includes(c.req.method) ? null : raw.body,
          signal: raw.signal,
        }).catch((error: unknown) => {
          if (isReading && error instanceof Problem) return undefined
          throw error
        })
        // Who only reads gets what the store has: that is how it stood a moment ago.
        if (!answer) return next()
        const headers = new Headers(answer.headers)
        for (const name of NOT_BROUGHT_BACK) headers.delete(name)
        c.res = new Response(answer.body, { status: answer.status, headers })
        return undefined
      }),
    ask: (holder, { address, bearer, method, path }) =>
      send(holder, address, { method, target: path, headers: { authorization: `Bearer ${bearer}` } }),
  }
}

const gone = () =>
  new Problem('conflict', 'The relay that held this call is gone. The call is being ended, and nothing more can be done on it.')

function unreached(error: unknown): Problem {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined
  const code = cause && 'code' in cause ? String(cause.code) : ''
  const detail = NEVER_ARRIVED.has(code)
    ? 'The relay that holds this call cannot be reached just now. Nothing was done: try again in a few seconds.'
    : 'The relay that holds this call did not answer, so it may be done or not: look at the call before you try again.'
  return new Problem('provider_unavailable', detail, { cause: error })
}
