import { setTimeout as wait } from 'node:timers/promises'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { Fault } from '../faults.ts'
import type { Received } from '../request-log.ts'
import type { SandboxEnv } from '../world.ts'
import { OPTIMA_ACCOUNT } from './account.ts'
import type { OptimaCall } from './call.ts'
import type { Exchange } from './exchange.ts'
import { networkNumber } from './numbers.ts'
import { FORMATS } from './sound.ts'

type Request = Context<SandboxEnv>
interface Job {
  fields: unknown
  received: Received
}

/** An answer that is no success: `{status, errors, data: null}`; from 1.0.5 on also 422, which names the fields. */
class Refusal extends Error {
  readonly status: number
  readonly fields: Record<string, string[]> | undefined
  constructor(status: number, message: string, fields?: Record<string, string[]>) {
    super(message)
    this.status = status
    this.fields = fields
  }
  get body(): object {
    if (this.fields) return { code: this.status, message: this.message, errors: this.fields }
    return { status: this.status, errors: this.message, data: null }
  }
}

const Placement = z.strictObject({ phoneNumber: z.string().regex(/^\+?\d{5,15}$/) })
const LaterPlacement = z.strictObject({
  phoneNumber: z.string().regex(/^\d{5,15}$/),
  timeout: z.int().min(1).max(600).optional(),
  callerId: z
    .string()
    .regex(/^\d{5,15}$/)
    .optional(),
  audio: z.strictObject({ input: z.enum(FORMATS), output: z.enum(FORMATS) }).optional(),
})
const HangUp = z.strictObject({ sessionId: z.string().min(1) })

/** Optima's REST API as PROTOCOLS 4 tells it. */
export function optimaRest(exchange: Exchange): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  const { faults, log } = exchange.world
  const later = () => exchange.current.version !== '1.0.3'

  const handled = (work: (c: Request, job: Job) => Response | Promise<Response>) => async (c: Request) => {
    const fields: unknown = c.req.method === 'POST' ? await c.req.json().catch(() => undefined) : undefined
    const received = log.add('optima', c.req.raw, fields)
    try {
      if (c.req.header('authorization') !== `Bearer ${OPTIMA_ACCOUNT.token}`) throw new Refusal(401, 'Authentication token is required')
      const asked = (fields as { phoneNumber?: unknown } | undefined)?.phoneNumber
      const number = typeof asked === 'string' ? networkNumber(asked) : ''
      const fault = faults.next('optima', number, ({ kind }) => ['status', 'rate-limit', 'unauthorized'].includes(kind))
      if (fault) received.fault = fault.kind
      if (fault?.kind === 'status') throw new Refusal(fault.status, fault.message ?? 'Internal Server Error')
      if (fault?.kind === 'rate-limit') throw new Refusal(429, 'Too many requests')
      if (fault?.kind === 'unauthorized') throw new Refusal(401, 'Authentication token is required')
      const answer = await work(c, { fields, received })
      Object.assign(received, { status: answer.status, outcome: 'answered' })
      return answer
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      Object.assign(received, { status: error.status, outcome: 'refused' })
      return c.json(error.body, error.status as 400)
    }
  }
  const done = (c: Request, data: object) => c.json({ status: 200, errors: '', data })

  function read<T>(schema: z.ZodType<T>, fields: unknown): T {
    const read = schema.safeParse(fields)
    if (read.success) return read.data
    const [issue] = read.error.issues
    const name = String(issue?.path[0] ?? 'body')
    if (later()) throw new Refusal(422, 'The given data was invalid.', { [name]: [issue?.message ?? 'invalid'] })
    throw new Refusal(400, name === 'phoneNumber' ? 'Invalid phone number format' : `Bad Request - Invalid parameters: ${issue?.message}`)
  }

  function order(fields: unknown) {
    const { phoneNumber, ...more } = later() ? read(LaterPlacement, fields) : { ...read(Placement, fields) }
    const { audio, callerId, timeout }: Partial<z.infer<typeof LaterPlacement>> = more
    return {
      asked: phoneNumber,
      call: {
        from: callerId === undefined ? OPTIMA_ACCOUNT.phoneNumber : networkNumber(callerId),
        to: networkNumber(phoneNumber),
        ringMs: timeout === undefined ? exchange.current.ringMs : timeout * 1000,
        input: audio?.input ?? ('pcm16' as const),
        output: audio?.output ?? ('pcm16' as const),
      },
    }
  }

  app.post(
    '/pbx/call',
    handled(async (c, { fields, received }) => {
      const { asked, call: wanted } = order(fields)
      const fault = faults.next('optima', wanted.to, ({ kind }) => ['place-500', 'place-then-500', 'place-hangs'].includes(kind))
      if (fault) received.fault = fault.kind
      if (fault?.kind === 'place-500') throw new Refusal(fault.status, 'Internal Server Error')
      if (fault?.kind === 'place-hangs' && !fault.rings) return await hang(c, fault)
      const call = exchange.place(wanted)
      exchange.pass(call, 'relay', 'POST /pbx/call', fields as object)
      if (fault?.kind === 'place-then-500') throw new Refusal(fault.status, 'Internal Server Error')
      if (fault?.kind === 'place-hangs') return await hang(c, fault)
      const endpointUrl = later() ? (exchange.current.endpointUrl ?? new URL(c.req.url).origin) : undefined
      return done(c, { phoneNumber: asked, sessionId: call.sessionId, ...(endpointUrl === undefined ? {} : { endpointUrl }) })
    }),
  )
  app.post(
    '/pbx/hangup',
    handled((c, { fields }) => {
      const { sessionId } = read(HangUp, fields)
      const call = exchange.calls.get(sessionId)
      const fault = call && faults.next('optima', call.leg.phone, ({ kind }) => kind.startsWith('update-'))
      if (!call || call.over || fault) throw new Refusal(404, 'Resource not found')
      exchange.pass(call, 'relay', 'POST /pbx/hangup')
      call.hangUp()
      return done(c, { sessionId })
    }),
  )
  app.get(
    '/v1/cdr',
    handled((c) => {
      insistLater()
      return done(c, { items: exchange.records })
    }),
  )
  app.get(
    '/v1/cdr/:sessionId',
    handled((c) => {
      insistLater()
      const record = exchange.records.find(({ sessionId }) => sessionId === c.req.param('sessionId'))
      if (!record) throw new Refusal(404, 'Resource not found')
      return done(c, record)
    }),
  )
  return app

  function insistLater() {
    if (!later()) throw new Refusal(404, 'Resource not found')
  }

  /** No answer, until released or the time is over, or the client leaves. */
  async function hang(c: Request, fault: Extract<Fault, { kind: 'place-hangs' }>): Promise<Response> {
    const gone = Promise.withResolvers<void>()
    c.req.raw.signal.addEventListener('abort', () => gone.resolve(), { once: true })
    await Promise.race([exchange.world.released(), gone.promise, ...(fault.forMs === undefined ? [] : [wait(fault.forMs)])])
    throw new Refusal(504, 'Gateway timeout')
  }
}

/** What control shows of a call. */
export const shownCall = ({ leg, order, record, sessionId }: OptimaCall) => ({
  sessionId,
  direction: order.direction,
  from: order.from,
  to: order.to,
  status: leg.status,
  sound: record,
})

/** The same in the words that streams of other carriers are shown in. */
export const shownStream = ({ order, over, record: { received, sent, warnings }, sessionId }: OptimaCall) => ({
  callSid: sessionId,
  state: over ? 'closed' : 'open',
  received: { media: received.audio, bytes: received.bytes, marks: received.checkPoints, clears: received.interruptions },
  sent: { media: sent.audio, dtmf: sent.events.filter((event) => event === 'dtmf').length, marks: sent.checkPoints, events: sent.events },
  warnings,
  format: order.input,
})
