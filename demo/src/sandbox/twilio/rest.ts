import { setTimeout as wait } from 'node:timers/promises'
import { Hono } from 'hono'
import { callFaults } from '../carriers/call-faults.ts'
import type { Fault } from '../faults.ts'
import type { SandboxEnv } from '../world.ts'
import { TWILIO_ACCOUNT } from './account.ts'
import type { TwilioCall } from './call.ts'
import { isOver } from './call-status.ts'
import { notFound, notInProgress, serverError, TwilioError, tooMany, unauthorized, wrong } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { API_VERSION } from './identity.ts'
import { instructionsOf, placement, recordingOrder } from './place-request.ts'
import { accountResource, callResource, listResource, recordingResource } from './resources.ts'
import { conferenceRest } from './rest-conferences.ts'
import type { Handled, Request } from './rest-job.ts'

/** Twilio's REST API, as far as PROTOCOLS 1.1 to 1.3, 1.9 and 1.10 tell it. */
export function twilioRest(exchange: Exchange): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  const account = `/${API_VERSION}/Accounts/:account`
  const { faults, log } = exchange.world

  const handled: Handled = (work) => async (c) => {
    const form = new URLSearchParams(await c.req.text())
    const received = log.add('twilio', c.req.raw, Object.fromEntries(form))
    try {
      if (!known(c.req.header('authorization'))) throw unauthorized()
      if (c.req.param('account')?.replace(/\.json$/, '') !== TWILIO_ACCOUNT.accountSid) throw notFound(c.req.path)
      const fault = faults.next('twilio', form.get('To') ?? '', ({ kind }) => ['status', 'rate-limit', 'unauthorized'].includes(kind))
      if (fault) received.fault = fault.kind
      if (fault?.kind === 'status') throw serverError(fault.status, fault.message)
      if (fault?.kind === 'rate-limit') throw tooMany()
      if (fault?.kind === 'unauthorized') throw unauthorized()
      const answer = await work(c, { form, received })
      Object.assign(received, { status: answer.status, outcome: 'answered' })
      return answer
    } catch (error) {
      if (!(error instanceof TwilioError)) throw error
      Object.assign(received, { status: error.status, outcome: 'refused' })
      return c.json(error.body, error.status as 400)
    }
  }
  const callOf = (c: Request): TwilioCall => {
    const call = exchange.calls.get(c.req.param('sid')?.replace(/\.json$/, '') ?? '')
    if (!call) throw notFound(c.req.path)
    return call
  }
  const shown = (c: Request, call: TwilioCall, status: 200 | 201 = 200) => {
    const answer = callResource(call)
    exchange.pass(call, 'carrier', `answers ${call.status}`, answer)
    return c.json(answer, status)
  }

  app.get(
    `/${API_VERSION}/Accounts/:account{AC[0-9a-f]+\\.json}`,
    handled((c) => c.json(accountResource(exchange.settings().accountStatus))),
  )
  app.post(
    `${account}/Calls.json`,
    handled(async (c, { form, received }) => {
      const order = placement(form, exchange.settings())
      const fault = faults.next('twilio', order.to, ({ kind }) => ['place-500', 'place-then-500', 'place-hangs'].includes(kind))
      if (fault) received.fault = fault.kind
      if (fault?.kind === 'place-500') throw serverError(fault.status)
      if (fault?.kind === 'place-hangs' && !fault.rings) return await hang(c, fault)
      const call = exchange.place({ ...order, faults: callFaults(faults, 'twilio', order.to) })
      exchange.pass(call, 'relay', 'POST /Calls.json', Object.fromEntries(form))
      if (fault?.kind === 'place-then-500') throw serverError(fault.status)
      return fault?.kind === 'place-hangs' ? await hang(c, fault) : shown(c, call, 201)
    }),
  )
  app.get(
    `${account}/Calls.json`,
    handled((c) => {
      const wanted = (['status', 'to', 'from'] as const).map((name) => [name, c.req.query(name[0]?.toUpperCase() + name.slice(1))] as const)
      const calls = [...exchange.calls.values()].filter((call) =>
        wanted.every(([name, value]) => value === undefined || value === (name === 'status' ? call.status : call.order[name])),
      )
      return c.json(listResource('calls', c.req.path, calls.toReversed().map(callResource)))
    }),
  )
  app.get(
    `${account}/Calls/:sid{CA[0-9a-f]+\\.json}`,
    handled((c) => c.json(callResource(callOf(c)))),
  )
  app.post(
    `${account}/Calls/:sid{CA[0-9a-f]+\\.json}`,
    handled((c, { form, received }) => {
      const call = callOf(c)
      const fault = faults.next('twilio', call.order.to, ({ kind }) => kind.startsWith('update-'))
      if (fault) received.fault = fault.kind
      if (fault?.kind === 'update-404') throw notFound(c.req.path)
      if (fault?.kind === 'update-over') throw notInProgress()
      exchange.pass(call, 'relay', `POST /Calls/${call.sid}.json`, Object.fromEntries(form))
      update(call, form)
      return shown(c, call)
    }),
  )
  app.post(
    `${account}/Calls/:sid/Recordings.json`,
    handled((c, { form }) => {
      const call = callOf(c)
      if (call.status !== 'in-progress') throw notInProgress()
      return c.json(recordingResource(call.record(recordingOrder(form, 'StartCallRecordingAPI', exchange.settings()))), 201)
    }),
  )
  const recordings = (callSid?: string) => exchange.recordings.filter((each) => callSid === undefined || each.callSid === callSid)
  app.get(
    `${account}/Calls/:sid/Recordings.json`,
    handled((c) => c.json(listResource('recordings', c.req.path, recordings(callOf(c).sid).map(recordingResource)))),
  )
  app.get(
    `${account}/Recordings.json`,
    handled((c) => c.json(listResource('recordings', c.req.path, recordings(c.req.query('CallSid')).map(recordingResource)))),
  )
  app.get(
    `${account}/Recordings/:file`,
    handled((c) => {
      const [sid, ending = 'wav'] = (c.req.param('file') ?? '').split('.', 2)
      const recording = exchange.recordings.find((each) => each.sid === sid)
      if (!recording || !['wav', 'json'].includes(ending)) throw notFound(c.req.path)
      if (ending === 'json') return c.json(recordingResource(recording))
      return c.body(recording.wav(), 200, { 'Content-Type': 'audio/x-wav' })
    }),
  )
  conferenceRest(app, account, exchange, handled)
  app.all(
    `${account}/*`,
    handled((c) => {
      throw notFound(c.req.path)
    }),
  )
  return app

  /** @throws TwilioError when the call is over, or past what is asked */
  function update(call: TwilioCall, form: URLSearchParams): void {
    const status = form.get('Status')
    if (status !== null && status !== 'completed' && status !== 'canceled') throw wrong(20_001, `Status: ${status} is not valid`)
    const next = instructionsOf(form, exchange.settings())
    if (isOver(call.status)) throw notInProgress()
    if (status === 'canceled' && call.status === 'in-progress') throw notInProgress()
    if (status !== null) call.hangUp()
    else if (!next) throw wrong(20_001, 'Url, Twiml or Status is required')
    else if (call.status !== 'in-progress') throw notInProgress()
    else call.redirect(next)
  }

  /** No answer, until released or the time is over, or the client leaves. */
  async function hang(c: Request, fault: Extract<Fault, { kind: 'place-hangs' }>): Promise<Response> {
    const over = [exchange.world.released()]
    if (fault.forMs !== undefined) over.push(wait(fault.forMs))
    await Promise.race([...over, new Promise((resolve) => c.req.raw.signal.addEventListener('abort', resolve, { once: true }))])
    throw serverError(504, 'The request timed out')
  }
}

function known(authorization: string | undefined): boolean {
  const [kind, encoded = ''] = (authorization ?? '').split(' ', 2)
  const { accountSid, authToken, apiKeySid, apiKeySecret } = TWILIO_ACCOUNT
  const given = Buffer.from(encoded, 'base64').toString()
  return kind?.toLowerCase() === 'basic' && [`${accountSid}:${authToken}`, `${apiKeySid}:${apiKeySecret}`].includes(given)
}
