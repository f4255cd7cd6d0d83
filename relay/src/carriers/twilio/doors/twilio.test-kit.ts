import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import twilio from 'twilio'
import { type Answer, ownPage, startTestRelay, type TestRelay } from '../../../relay.test-kit.ts'
import type { RelayExtras } from '../../../relay.ts'

/** The real relay beside a Twilio that takes every call and keeps what it was asked. Requests to the relay are signed by Twilio's own package. */

export const ACCOUNT = 'AC00000000000000000000000000000001'
const TOKEN = 'the-auth-token-of-these-tests'
export const OURS = '+12025550199'
export const CALLEE = '+12025550101'
/** Always may be rung. */
const FREE = [CALLEE, '+12025550102', '+12025550103']

export interface PhoneHouse extends TestRelay {
  readonly admin: string
  readonly agentId: string
  /** What was asked of Twilio, newest last. */
  readonly asked: { path: string; form: URLSearchParams }[]
  /** What Twilio answers to a placement; 201 unless set. */
  placing: { status: number; body: unknown } | undefined
  /** Twilio's name for the newest call. */
  newest(): string
  /** As Twilio sends it, signed for the address that it was given; `signedFor` another address makes the proof wrong. */
  tell(path: string, fields: Record<string, string>, more?: { signedFor?: string; token?: string; unsigned?: boolean }): Promise<Response>
  /** The page of the relay itself asks for a call. */
  wish(json: Record<string, unknown>, headers?: Record<string, string>): Promise<Response>
  /** The call, its events and how often it ended. */
  view(
    callId: string,
  ): Promise<{ status: string; endReason?: string; events: { type: string; payload?: Record<string, unknown> }[]; ends: number }>
  sign(url: string): string
}

export const sidOf = (number: number) => `CA${String(number).padStart(32, '0')}`

export async function startPhoneHouse(
  o: { persona?: Record<string, unknown>; env?: Record<string, string>; extras?: RelayExtras } = {},
): Promise<PhoneHouse> {
  const asked: PhoneHouse['asked'] = []
  let sids = 0
  const api = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      const placement = request.url?.endsWith('/Calls.json') ?? false
      sids += placement ? 1 : 0
      asked.push({ path: request.url ?? '', form: new URLSearchParams(text) })
      const given = placement ? house.placing : undefined
      response.writeHead(given?.status ?? 201, { 'content-type': 'application/json' })
      response.end(JSON.stringify(given?.body ?? { sid: sidOf(sids), status: 'queued' }))
    })
  })
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  const relay = await startTestRelay({
    env: {
      TWILIO_ACCOUNT_SID: ACCOUNT,
      TWILIO_AUTH_TOKEN: TOKEN,
      TWILIO_PHONE_NUMBER: OURS,
      TWILIO_API_BASE_URL: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
      ...o.env,
    },
    extras: { alwaysRing: FREE, ...o.extras },
  })
  const admin = await relay.token('admin')
  const made = await relay.ask('/api/agents', {
    method: 'POST',
    token: admin,
    json: { name: 'Asha', modes: ['talk', 'call-me'], ...o.persona },
  })
  const { agent } = (await made.json()) as Answer
  const sign = (url: string, fields: Record<string, string> = {}, token = TOKEN) => twilio.getExpectedTwilioSignature(token, url, fields)

  const house: PhoneHouse = {
    ...relay,
    admin,
    agentId: agent.id,
    asked,
    placing: undefined,
    newest: () => sidOf(sids),
    sign: (url) => sign(url),
    tell(path, fields, more = {}) {
      const signature = sign(more.signedFor ?? relay.relay.url + path, fields, more.token)
      const headers = { 'content-type': 'application/x-www-form-urlencoded', ...(more.unsigned ? {} : { 'x-twilio-signature': signature }) }
      return relay.ask(path, { method: 'POST', headers, body: new URLSearchParams(fields).toString() })
    },
    wish: (json, headers = {}) =>
      relay.ask('/api/click-to-call', {
        method: 'POST',
        headers: { ...ownPage(relay.relay), ...headers },
        json: { agentId: agent.id, phoneNumber: CALLEE, consent: true, ...json },
      }),
    async view(callId) {
      const get = async (path: string) => (await relay.ask(path, { token: admin })).json() as Promise<never>
      const { call } = (await get(`/api/calls/${callId}`)) as { call: { status: string; endReason?: string } }
      const { events } = (await get(`/api/calls/${callId}/events`)) as { events: { type: string }[] }
      return { ...call, events, ends: events.filter(({ type }) => type === 'call.ended').length }
    },
    async close() {
      await relay.close()
      api.close()
    },
  }
  return house
}

/** What Twilio says of a call of ours. */
export const said = (sid: string, status: string, order?: number, more: Record<string, string> = {}) => ({
  CallSid: sid,
  AccountSid: ACCOUNT,
  From: OURS,
  To: CALLEE,
  CallStatus: status,
  ...(order === undefined ? {} : { SequenceNumber: String(order) }),
  ...more,
})
