import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { CLOSE } from '../../../protocol/index.ts'
import { startTestRelay, type TestRelay } from '../../../relay.test-kit.ts'
import { sign } from '../signature.ts'
import vectors from '../twilio.vectors.json' with { type: 'json' }

/** The headers of Twilio's sockets as they were recorded: one of them proves, whatever else is called a signature. */

const { 'user-agent': agent, extra } = vectors.ws_handshake_headers_observed
const TOKEN = 'token-of-twilio-in-tests'
let house: TestRelay
beforeAll(async () => {
  house = await startTestRelay({
    env: { TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`, TWILIO_AUTH_TOKEN: TOKEN, TWILIO_PHONE_NUMBER: '+12025550188' },
  })
})
afterAll(() => house.close())

/** The code that it was closed with, or the status that it was refused with. */
function came(headers: (right: string) => Record<string, string>): Promise<number> {
  const url = `${house.relay.url.replace(/^http/, 'ws')}/api/telephony/ws/env-twilio/${'t'.repeat(43)}`
  const reached = `${house.url.replace(/^http/, 'ws')}${new URL(url).pathname}`
  const ws = new WebSocket(reached, { headers: { 'user-agent': agent, ...headers(sign(TOKEN, url)) } })
  return new Promise((resolve, reject) => {
    ws.on('close', resolve)
    ws.on('unexpected-response', (_, answer) => resolve(answer.statusCode ?? 0))
    ws.on('error', reject)
  })
}

it('a socket with all of them is let in; no call waits for this one', async () => {
  expect(extra).toMatch(/signature$/)
  expect(await came((right) => ({ 'x-twilio-signature': right, [extra]: 'of something else' }))).toBe(CLOSE.abuse)
})

it('the other signature proves nothing', async () => {
  expect(await came((right) => ({ [extra]: right }))).toBe(403)
  expect(await came((right) => ({ [extra]: right, 'x-twilio-signature': sign('another', right) }))).toBe(403)
})
