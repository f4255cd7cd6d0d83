import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, normalize } from 'node:path'
import type { ClickToCallRequest, WebCallRequest } from '@voice-agent/relay/protocol'
import { WebSocketServer } from 'ws'
import { agentOf, isLively, isSlow, refusalOf, wantsToken } from './fake-agents.ts'
import { FakeCall } from './fake-call.ts'
import { FakeCallbacks, type PhoneStep, runPhone } from './fake-callbacks.ts'
import { enliven } from './lively-agent.ts'

/**
 * A relay for the widget's tests and gallery: CONTRACT sections 4 and 5 as a page sees them, on loopback, of another origin than the
 * page. Tests steer it over `/control`: `POST /control/{callId}` runs one step, `GET /control/{callId}` tells what arrived.
 */
export interface FakeRelay {
  url: string
  close(): Promise<void>
}

const AUDIO = {
  input: { encoding: 'pcm_s16le', sampleRate: 16_000, frameMs: 20 },
  output: { encoding: 'pcm_s16le', sampleRate: 24_000, frameMs: 20 },
}
const OPEN = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Headers': 'Content-Type, Idempotency-Key, Last-Event-ID',
  'Access-Control-Allow-Methods': 'GET, POST, DELETE',
  'Access-Control-Expose-Headers': 'Retry-After',
  'Cross-Origin-Resource-Policy': 'cross-origin',
}
const SLOW_MS = 1_500

export async function startFakeRelay(o: { dist: string }): Promise<FakeRelay> {
  const calls = new Map<string, FakeCall>()
  const callbacks = new FakeCallbacks()
  let origin = ''

  const answer = (res: ServerResponse, status: number, body?: unknown, headers: Record<string, string> = {}) => {
    res.writeHead(status, { 'Content-Type': 'application/json', ...OPEN, ...headers })
    res.end(body === undefined ? '' : JSON.stringify(body))
  }
  const refuse = (res: ServerResponse, status: number, code: string, retryAfter?: number, detail: string = code) =>
    answer(
      res,
      status,
      { type: `/docs#${code}`, title: code, status, detail, code },
      retryAfter ? { 'Retry-After': String(retryAfter) } : {},
    )

  const open = async (req: IncomingMessage, res: ServerResponse) => {
    const request = JSON.parse(await bodyOf(req)) as WebCallRequest
    const agent = agentOf(request.agentId)
    const refusal = refusalOf(request.agentId)
    if (!agent) return refuse(res, 404, 'not_found')
    if (refusal) return refuse(res, refusal.status, refusal.code, refusal.retryAfter)
    if (agent.terms && request.consent !== true) return refuse(res, 422, 'consent_required')
    if (wantsToken(agent.id) && request.visitorToken !== 'good') return refuse(res, 401, 'unauthorized')
    if (isSlow(agent.id)) await new Promise((resolve) => setTimeout(resolve, SLOW_MS))
    const number = calls.size + 1
    const call = new FakeCall({ id: `c${number}`, token: `t${number}`, sessionId: request.sessionId ?? `s${number}`, request })
    calls.set(call.id, call)
    answer(res, 201, {
      callId: call.id,
      sessionId: call.sessionId,
      mediaUrl: `${origin.replace('http', 'ws')}/media/${call.token}`,
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
      audio: AUDIO,
      agent,
    })
  }

  const phones = async (req: IncomingMessage, res: ServerResponse, path: string) => {
    const say = (status: number, body?: unknown) => answer(res, status, body)
    const no = (status: number, code: string, retryAfter?: number, detail?: string) => refuse(res, status, code, retryAfter, detail)
    if (path !== '/api/click-to-call') return callbacks.serve(req, res, path, say, no, OPEN)
    const request = JSON.parse(await bodyOf(req)) as ClickToCallRequest
    callbacks.ask(request, String(req.headers['idempotency-key'] ?? ''), say, no, origin, res)
  }

  const controlPhone = async (req: IncomingMessage, res: ServerResponse, id: string) => {
    const callback = callbacks.all.get(id)
    if (req.method === 'POST' && callback) runPhone(callback, JSON.parse(await bodyOf(req)) as PhoneStep)
    const seen = (callback ? [callback] : callbacks.toNumber(id)).map((each) => ({ ...each, token: undefined }))
    answer(res, 200, seen)
  }

  const control = async (req: IncomingMessage, res: ServerResponse, id: string, wait: string | null) => {
    const call = calls.get(id)
    if (!call) return refuse(res, 404, 'not_found')
    if (req.method === 'POST') run(call, JSON.parse(await bodyOf(req)) as Step)
    if (wait)
      await call.until(() =>
        wait === 'connections' ? call.connections.length > 1 : call.received.some((message) => message.type === wait),
      )
    answer(res, 200, {
      request: call.request,
      sessionId: call.sessionId,
      received: call.received,
      connections: call.connections,
      audioBytes: call.audioBytes,
    })
  }

  const server = createServer((req, res) => {
    const url = new URL(req.url ?? '/', origin)
    const [, area, id = '', more] = url.pathname.split('/')
    const done = (work: Promise<unknown>) => work.catch((error: unknown) => refuse(res, 500, String(error)))
    if (req.method === 'OPTIONS') return answer(res, 204)
    if (area === 'phones') return void done(controlPhone(req, res, decodeURIComponent(id)))
    if (area === 'callback' || url.pathname === '/api/click-to-call') return void done(phones(req, res, url.pathname))
    if (area === 'control') return void done(control(req, res, id, url.searchParams.get('wait')))
    if (url.pathname === '/api/web-calls') return void done(open(req, res))
    if (area === 'api' && more) {
      const agent = agentOf(decodeURIComponent(more))
      return agent ? answer(res, 200, agent) : refuse(res, 404, 'not_found')
    }
    void done(serve(res, o.dist, url.pathname))
  })

  const sockets = new WebSocketServer({ server, maxPayload: 1 << 20, perMessageDeflate: false })
  sockets.on('connection', (ws, req) => {
    const url = new URL(req.url ?? '/', origin)
    const call = [...calls.values()].find((each) => url.pathname === `/media/${each.token}`)
    if (!call) return ws.close(4401, 'bad token')
    const first = call.connections.length === 0
    call.attach(ws, url.searchParams.get('after'))
    if (!first) return
    if (isLively(call.request.agentId)) enliven(call, agentOf(call.request.agentId)?.greeting ?? '')
    else call.send({ type: 'state', state: 'listening' })
  })

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: origin,
    close: async () => {
      for (const ws of sockets.clients) ws.terminate()
      sockets.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What a test can make the relay do. */
export type Step =
  | { send: Parameters<FakeCall['send']>[0] }
  | { entry: Parameters<FakeCall['entry']>[0] }
  | { audio: Parameters<FakeCall['audio']>[0] }
  | { drop: true }
  | { close: number }
  | { unreachable: boolean }
  | { forgotten: true }
  | { end: Parameters<FakeCall['end']>[0] }
  | { steps: Step[] }

function run(call: FakeCall, step: Step): void {
  if ('steps' in step) for (const each of step.steps) run(call, each)
  else if ('send' in step) call.send(step.send)
  else if ('entry' in step) call.entry(step.entry)
  else if ('audio' in step) call.audio(step.audio)
  else if ('drop' in step) call.drop()
  else if ('close' in step) call.close(step.close)
  else if ('unreachable' in step) call.unreachable = step.unreachable
  else if ('forgotten' in step) call.forgotten = true
  else call.end(step.end)
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of req) text += String(chunk)
  return text
}

async function serve(res: ServerResponse, dist: string, path: string): Promise<void> {
  const name = path.replace(/@[\d.]+(?=\.js$)/, '')
  try {
    const bytes = await readFile(join(dist, normalize(name)))
    res.writeHead(200, { 'Content-Type': 'text/javascript', 'Cache-Control': 'no-cache', ...OPEN })
    res.end(bytes)
  } catch {
    res.writeHead(404, OPEN)
    res.end()
  }
}
