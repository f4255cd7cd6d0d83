import { EventSourceParserStream } from 'eventsource-parser/stream'
import { jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { CarriedWebCall, FromRelay, NextAccessToken, ProblemBody } from '../../../protocol/index.ts'
import { OTHER_ORGANISATION, ownPage } from '../../../relay.test-kit.ts'
import { ACCOUNT, type PhoneHouse, sidOf, startPhoneHouse } from './twilio.test-kit.ts'

/** A page's call over Twilio, with everything but Twilio's own media: what it asks is signed by its own package, and its socket is played here. */

const KEY = { sid: `SK${'2'.repeat(32)}`, secret: 'the-secret-of-the-api-key' }
const APP = `AP${'3'.repeat(32)}`
const VOICE_URL = '/api/calls/websocket'

let house: PhoneHouse
let sids = 500
beforeAll(async () => {
  house = await startPhoneHouse({
    env: { TWILIO_API_KEY_SID: KEY.sid, TWILIO_API_KEY_SECRET: KEY.secret, TWILIO_TWIML_APP_SID: APP },
  })
})
afterAll(() => house.close())

const ask = (json: object, of = house) =>
  of.ask('/api/web-calls', { method: 'POST', headers: ownPage(of.relay), json: { agentId: of.agentId, transport: 'twilio', ...json } })

async function opened(json: object = {}) {
  const answer = await ask(json)
  expect(answer.status).toBe(201)
  const call = (await answer.json()) as CarriedWebCall
  sids += 1
  /** As Twilio asks the TwiML app's Voice URL once a page has connected. */
  const asks = (fields: Record<string, string> = {}, more = {}) =>
    house.tell(
      VOICE_URL,
      {
        ...{ AccountSid: ACCOUNT, ApplicationSid: APP, CallSid: sidOf(sids), CallStatus: 'ringing', Direction: 'inbound' },
        ...{ From: `client:${call.callId}`, Caller: `client:${call.callId}`, To: '', Called: '' },
        ...call.connectParams,
        ...fields,
      },
      more,
    )
  const post = (url: string, json?: object, headers = {}) =>
    fetch(url, {
      method: 'POST',
      ...(json ? { body: JSON.stringify(json), headers: { 'content-type': 'application/json', ...headers } } : {}),
    })
  /** `key`: what a message has in common with the same one sent again. */
  const say = (message: object, key?: string) => post(call.messagesUrl, message, key === undefined ? {} : { 'idempotency-key': key })
  return { ...call, sid: sidOf(sids), asks, say, post }
}

/** What the page is told, and when something was. */
function listening(url: string, lastEventId?: string) {
  const told: FromRelay[] = []
  const done = (async () => {
    const answer = await fetch(url, lastEventId === undefined ? {} : { headers: { 'last-event-id': lastEventId } })
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    const events = answer.body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
    for await (const { data } of events ?? []) told.push(JSON.parse(data) as FromRelay)
  })()
  return { told, done }
}

/** Twilio's side of the stream. */
async function bringSound(xml: string, sid: string) {
  const url = /<Stream[^>]* url="(ws:[^"]+)"/.exec(xml)?.[1] ?? ''
  const ws = new WebSocket(url, { headers: { 'x-twilio-signature': house.sign(url) } })
  await new Promise((resolve) => ws.once('open', resolve))
  const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 }
  const start = { streamSid: 'MZ1', accountSid: ACCOUNT, callSid: sid, tracks: ['inbound'], mediaFormat }
  ws.on('message', (text) => {
    // Marks are played at once.
    const message = JSON.parse(String(text))
    if (message.event === 'mark') ws.send(JSON.stringify({ ...message, sequenceNumber: '9' }))
  })
  ws.send(JSON.stringify({ event: 'start', sequenceNumber: '1', streamSid: 'MZ1', start }))
  return ws
}
/** A greeting is said in real time. */
const soon = <T>(look: () => T) => expect.poll(look, { timeout: 20_000 })
const said = (told: readonly FromRelay[], role: string) =>
  told.flatMap((each) => (each.type === 'transcript' && each.entry.role === role ? [each.entry] : []))

describe('a page calls over Twilio', () => {
  it('gets a token for this call and app, and a ticket', async () => {
    const call = await opened({ sessionId: 'shop:9' })
    expect(call).toMatchObject({ sessionId: 'shop:9', agent: { id: house.agentId } })
    expect(call).not.toHaveProperty('mediaUrl')
    const { payload, protectedHeader } = await jwtVerify(call.accessToken, new TextEncoder().encode(KEY.secret), {
      issuer: KEY.sid,
      subject: ACCOUNT,
    })
    expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1' })
    expect(payload.grants).toEqual({ identity: call.callId, voice: { outgoing: { application_sid: APP } } })
    expect(JSON.stringify(call)).not.toContain(KEY.secret)
  })

  it('talks with the agent of the call that it opened, reads along, types, and ends it once', async () => {
    const call = await opened()
    const page = listening(call.eventsUrl)
    expect((await call.say({ type: 'text', text: 'too early' }, '1')).status).toBe(409)
    const xml = await (await call.asks()).text()
    expect(xml).toContain(`value="${call.callId}"`)
    // Asked again for the same connect: the same call, not another.
    expect(await (await call.asks()).text()).toContain(`value="${call.callId}"`)
    const ws = await bringSound(xml, call.sid)
    await soon(() => said(page.told, 'agent').some(({ final, text }) => final && text !== '')).toBe(true)
    // What was refused was not taken under its key; what was taken is not taken again.
    for (let time = 0; time < 2; time += 1) expect((await call.say({ type: 'text', text: 'Who are you?' }, '1')).status).toBe(204)
    expect((await call.say({ type: 'text', text: 'Are you there?' }, '2')).status).toBe(204)
    await soon(() => said(page.told, 'visitor').map(({ text }) => text)).toContain('Are you there?')
    expect(said(page.told, 'visitor').filter(({ text }) => text === 'Who are you?')).toHaveLength(1)
    expect((await call.say({ type: 'dtmf', digits: '1' })).status).toBe(204)
    expect((await call.say({ type: 'hangup' })).status).toBe(204)
    await page.done
    expect(page.told.flatMap((each) => (each.type === 'status' ? [each.status] : []))).toEqual(['initiated', 'connected', 'completed'])
    expect(page.told.at(-1)).toEqual({ type: 'ended', reason: 'visitor' })
    await soon(() => house.view(call.callId)).toMatchObject({ kind: 'web', carrier: 'twilio', status: 'completed', ends: 1 })
    // Hung up at Twilio too.
    await soon(() => house.asked.at(-1)?.path).toContain(call.sid)
    ws.terminate()
    // Nothing can be done to it any more.
    expect((await call.say({ type: 'text', text: 'hello?' })).status).toBe(404)
    expect((await call.post(call.accessTokenUrl)).status).toBe(404)
    const late = listening(call.eventsUrl)
    await late.done
    expect(late.told.at(-1)).toEqual({ type: 'ended', reason: 'visitor' })
  })

  it('is turned away unanswered with a ticket that is wrong, missing, another’s or used, and nothing is opened', async () => {
    const one = await opened()
    const two = await opened()
    const { calls } = (await (await house.ask('/api/calls?limit=100', { token: house.admin })).json()) as { calls: unknown[] }
    const turned = async (answer: Promise<Response>) => {
      const given = await answer
      expect(given.status).toBe(200)
      // Not answered: an answered call costs its owner money.
      expect(await given.text()).toMatch(/^<\?xml[^>]*><Response><Reject reason="rejected"\/><\/Response>$/)
    }
    await turned(one.asks({ ticket: 'wrong' }))
    await turned(one.asks({ ticket: '' }))
    await turned(one.asks(two.connectParams))
    await turned(one.asks({ From: `client:${two.callId}`, Caller: `client:${two.callId}` }))
    await turned(one.asks({ From: 'client:agent-7' }))
    expect(await (await one.asks()).text()).toContain('<Stream')
    await turned(one.asks({ CallSid: sidOf(999) }))
    const after = (await (await house.ask('/api/calls?limit=100', { token: house.admin })).json()) as { calls: unknown[] }
    expect(after.calls.length).toBe(calls.length)
    expect((await two.say({ type: 'hangup' })).status).toBe(204)
    await turned(two.asks())
    await one.say({ type: 'hangup' })
  })

  it('is believed with Twilio’s signature only', async () => {
    const call = await opened()
    expect((await call.asks({}, { unsigned: true })).status).toBe(403)
    expect((await call.asks({}, { token: 'not-the-token' })).status).toBe(403)
    expect((await call.asks({}, { signedFor: `${house.relay.url}/api/calls/status` })).status).toBe(403)
    await soon(() => house.view(call.callId)).toMatchObject({ status: 'initiated' })
    await call.say({ type: 'hangup' })
  })

  it('renews its token while it lives, and loses no word when its stream of events breaks', async () => {
    const call = await opened()
    const next = (await (await call.post(call.accessTokenUrl)).json()) as NextAccessToken
    expect((await jwtVerify(next.accessToken, new TextEncoder().encode(KEY.secret))).payload.grants).toMatchObject({
      identity: call.callId,
    })
    const first = listening(call.eventsUrl)
    const ws = await bringSound(await (await call.asks()).text(), call.sid)
    await soon(() => said(first.told, 'agent').some(({ final }) => final)).toBe(true)
    const again = listening(call.eventsUrl, '0')
    await soon(() => said(again.told, 'agent').at(-1)?.text).toBe(said(first.told, 'agent').at(-1)?.text)
    await call.say({ type: 'hangup', reason: 'page-close' })
    await Promise.all([first.done, again.done])
    expect(first.told.at(-1)).toEqual({ type: 'ended', reason: 'page-close' })
    ws.terminate()
  })

  it('takes no word about sound, none that is malformed, no flood, and no forged right', async () => {
    const call = await opened()
    expect((await call.say({ type: 'mark', utterance: 'u', name: 'end' })).status).toBe(400)
    expect((await call.say({ type: 'dtmf', digits: 'x' })).status).toBe(400)
    const flood = await Promise.all(Array.from({ length: 40 }, () => call.say({ type: 'interrupt' }).then(({ status }) => status)))
    expect(flood.filter((status) => status === 429).length).toBeGreaterThan(0)
    for (const url of [call.eventsUrl, call.messagesUrl, call.accessTokenUrl]) {
      const forged = url.replace(/(\/page-calls\/)(.)/, (_, path, letter) => path + (letter === 'x' ? 'y' : 'x'))
      expect(
        (
          await fetch(forged, {
            method: url === call.eventsUrl ? 'GET' : 'POST',
            headers: { 'content-type': 'application/json' },
            body: url === call.eventsUrl ? null : '{"type":"hangup"}',
          })
        ).status,
      ).toBe(404)
    }
    await call.say({ type: 'hangup' })
  })

  it('gets no flood of access tokens', async () => {
    const call = await opened()
    const tokens = await Promise.all(Array.from({ length: 40 }, () => call.post(call.accessTokenUrl)))
    expect([tokens[0]?.status, tokens.filter(({ status }) => status === 429).length > 0]).toEqual([200, true])
    expect(tokens.find(({ status }) => status === 429)?.headers.get('retry-after')).toBe('2')
    await call.say({ type: 'hangup' })
  })

  it('is nobody’s to speak for who has another number, and names Twilio’s call', async () => {
    const token = 'a-token-of-strangers'
    const json = { phoneNumber: '+12025550177', provider: 'twilio', twilioConfig: { accountSid: ACCOUNT, authToken: token } }
    const by = await house.token('admin', OTHER_ORGANISATION)
    expect((await house.ask('/api/phone-numbers', { method: 'POST', token: by, json })).status).toBe(201)
    const call = await opened()
    expect(await (await call.asks()).text()).toContain('<Stream')
    const over = { AccountSid: ACCOUNT, CallSid: call.sid, CallStatus: 'completed', From: json.phoneNumber, To: json.phoneNumber }
    expect((await house.tell('/api/calls/status', over, { token })).status).toBe(204)
    expect((await house.tell(`/api/calls/status/${call.callId}`, over, { token })).status).toBe(403)
    // It lives on, and takes what its page says.
    expect((await call.say({ type: 'text', text: 'Still here?' })).status).not.toBe(404)
    expect((await call.say({ type: 'hangup' })).status).toBe(204)
    await soon(() => house.view(call.callId)).toMatchObject({ endReason: 'visitor', ends: 1 })
  })

  it('is refused in writing, and where the number lacks its API key or app', async () => {
    const problem = async (answer: Promise<Response>) => (await (await answer).json()) as ProblemBody
    expect(await problem(ask({ modality: 'text' }))).toMatchObject({ status: 400, code: 'invalid_request' })
    const bare = await startPhoneHouse()
    expect(await problem(ask({}, bare))).toMatchObject({ status: 503, code: 'provider_unavailable' })
    await bare.close()
  })
})
