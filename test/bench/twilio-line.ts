import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sign } from '../../relay/src/carriers/twilio/signature.ts'

/** Twilio as far as a call that comes in needs one. */

export const ACCOUNT = {
  TWILIO_ACCOUNT_SID: 'AC000000000000000000000000000be7c4',
  TWILIO_AUTH_TOKEN: 'the-auth-token-of-the-bench',
  TWILIO_PHONE_NUMBER: '+12025550199',
}

export interface IncomingCall {
  callSid: string
  mediaUrl: string
  /** Of the request for the socket. */
  headers: Record<string, string>
}

/** Calls the relay's number from a phone of its own; resolves with where its sound goes. */
export async function callIn(url: string, number: number): Promise<IncomingCall> {
  const told = url.replace('127.0.0.1', 'localhost')
  const callSid = `CA${number.toString(16).padStart(32, '0')}`
  const fields: Record<string, string> = {
    AccountSid: ACCOUNT.TWILIO_ACCOUNT_SID,
    CallSid: callSid,
    CallStatus: 'ringing',
    Direction: 'inbound',
    From: `+1202${String(5_560_000 + number)}`,
    To: ACCOUNT.TWILIO_PHONE_NUMBER,
  }
  const path = '/api/calls/websocket'
  const signed = Object.keys(fields)
    .sort()
    .map((name) => name + fields[name])
    .join('')
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { 'x-twilio-signature': sign(ACCOUNT.TWILIO_AUTH_TOKEN, told + path + signed) },
    body: new URLSearchParams(fields),
  })
  const twiml = await answer.text()
  const [, stream] = /<Stream url="([^"]+)"/.exec(twiml) ?? []
  if (!stream) throw new Error(`The relay answered ${answer.status}: ${twiml}`)
  const headers = { 'x-twilio-signature': sign(ACCOUNT.TWILIO_AUTH_TOKEN, stream) }
  return { callSid, mediaUrl: stream.replace('localhost', '127.0.0.1'), headers }
}

/** The REST API, which is asked how calls are and to hang up. Resolves with its address. */
export async function startTwilioRest(): Promise<string> {
  const server = createServer((request, response) => {
    const [, sid] = /\/Calls\/(CA[^/.]+)\.json/.exec(request.url ?? '') ?? []
    request.resume()
    response.writeHead(sid ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(sid ? { sid, status: request.method === 'GET' ? 'in-progress' : 'completed' } : {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
