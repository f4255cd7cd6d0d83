import { WebSocket } from 'ws'
import { type CarrierHouse, startCarrierHouse } from '../../phone-house.test-kit.ts'
import vectors from '../exotel.vectors.json' with { type: 'json' }

/** The real relay beside an Exotel that takes every call and keeps what it was asked. */

export const OURS = '+918012345678'
export const CALLEE = '+919000000001'
const KEY = 'exotel-key'
const TOKEN = 'exotel-token'
export const BASIC = `Basic ${Buffer.from(`${KEY}:${TOKEN}`).toString('base64')}`

interface Addresses {
  id: string
  webhookUrl: string
  websocketUrl: string
  statusUrl: string
}

export interface ExotelHouse extends Omit<CarrierHouse, 'wish'> {
  readonly number: Addresses
  /** What was asked of Exotel to ring, newest last. */
  readonly placed: URLSearchParams[]
  /** What Exotel says of every call that it is asked of. */
  standing: string
  /** And of its legs. */
  details: object
  /** Exotel's name for the newest call. */
  newest(): string
  wish(json?: Record<string, unknown>): Promise<{ callId: string; sid: string; form: URLSearchParams; callUrl: string }>
  calls(): Promise<{ id: string; from?: string; to?: string; sessionId: string; direction: string }[]>
  /** Opens a stream; the status where it is refused. */
  open(url: string, headers?: Record<string, string>): Promise<Stream | number>
}

/** Exotel's end of a stream. */
export interface Stream {
  readonly ws: WebSocket
  readonly heard: { event: string; stream_sid: string; streamSid: string; media?: { payload: string }; mark?: { name: string } }[]
  readonly closed: Promise<number>
  say(message: object): void
  start(callSid: string, more?: object): void
}

export async function startExotelHouse(o: { env?: Record<string, string>; persona?: Record<string, unknown> } = {}): Promise<ExotelHouse> {
  const placed: URLSearchParams[] = []
  let sids = 0
  const name = (number: number) => `exotel${String(number).padStart(26, '0')}`
  const base = await startCarrierHouse({
    env: (origin) => ({
      EXOTEL_API_KEY: KEY,
      EXOTEL_API_TOKEN: TOKEN,
      EXOTEL_SID: 'exampleacct',
      EXOTEL_CALLER_ID: '08012345678',
      EXOTEL_API_BASE_URL: origin,
      CALLBACK_COUNTRIES: 'IN,US',
      ...o.env,
    }),
    persona: o.persona,
    extras: { alwaysRing: [CALLEE, '+919000000002'] },
  })
  base.vendor.answers(({ body, path }) => {
    const placing = path.endsWith('/connect.json')
    if (placing) {
      sids += 1
      placed.push(new URLSearchParams(body))
    }
    const Sid = placing ? name(sids) : (/\/Calls\/([^.]+)\.json/.exec(path)?.[1] ?? '')
    const Call = {
      ...vectors.http.connect_response.Call,
      Sid,
      Status: placing ? 'in-progress' : house.standing,
      ...(placing ? {} : { Details: house.details }),
    }
    return { status: 200, body: { Call } }
  })
  const listed = (await (await base.ask('/api/phone-numbers', { token: base.admin })).json()) as { phoneNumbers: Addresses[] }
  const number = listed.phoneNumbers.find(({ id }) => id === 'env-exotel')
  if (!number) throw new Error('no number of the environment')

  const house: ExotelHouse = {
    ...base,
    number,
    placed,
    standing: 'in-progress',
    details: {},
    newest: () => name(sids),
    async wish(json = {}) {
      const answer = await base.wish({ phoneNumber: CALLEE, ...json })
      const before = (await answer.json()) as { callId: string; callUrl: string }
      if (answer.status !== 202) throw new Error(JSON.stringify(before))
      for (let seen = 0; !seen; ) seen = (await house.view(before.callId)).events.filter(({ type }) => type === 'line.status').length
      return { ...before, sid: house.newest(), form: placed.at(-1) ?? new URLSearchParams() }
    },
    async calls() {
      return ((await (await base.ask('/api/calls', { token: base.admin })).json()) as { calls: never }).calls
    },
    open: (url, headers = {}) =>
      new Promise((resolve) => {
        const ws = new WebSocket(url, { headers })
        const heard: Stream['heard'] = []
        ws.on('message', (data) => heard.push(JSON.parse(String(data))))
        const closed = new Promise<number>((done) => ws.once('close', done))
        ws.on('error', () => undefined)
        ws.once('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
        const say = (message: object) => ws.send(JSON.stringify(message))
        ws.once('open', () =>
          resolve({
            ws,
            heard,
            closed,
            say,
            start(callSid, more = {}) {
              say({ event: 'connected' })
              const format = { encoding: 'raw', sample_rate: '8000', bit_rate: '16' }
              const start = { stream_sid: 'st1', call_sid: callSid, account_sid: 'exampleacct', media_format: format, ...more }
              say({ event: 'start', sequence_number: 1, stream_sid: 'st1', start })
            },
          }),
        )
      }),
  }
  return house
}
