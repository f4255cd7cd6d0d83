import { setTimeout as wait } from 'node:timers/promises'
import { type Context, Hono } from 'hono'
import { callFaults } from '../carriers/call-faults.ts'
import type { Fault } from '../faults.ts'
import type { Received } from '../request-log.ts'
import type { SandboxEnv } from '../world.ts'
import { EXOTEL_ACCOUNT } from './account.ts'
import type { ExotelCall } from './call.ts'
import { ExotelError, notFound, serverError, tooMany, unauthorized, wrong } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { e164 } from './numbers.ts'
import { fieldsOf, placement } from './place-request.ts'
import { callDetails, callResource, numberResource } from './resources.ts'
import { element } from './xml-answer.ts'

type Request = Context<SandboxEnv>
interface Job {
  fields: Record<string, unknown>
  received: Received
}
const ROOT = 'TwilioResponse'

/** Exotel's REST API v1, as far as PROTOCOLS 2.1 to 2.3 tell it: XML, or JSON where the path ends so. */
export function exotelRest(exchange: Exchange): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  const account = '/v1/Accounts/:account'
  const { faults, log } = exchange.world

  /** Who asks, what was ordered to go wrong, and errors in Exotel's shape; then the work itself. */
  const handled = (work: (c: Request, job: Job) => Response | Promise<Response>) => async (c: Request) => {
    const received = log.add('exotel', c.req.raw, undefined)
    try {
      if (!known(c.req.header('authorization'))) throw unauthorized()
      if (c.req.param('account') !== EXOTEL_ACCOUNT.sid) throw notFound()
      const fields = c.req.method === 'POST' ? fieldsOf(await formOf(c)) : {}
      received.body = fields
      const fault = faults.next('exotel', String(fields.From ?? ''), ({ kind }) => ['status', 'rate-limit', 'unauthorized'].includes(kind))
      if (fault) received.fault = fault.kind
      if (fault?.kind === 'status') throw serverError(fault.status, fault.message)
      if (fault?.kind === 'rate-limit') throw tooMany(Math.ceil(fault.retryAfterMs / 1000))
      if (fault?.kind === 'unauthorized') throw unauthorized()
      const answer = await work(c, { fields, received })
      Object.assign(received, { status: answer.status, outcome: 'answered' })
      return answer
    } catch (error) {
      if (!(error instanceof ExotelError)) throw error
      Object.assign(received, { status: error.status, outcome: 'refused' })
      const headers: Record<string, string> = error.retryAfterS === undefined ? {} : { 'Retry-After': String(error.retryAfterS) }
      const status = error.status as 400
      return asJson(c) ? c.json(error.body, status, headers) : c.body(error.xml, status, { ...headers, ...XML })
    }
  }
  const shown = (c: Request, what: object) => (asJson(c) ? c.json(what) : c.body(element(ROOT, what), 200, XML))
  const resource = (call: ExotelCall) => callResource(call, exchange.settings().settleMs)

  app.post(
    `${account}/Calls/:connect{connect|connect\\.json}`,
    handled(async (c, { fields, received }) => {
      if (!exchange.mayAsk()) throw tooMany()
      const account = { exophones: [...exchange.numbers.keys()], flow: (appId: string) => exchange.flows.get(appId) }
      const order = placement(fields, exchange.settings(), account)
      const fault = faults.next('exotel', order.phone, ({ kind }) => ['place-500', 'place-then-500', 'place-hangs'].includes(kind))
      if (fault) received.fault = fault.kind
      if (fault?.kind === 'place-500') throw serverError(fault.status)
      if (fault?.kind === 'place-hangs' && !fault.rings) return await hang(c, fault)
      const call = exchange.place({ ...order, faults: callFaults(faults, 'exotel', order.phone) })
      exchange.pass(call, 'relay', 'POST Calls/connect', fields)
      if (fault?.kind === 'place-then-500') throw serverError(fault.status)
      if (fault?.kind === 'place-hangs') return await hang(c, fault)
      const answer = { Call: resource(call) }
      exchange.pass(call, 'carrier', `answers ${call.status}`, answer)
      return shown(c, answer)
    }),
  )
  app.get(
    `${account}/Calls/:sid`,
    handled((c) => {
      const call = exchange.calls.get(c.req.param('sid')?.replace(/\.json$/, '') ?? '')
      if (!call) throw notFound()
      const details = c.req.query('details') === 'true' ? { Details: callDetails(call) } : {}
      return shown(c, { Call: { ...resource(call), ...details } })
    }),
  )
  app.get(
    `${account}/Numbers/:number`,
    handled((c) => {
      const number = e164(c.req.param('number')?.replace(/\.json$/, '') ?? '')
      if (number === undefined) throw wrong('PhoneNumber: is no number')
      return shown(c, numberResource(number, exchange.settings().dnd.includes(number)))
    }),
  )
  app.get(
    `${account}/ActiveStreams`,
    handled((c) => {
      const open = exchange.streams.filter(({ state }) => state === 'open').length
      return c.body(element(ROOT, { ActiveStreams: { ActiveStreamCount: open, ThrottleLimit: 100 } }), 200, XML)
    }),
  )
  app.all(
    `${account}/*`,
    handled(() => {
      throw notFound()
    }),
  )
  app.get('/exotelrecordings/:account/:file', (c) => {
    log.add('exotel', c.req.raw, undefined)
    if (!known(c.req.header('authorization'))) return c.text('Authentication failed', 401)
    const call = exchange.calls.get(c.req.param('file').replace(/\.mp3$/, ''))
    if (!call?.kept || call.recordingUrl === undefined) return c.text('Not found', 404)
    return c.body(call.kept.wav(), 200, { 'Content-Type': 'audio/wav' })
  })
  return app

  /** No answer, until released or the time is over, or the client leaves. */
  async function hang(c: Request, fault: Extract<Fault, { kind: 'place-hangs' }>): Promise<Response> {
    const over = [exchange.world.released()]
    if (fault.forMs !== undefined) over.push(wait(fault.forMs))
    await Promise.race([...over, new Promise((resolve) => c.req.raw.signal.addEventListener('abort', resolve, { once: true }))])
    throw serverError(504, 'The request timed out')
  }
}

const XML = { 'Content-Type': 'application/xml' }
const asJson = (c: Request) => c.req.path.endsWith('.json')

async function formOf(c: Request): Promise<FormData> {
  const type = c.req.header('content-type') ?? ''
  if (!/^(multipart\/form-data|application\/x-www-form-urlencoded)\b/.test(type)) throw wrong('The body is no form')
  return await c.req.raw.formData().catch(() => {
    throw wrong('The body is no form')
  })
}

function known(authorization: string | undefined): boolean {
  const [kind, encoded = ''] = (authorization ?? '').split(' ', 2)
  const { apiKey, apiToken } = EXOTEL_ACCOUNT
  return kind?.toLowerCase() === 'basic' && Buffer.from(encoded, 'base64').toString() === `${apiKey}:${apiToken}`
}
