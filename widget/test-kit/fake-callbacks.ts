import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CallbackAccepted, CallbackView, ClickToCallRequest } from '@voice-agent/relay/protocol'

/** What answers differently by the number that is asked for; every other one is accepted. */
const REFUSALS: Record<string, { status: number; code: string; detail: string; retryAfter?: number }> = {
  '+12025550191': { status: 400, code: 'invalid_phone_number', detail: 'There is no such number in the United States.' },
  '+12025550192': { status: 403, code: 'number_blocked', detail: 'This number asked not to be called.' },
  '+12025550193': { status: 403, code: 'outside_calling_hours', detail: 'It is 22:14 there. We ring between 9:00 and 21:00.' },
  '+12025550194': { status: 429, code: 'rate_limited', detail: 'This number was rung three times within the hour.', retryAfter: 2 },
  '+12025550195': { status: 503, code: 'provider_unavailable', detail: 'No line is free just now.' },
}
const OPEN = { 'Access-Control-Allow-Origin': '*' }
/** The answer to the first request gets lost on its way; the phone rings all the same. */
const LOSES_FIRST = '+12025550196'

/** One ringing phone of the fake relay. */
export class FakeCallback {
  readonly view: CallbackView
  readonly token: string
  readonly sessionId: string
  readonly request: ClickToCallRequest
  readonly keys: string[] = []
  readonly lastEventIds: (string | null)[] = []
  polls = 0
  hungUp = false
  /** New streams are answered with this status instead. */
  refusesStreams = 0
  #events: string[] = []
  #readers = new Set<ServerResponse>()

  constructor(o: { id: string; sessionId: string; request: ClickToCallRequest }) {
    this.view = { callId: o.id, status: 'initiated' }
    this.token = `tk-${o.id}`
    this.sessionId = o.sessionId
    this.request = o.request
    this.#tell('status', { status: 'initiated' })
  }

  status(status: CallbackView['status'], endReason?: CallbackView['endReason']): void {
    Object.assign(this.view, { status, ...(endReason && { endReason }) })
    this.#tell('status', { status, ...(endReason && { endReason }) })
    if (endReason) this.#tell('ended', { reason: endReason })
  }

  stream(res: ServerResponse, after: string | null): void {
    this.lastEventIds.push(after)
    res.write('retry: 20\n\n')
    for (const event of this.#events.slice(Number(after ?? 0))) res.write(event)
    this.#readers.add(res)
    res.on('close', () => this.#readers.delete(res))
  }

  drop(): void {
    for (const res of this.#readers) res.destroy()
  }

  #tell(type: string, data: object): void {
    const event = `id: ${this.#events.length + 1}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`
    this.#events.push(event)
    for (const res of this.#readers) res.write(event)
  }
}

/** `POST /api/click-to-call` and the two URLs it gives, as CONTRACT section 5 says. */
export class FakeCallbacks {
  readonly all = new Map<string, FakeCallback>()
  readonly #byKey = new Map<string, FakeCallback>()
  #lost = new Set<string>()

  ask(request: ClickToCallRequest, key: string, answer: Answer, refuse: Refuse, origin: string, res: ServerResponse) {
    if (request.consent !== true) return refuse(422, 'consent_required')
    if (request.agentId.startsWith('captcha') && request.captchaToken !== 'a person') return refuse(403, 'captcha_required')
    if (request.agentId.startsWith('private') && request.visitorToken !== 'good') return refuse(401, 'unauthorized')
    const refusal = REFUSALS[request.phoneNumber]
    if (refusal) return refuse(refusal.status, refusal.code, refusal.retryAfter, refusal.detail)
    let callback = this.#byKey.get(key)
    if (!callback) {
      const id = `p${this.all.size + 1}`
      callback = new FakeCallback({ id, sessionId: request.sessionId ?? `ps${this.all.size + 1}`, request })
      this.all.set(id, callback)
      if (key) this.#byKey.set(key, callback)
    }
    callback.keys.push(key)
    if (request.phoneNumber === LOSES_FIRST && !this.#lost.has(key)) {
      this.#lost.add(key)
      // Broken off in the middle: browsers ask again by themselves where nothing came.
      res.writeHead(202, { 'Content-Length': '200', ...OPEN })
      res.write('{', () => res.destroy())
      return
    }
    const { callId } = callback.view
    const callUrl = `${origin}/callback/${callback.token}`
    const body: CallbackAccepted = { callId, sessionId: callback.sessionId, status: 'initiated', callUrl, eventsUrl: `${callUrl}/events` }
    answer(202, body)
  }

  /** What a call's own two URLs answer. */
  serve(req: IncomingMessage, res: ServerResponse, path: string, answer: Answer, refuse: Refuse, open: Record<string, string>) {
    const [, , token, events] = path.split('/')
    const callback = [...this.all.values()].find((each) => each.token === token)
    if (!callback) return refuse(404, 'not_found')
    if (events) {
      if (callback.refusesStreams) return refuse(callback.refusesStreams, 'internal')
      res.writeHead(200, { 'Content-Type': 'text/event-stream', ...open })
      return callback.stream(res, String(req.headers['last-event-id'] ?? '') || null)
    }
    if (req.method === 'DELETE') {
      callback.hungUp = true
      callback.status(
        callback.view.status === 'connected' ? 'completed' : 'failed',
        callback.view.status === 'connected' ? 'visitor' : 'canceled',
      )
      return answer(204)
    }
    callback.polls += 1
    answer(200, callback.view)
  }

  /** Asked by tests: everything that was asked for a number. */
  toNumber(number: string): FakeCallback[] {
    return [...this.all.values()].filter(({ request }) => request.phoneNumber === number)
  }
}

type Answer = (status: number, body?: unknown) => void
type Refuse = (status: number, code: string, retryAfter?: number, detail?: string) => void

/** What a test can make a ringing phone do. */
export type PhoneStep =
  | { status: CallbackView['status']; endReason?: CallbackView['endReason'] }
  | { dropStream: true }
  | { refusesStreams: number }

export function runPhone(callback: FakeCallback, step: PhoneStep): void {
  if ('status' in step) callback.status(step.status, step.endReason)
  else if ('dropStream' in step) callback.drop()
  else callback.refusesStreams = step.refusesStreams
}
