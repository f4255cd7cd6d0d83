import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTwoRelays, type TwoRelays } from '../kit/two-relays.ts'
import { until } from '../kit/until.ts'
import { NEEDS_REDIS } from '../runner/counts.ts'
import { wantRedis } from '../runner/redis.ts'

/** JioCX rings for one relay ("near"), and Twilio tells the other ("far") of the call that this brings: it is taken where it is waited for. */

const redisServer = wantRedis()
const OURS = '+12025550188'
const TOKEN = 'twilio-token-of-two-relays'

let house: TwoRelays
let jiocx: ReturnType<typeof createServer>
beforeAll(async () => {
  if (!redisServer) return
  jiocx = createServer((request, response) => {
    const body = request.url?.endsWith('/auth/login') ? { token: 'T' } : { call_id: 'j1', status: 'initiated', message: '' }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => jiocx.listen(0, '127.0.0.1', resolve))
  house = await startTwoRelays(redisServer, {
    JIOCX_ORGANIZATION_NAME: 'shop',
    JIOCX_USERNAME: 'user',
    JIOCX_PASSWORD: 'password',
    JIOCX_PHONE_NUMBER: '+12025550177',
    JIOCX_API_BASE_URL: `http://127.0.0.1:${(jiocx.address() as AddressInfo).port}/v1`,
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: TOKEN,
    TWILIO_PHONE_NUMBER: OURS,
  })
})
afterAll(async () => {
  await house?.[Symbol.asyncDispose]()
  jiocx?.close()
})

interface Row {
  id: string
  kind: string
  agentId: string
  sessionId: string
}

it.runIf(redisServer)(`the agent answers in the session that asked for it ${NEEDS_REDIS}`, async () => {
  const visitor = '+12025550101'
  const made = await house.nearDesk.ask<{ agent: { id: string } }>('POST', '/api/agents', {
    ...{ name: 'Wanted', modes: ['talk', 'call-me'], callbackCountries: ['US'], allowedOrigins: [house.near.url] },
    phone: { carrier: 'jiocx', answersAt: 'env-twilio' },
  })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  const { id: agentId } = made.body.agent
  const rung = await fetch(`${house.near.url}/api/click-to-call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: house.near.url },
    body: JSON.stringify({ agentId, phoneNumber: visitor, consent: true }),
  })
  expect(rung.status, await rung.clone().text()).toBe(202)
  const { callId, sessionId } = (await rung.json()) as { callId: string; sessionId: string }
  await until('JioCX rings', async () => {
    const { body } = await house.nearDesk.ask<{ events: { type: string }[] }>('GET', `/api/calls/${callId}/events`)
    return body.events.some(({ type }) => type === 'line.status')
  })

  const form = {
    CallSid: `CA${'1'.repeat(32)}`,
    AccountSid: `AC${'0'.repeat(32)}`,
    From: visitor,
    To: OURS,
    CallStatus: 'ringing',
    Direction: 'inbound',
  }
  const path = '/api/calls/websocket'
  const signed = Object.entries(form)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flat()
    .join('')
  const told = await fetch(house.far.url + path, {
    method: 'POST',
    // Each of these relays is reached under its own address: the one that takes the call judges the proof.
    headers: {
      'x-twilio-signature': createHmac('sha1', TOKEN)
        .update(house.near.url + path + signed)
        .digest('base64'),
    },
    body: new URLSearchParams(form),
  })
  expect([told.status, await told.text()]).toEqual([200, expect.stringContaining('<Stream ')])
  const rows = await until('both calls are there', async () => {
    const { body } = await house.farDesk.ask<{ calls: Row[] }>('GET', `/api/calls?sessionId=${sessionId}`)
    return body.calls.length === 2 && body.calls
  })
  expect(rows.map((row) => [row.kind, row.agentId]).toSorted()).toEqual([
    ['bridge', agentId],
    ['phone', agentId],
  ])
  await house.nearDesk.ask('POST', `/api/calls/${callId}/hangup`)
})
