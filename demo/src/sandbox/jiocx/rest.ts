import { setTimeout as wait } from 'node:timers/promises'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { callFaults } from '../carriers/call-faults.ts'
import { reachable } from '../carriers/loopback.ts'
import type { Fault } from '../faults.ts'
import { FrameQueue } from '../phones/frames.ts'
import { readWav } from '../phones/wav.ts'
import type { Received } from '../request-log.ts'
import type { SandboxEnv } from '../world.ts'
import { JIOCX_ACCOUNT } from './account.ts'
import type { JiocxCall } from './call.ts'
import type { Exchange } from './exchange.ts'

type Request = Context<SandboxEnv>
interface Job {
  fields: Record<string, unknown>
  received: Received
}

/** An answer that is no success: `{message}`, as the guide's own code reads it. */
class Refusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const Login = z.object({ organization: z.string(), username: z.string(), password: z.string() })
const Number_ = z.string().regex(/^\+[1-9]\d{6,14}$/)
const Placement = z.object({
  from: Number_,
  to: Number_,
  caller_id: z.string().min(1),
  timeout: z.int().min(1).max(600).default(30),
  dlt_entity_id: z.string().optional(),
  webhook_url: z.url().optional(),
})
const Message = z.object({
  to: Number_,
  from: z.string(),
  caller_id: z.string().min(1),
  audio_url: z.url(),
  dlt_entity_id: z.string().optional(),
  webhook_url: z.url().optional(),
})
const MESSAGE_RINGS_MS = 30_000

/** JioCX's voice API as PROTOCOLS 3 tells it, under /jiocx/v1. */
export function jiocxRest(exchange: Exchange): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>().basePath('/jiocx/v1')
  const { faults, log } = exchange.world

  const handled =
    (work: (c: Request, job: Job) => Response | Promise<Response>, open = false) =>
    async (c: Request) => {
      const received = log.add('jiocx', c.req.raw, undefined)
      try {
        const given: unknown = c.req.method === 'POST' ? await c.req.json().catch(() => ({})) : {}
        const fields = typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {}
        received.body = { ...fields, ...('password' in fields ? { password: '…' } : {}) }
        if (!open) insistKnown(c, fields)
        const fault = faults.next('jiocx', String(fields.from ?? ''), ({ kind }) => ['status', 'rate-limit', 'unauthorized'].includes(kind))
        if (fault) received.fault = fault.kind
        if (fault?.kind === 'status') throw new Refusal(fault.status, fault.message ?? 'Internal error')
        if (fault?.kind === 'rate-limit') throw new Refusal(429, 'Too many requests')
        const number = String(fields.from ?? '')
        if (fault?.kind === 'unauthorized') exchange.barred.add(number)
        // A new token does not help.
        if (exchange.barred.has(number)) throw new Refusal(401, 'Unauthorized')
        const answer = await work(c, { fields, received })
        Object.assign(received, { status: answer.status, outcome: 'answered' })
        return answer
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        Object.assign(received, { status: error.status, outcome: 'refused' })
        return c.json({ message: error.message }, error.status as 400)
      }
    }

  function insistKnown(c: Request, fields: Record<string, unknown>): void {
    const { auth } = exchange.current
    const known =
      auth === 'bearer'
        ? exchange.tokens.use(/^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1] ?? '')
        : auth === 'api-key'
          ? c.req.header('x-api-key') === JIOCX_ACCOUNT.apiKey
          : fields.username === JIOCX_ACCOUNT.username && fields.password === JIOCX_ACCOUNT.password
    if (!known) throw new Refusal(401, 'Invalid or expired token')
  }

  function read<T extends { caller_id: string; dlt_entity_id?: string | undefined }>(
    schema: z.ZodType<T>,
    fields: Record<string, unknown>,
  ): T {
    const order = schema.safeParse(fields)
    if (!order.success) throw new Refusal(400, `${order.error.issues[0]?.path.join('.')} is not valid`)
    const { caller_id, dlt_entity_id } = order.data
    if (caller_id !== JIOCX_ACCOUNT.senderId) throw new Refusal(403, 'Sender is not registered')
    if (
      exchange.current.dltNeeded
        ? dlt_entity_id !== JIOCX_ACCOUNT.dltEntityId
        : dlt_entity_id !== undefined && dlt_entity_id !== JIOCX_ACCOUNT.dltEntityId
    )
      throw new Refusal(403, 'DLT entity is not valid')
    if (exchange.current.credits === 0) throw new Refusal(402, 'Insufficient credits')
    return order.data
  }

  /** With whatever was ordered to go wrong at placements of this number. */
  async function placed(c: Request, { received }: Job, number: string, place: () => JiocxCall): Promise<Response> {
    const fault = faults.next('jiocx', number, ({ kind }) => ['place-500', 'place-then-500', 'place-hangs'].includes(kind))
    if (fault) received.fault = fault.kind
    if (fault?.kind === 'place-500') throw new Refusal(fault.status, 'Internal error')
    if (fault?.kind === 'place-hangs' && !fault.rings) return await hang(c, fault)
    const call = place()
    exchange.pass(call, 'relay', `POST ${new URL(c.req.url).pathname}`)
    if (fault?.kind === 'place-then-500') throw new Refusal(fault.status, 'Internal error')
    if (fault?.kind === 'place-hangs') return await hang(c, fault)
    return c.json(exchange.shown(call))
  }

  async function soundOf(url: string): Promise<Int16Array> {
    try {
      const sound = await fetch(reachable(url, exchange.current.reach))
      return readWav(Buffer.from(await sound.arrayBuffer()))
    } catch {
      throw new Refusal(400, 'audio_url cannot be played')
    }
  }

  async function hang(c: Request, fault: Extract<Fault, { kind: 'place-hangs' }>): Promise<Response> {
    const gone = Promise.withResolvers<void>()
    c.req.raw.signal.addEventListener('abort', () => gone.resolve(), { once: true })
    await Promise.race([exchange.world.released(), gone.promise, ...(fault.forMs === undefined ? [] : [wait(fault.forMs)])])
    throw new Refusal(504, 'Gateway timeout')
  }

  /** Where every body holds the credentials, it may hold the call's id as well. */
  const found = (c: Request, { fields }: Job): JiocxCall => {
    const call = exchange.calls.get(c.req.param('callId') ?? String(fields.call_id ?? ''))
    if (!call) throw new Refusal(404, 'Call not found')
    return call
  }
  /** What is read: by GET, which has no body for credentials, or by POST with them. */
  function readable(path: string, work: (c: Request, job: Job) => Response) {
    app.get(path, handled(work))
    app.post(
      path,
      handled((c, job) => {
        if (exchange.current.auth !== 'body') throw new Refusal(405, 'Method not allowed')
        return work(c, job)
      }),
    )
  }

  app.post(
    '/auth/login',
    handled((c, { fields }) => {
      const login = Login.safeParse(fields)
      const { organization, password, username } = JIOCX_ACCOUNT
      const right =
        login.success && login.data.organization === organization && login.data.username === username && login.data.password === password
      if (!right) throw new Refusal(401, 'Invalid credentials')
      return c.json({ [exchange.current.tokenAs]: exchange.tokens.issue() })
    }, true),
  )
  app.post(
    '/voice/click2call',
    handled((c, job) => {
      const { from, timeout, to, webhook_url } = read(Placement, job.fields)
      const { phoneNumber } = JIOCX_ACCOUNT
      return placed(c, job, from, () =>
        exchange.place(
          {
            from,
            to,
            shown: { first: phoneNumber, second: exchange.current.shows === 'first' ? from : phoneNumber },
            ringMs: timeout * 1000,
            message: undefined,
            faults: callFaults(faults, 'jiocx', from),
          },
          webhook_url,
        ),
      )
    }),
  )
  app.post(
    '/voice/outbound',
    handled(async (c, job) => {
      const { audio_url, to, webhook_url } = read(Message, job.fields)
      const message = new FrameQueue()
      message.push(await soundOf(audio_url))
      const { phoneNumber } = JIOCX_ACCOUNT
      return placed(c, job, to, () =>
        exchange.place(
          {
            from: to,
            to: undefined,
            shown: { first: phoneNumber, second: '' },
            ringMs: MESSAGE_RINGS_MS,
            message,
            faults: callFaults(faults, 'jiocx', to),
          },
          webhook_url,
        ),
      )
    }),
  )
  const status = (c: Request, job: Job) => {
    const call = found(c, job)
    return c.json(exchange.shown(call, { message: call.message }))
  }
  readable('/voice/status/:callId', status)
  readable('/voice/status', status)

  const hangUp = handled((c, job) => {
    const call = found(c, job)
    const number = call.order.from
    if (faults.next('jiocx', number, ({ kind }) => kind === 'update-404')) throw new Refusal(404, 'Call not found')
    const ended = !faults.next('jiocx', number, ({ kind }) => kind === 'update-over') && call.hangUp()
    exchange.pass(call, 'relay', 'POST hangup')
    return c.json(ended ? { success: true, message: '' } : { success: false, message: 'Call is over already' })
  })
  app.post('/voice/hangup/:callId', hangUp)
  app.post('/voice/hangup', hangUp)

  // Not in the guide: an account may have it.
  readable('/account/credits', (c) => c.json({ credits: exchange.current.credits }))
  return app
}
