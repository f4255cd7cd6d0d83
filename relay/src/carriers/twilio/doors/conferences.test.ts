import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { OTHER_ORGANISATION } from '../../../relay.test-kit.ts'
import vectors from '../conversation-relay/relay.vectors.json' with { type: 'json' }
import { ACCOUNT, type PhoneHouse, said, sidOf, startPhoneHouse, TOKEN } from './twilio.test-kit.ts'

/** Takeovers over ConversationRelay by real HTTP: Twilio's own package signs what is asked, and the relay's answers are what Twilio would do. */

let house: PhoneHouse
beforeAll(async () => {
  house = await startPhoneHouse({
    env: {
      TWILIO_MEDIA: 'conversation-relay',
      TWILIO_API_KEY_SID: `SK${'0'.repeat(32)}`,
      TWILIO_API_KEY_SECRET: 'the-secret-of-the-key',
      TWILIO_TWIML_APP_SID: `AP${'0'.repeat(32)}`,
    },
    persona: { disclosure: '', greeting: '', languages: ['en-GB'] },
  })
})
afterAll(() => house.close())

const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 20_000 })
const pathOf = (url: string | null | undefined) => (url ?? '').slice(house.relay.url.length)
const attribute = (xml: string, name: string) =>
  new RegExp(`<(?:Connect|ConversationRelay|Conference)[^>]* ${name}="([^"]*)"`).exec(xml)?.[1] ?? ''
const roomOf = (xml: string) => /<Conference[^>]*>([^<]+)<\/Conference>/.exec(xml)?.[1]
const ended = vectors.conversation_relay_action_callbacks.we_sent_end

interface Taken {
  call: { ai: string }
  connectParams: { ticket: string }
  transport: string
  accessToken: string
  code: string
  detail: string
}
const takeover = async (callId: string, method = 'POST', json: object = {}) => {
  const answer = await house.ask(`/api/calls/${callId}/takeover`, { method, token: house.admin, json })
  return { status: answer.status, body: (await answer.json()) as Taken }
}

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<'iss' | 'sub', string> & {
    exp: number
    grants: object
  }

let calls = 0
/** One call a number at a time. */
const nextPhone = () => `+1202555010${(calls++ % 3) + 1}`

/** A call that talks with the agent, and Twilio's side of its session, which says that it has played whatever it was given. */
async function talking() {
  const { callId } = (await (await house.wish({ phoneNumber: nextPhone() })).json()) as { callId: string }
  await eventually(async () => (await house.view(callId)).events.some(({ type }) => type === 'line.status')).toBe(true)
  const sid = house.newest()
  const placed = house.asked.findLast(({ path }) => path.endsWith('/Calls.json'))?.form
  const answer = await house.tell(pathOf(placed?.get('Url')), said(sid, 'in-progress'))
  const ws = await session(await answer.text(), sid)
  return { callId, sid, ws, answer: pathOf(placed?.get('Url')), status: pathOf(placed?.get('StatusCallback')) }
}

async function session(xml: string, sid: string) {
  const url = attribute(xml, 'url')
  const ws = new WebSocket(url, { headers: { 'x-twilio-signature': house.sign(url) } })
  await once(ws, 'open')
  let words = ''
  let over = false
  ws.on('message', (data) => {
    const frame = JSON.parse(String(data)) as { type: string; token?: string; last?: boolean }
    if (frame.type === 'text') words += frame.token ?? ''
    if (frame.type === 'text' && frame.last) {
      for (const info of [
        { name: 'agentSpeaking', value: 'on' },
        { name: 'tokensPlayed', value: words },
        { name: 'agentSpeaking', value: 'off' },
      ]) {
        ws.send(JSON.stringify({ type: 'info', ...info }))
      }
      words = ''
    }
    if (frame.type === 'end') {
      over = true
      ws.close(1000)
    }
  })
  ws.send(JSON.stringify({ ...vectors.conversation_relay[0]?.frame, callSid: sid }))
  return { ended: () => over }
}

/** The caller's session is over, as its action is told. */
const action = async (callId: string, sid: string) =>
  (await house.tell(`/api/calls/relay-action/${callId}`, { ...(ended as Record<string, string>), CallSid: sid })).text()

/** An operator's page connects at the app's Voice URL. */
const connects = async (callId: string, ticket: string, sid: string, more: { token?: string; unsigned?: boolean } = {}) =>
  house.tell(
    '/api/calls/websocket',
    { AccountSid: ACCOUNT, CallSid: sid, CallStatus: 'ringing', From: `client:operator_${callId}`, To: '', ticket },
    more,
  )

describe('a call whose words stay at Twilio, taken over', { timeout: 60_000 }, () => {
  it('leads caller and operator into one room, whose name nobody can guess, and the caller back', async () => {
    const { answer, callId, sid, status, ws } = await talking()
    const { body } = await takeover(callId)
    expect([body.transport, body.call.ai]).toEqual(['twilio', 'off'])
    await eventually(ws.ended).toBe(true)
    const caller = await action(callId, sid)
    // Told again, since our answer was lost.
    expect(await action(callId, sid)).toBe(caller)
    expect(roomOf(caller)).toMatch(/^[\w-]{32}$/)
    expect(attribute(caller, 'statusCallback')).toBe(`${house.relay.url}/api/calls/conference/${callId}`)
    const operator = await (await connects(callId, body.connectParams.ticket, sidOf(501))).text()
    expect(roomOf(operator)).toBe(roomOf(caller))
    expect([attribute(caller, 'endConferenceOnExit'), attribute(operator, 'endConferenceOnExit')]).toEqual(['true', 'false'])

    expect((await takeover(callId, 'DELETE', { briefing: 'They want tea.' })).status).toBe(200)
    await eventually(() => house.asked.findLast(({ path }) => path.endsWith(`/Calls/${sid}.json`))?.form.get('Url')).toBe(
      `${house.relay.url}${answer}`,
    )
    const again = await (await house.tell(answer, said(sid, 'in-progress'))).text()
    expect(attribute(again, 'url')).toContain('/api/calls/websocket/')
    await session(again, sid)
    await eventually(async () => (await house.view(callId)).events.map(({ type }) => type)).toContain('conference.over')
    // Whose ticket it was comes in nowhere any more.
    expect(await (await connects(callId, body.connectParams.ticket, sidOf(501))).text()).toContain('<Reject')
    await house.tell(status, said(sid, 'completed', 9))
    await eventually(() => house.view(callId)).toMatchObject({ status: 'completed', ends: 1 })
  })

  it('renews the token of the operator who holds it by page, and nobody else’s', async () => {
    const { callId, sid, status } = await talking()
    const renewed = async (token = house.admin) => {
      const answer = await house.ask(`/api/calls/${callId}/takeover/access-token`, { method: 'POST', token, json: {} })
      return { status: answer.status, body: (await answer.json()) as { accessToken: string; expiresAt: string } }
    }
    expect((await renewed()).status).toBe(409)
    const { body } = await takeover(callId)
    const first = claimsOf(body.accessToken)
    const next = await renewed()
    const claims = claimsOf(next.body.accessToken)
    expect([next.status, claims.grants, claims.iss, claims.sub]).toEqual([200, first.grants, first.iss, first.sub])
    expect(claims.grants).toMatchObject({ identity: `operator_${callId}` })
    expect(new Date(next.body.expiresAt).getTime()).toBe(claims.exp * 1000)
    // What was asked of Twilio and of the page stays as it was.
    expect(await (await connects(callId, body.connectParams.ticket, sidOf(551))).text()).toContain('<Conference')
    const made = await house.ask('/api/api-keys', { method: 'POST', token: house.admin, json: { name: 'other', scopes: ['calls:write'] } })
    expect((await renewed(((await made.json()) as { key: string }).key)).status).toBe(409)
    expect((await renewed(await house.token('viewer'))).status).toBe(403)
    expect((await renewed('garbage')).status).toBe(401)
    expect((await takeover(callId, 'DELETE')).status).toBe(200)
    expect((await renewed()).status).toBe(409)
    // A call that is held for an hour is one deed, not seven.
    const trail = (await (await house.ask(`/api/audit?target=${callId}`, { token: house.admin })).json()) as { deeds: { action: string }[] }
    expect(trail.deeds.map(({ action }) => action)).toEqual(['DELETE', 'POST'].map((method) => `${method} /api/calls/{id}/takeover`))
    await house.tell(status, said(sid, 'completed', 9))
    expect((await renewed()).status).toBe(404)
  })

  it('lets no page in with a wrong, used or strange ticket, or without Twilio’s signature', async () => {
    const { callId, sid, status } = await talking()
    const other = await talking()
    const { ticket } = (await takeover(callId)).body.connectParams
    const strange = (await takeover(other.callId)).body.connectParams.ticket
    for (const wrong of ['', 'x', strange]) {
      expect(await (await connects(callId, wrong, sidOf(601))).text()).not.toContain('<Conference')
    }
    expect((await connects(callId, ticket, sidOf(602), { unsigned: true })).status).toBe(403)
    expect((await connects(callId, ticket, sidOf(602), { token: 'another token' })).status).toBe(403)
    const first = await (await connects(callId, ticket, sidOf(603))).text()
    expect(first).toContain('<Conference')
    expect(await (await connects(callId, ticket, sidOf(604))).text()).not.toContain('<Conference')
    // Twilio asks again for the same call.
    expect(await (await connects(callId, ticket, sidOf(603))).text()).toBe(first)
    for (const one of [{ sid, status }, other]) await house.tell(one.status, said(one.sid, 'completed', 9))
  })

  it('what is told of a conference wants the signature, and of an unknown one is thanked for', async () => {
    const { callId, sid, status } = await talking()
    const news = { ConferenceSid: `CF${'0'.repeat(32)}`, StatusCallbackEvent: 'participant-join', CallSid: sid }
    const path = `/api/calls/conference/${callId}`
    expect((await house.tell(path, news, { unsigned: true })).status).toBe(403)
    expect((await house.tell(path, news, { token: 'another token' })).status).toBe(403)
    for (let times = 0; times < 2; times++) expect((await house.tell(path, news)).status).toBe(204)
    expect((await house.tell(path, { StatusCallbackEvent: 'x'.repeat(100) })).status).toBe(204)
    await house.tell(status, said(sid, 'completed', 9))
  })

  it('another organisation’s number puts nobody into it', async () => {
    const token = 'a-token-of-strangers'
    const json = { phoneNumber: '+12025550177', provider: 'twilio', twilioConfig: { accountSid: ACCOUNT, authToken: token } }
    const by = await house.token('admin', OTHER_ORGANISATION)
    expect((await house.ask('/api/phone-numbers', { method: 'POST', token: by, json })).status).toBe(201)
    const { callId, sid, status, ws } = await talking()
    await takeover(callId)
    await eventually(ws.ended).toBe(true)
    const news = { ConferenceSid: `CF${'0'.repeat(32)}`, StatusCallbackEvent: 'participant-join', CallSid: sid, To: json.phoneNumber }
    expect((await house.tell('/api/calls/conference', news, { token })).status).toBe(204)
    expect((await house.tell(`/api/calls/conference/${callId}`, news, { token })).status).toBe(403)
    // What its own number says is written behind all that would have been.
    await house.tell(`/api/calls/stream-status/${callId}`, { CallSid: sid, StreamSid: 'MZ1', StreamEvent: 'stream-started' })
    const types = async () => (await house.view(callId)).events.map(({ type }) => type)
    await eventually(types).toContain('stream.started')
    expect(await types()).not.toContain('conference.caller-in')
    await house.tell(status, said(sid, 'completed', 9))
  })

  it('keys and transfers would take the two apart, and are refused', async () => {
    const { callId, sid, status, ws } = await talking()
    await takeover(callId)
    await eventually(ws.ended).toBe(true)
    await action(callId, sid)
    for (const [what, json] of [
      ['dtmf', { digits: '1' }],
      ['transfer', { to: '+12025550102' }],
    ] as const) {
      const answer = await house.ask(`/api/calls/${callId}/${what}`, { method: 'POST', token: house.admin, json })
      expect([answer.status, ((await answer.json()) as Taken).detail]).toEqual([409, expect.stringContaining('hand the call back first')])
    }
    await house.tell(status, said(sid, 'completed', 9))
  })
})

describe('a number without a key for pages', { timeout: 60_000 }, () => {
  it('names what is missing, and the agent keeps the call', async () => {
    const phoneNumber = '+12025550198'
    const twilioConfig = { accountSid: ACCOUNT, authToken: TOKEN }
    const json = { phoneNumber, provider: 'twilio', displayName: 'Bare', linkedAgentId: house.agentId, twilioConfig }
    expect((await house.ask('/api/phone-numbers', { method: 'POST', token: house.admin, json })).status).toBe(201)
    const sid = sidOf(701)
    const fields = { ...said(sid, 'ringing'), From: '+12025550103', To: phoneNumber, Direction: 'inbound' }
    const xml = await (await house.tell('/api/calls/websocket', fields)).text()
    await session(xml, sid)
    const callId = /relay-action\/([\w-]+)/.exec(xml)?.[1] ?? ''
    await eventually(async () => (await house.view(callId)).events.map(({ type }) => type)).toContain('relay.setup')
    const { body, status } = await takeover(callId)
    expect([status, body.code, body.detail]).toEqual([503, 'provider_unavailable', expect.stringContaining('twimlAppSid')])
    expect(await house.view(callId)).toMatchObject({ ai: 'active' })
    await house.tell('/api/calls/status', { ...fields, CallStatus: 'completed' })
  })
})
