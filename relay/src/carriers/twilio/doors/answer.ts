import type { Call } from '../../../calls/live-calls.ts'
import type { LiveLine } from '../../../lines/line.ts'
import type { Lines } from '../../../lines/lines.ts'
import type { TwilioConfig } from '../config.ts'
import { dialTwiml, hangUpTwiml, streamTwiml } from '../twiml.ts'

/** Addresses that we give Twilio: all lie under /api/calls/ or /api/telephony/ and want its signature. */
export interface TwilioUrls {
  answer(callId: string): string
  status(callId: string): string
  recording(callId: string): string
  machine(callId: string): string
  dialAction(callId: string): string
  relayAction(callId: string): string
  streamStatus(callId: string): string
  conference(callId: string): string
  stream(phoneId: string, token: string): string
  relaySocket(token: string): string
}

/** `url`: where the relay is reached by all; `socketBase`: where this one is, ws(s). */
export function twilioUrls(o: { url: () => string; socketBase: () => string }): TwilioUrls {
  const call = (what: string) => (callId: string) => `${o.url()}/api/calls/${what}/${callId}`
  return {
    answer: call('answer'),
    status: call('status'),
    recording: call('recording'),
    machine: call('amd'),
    dialAction: call('dial-action'),
    relayAction: call('relay-action'),
    streamStatus: call('stream-status'),
    conference: call('conference'),
    stream: (phoneId, token) => `${o.socketBase()}/api/telephony/ws/${phoneId}/${token}`,
    relaySocket: (token) => `${o.socketBase()}/api/calls/websocket/${token}`,
  }
}

/** The sound of a call whose agent is ours comes to us. */
export function soundTwiml(o: { call: Call; line: LiveLine; lines: Lines; urls: TwilioUrls }): string {
  const { id } = o.call
  const token = o.lines.streamToken(id)
  if (token === undefined) {
    o.call.hangUp('error')
    return hangUpTwiml()
  }
  return streamTwiml({
    url: o.urls.stream(o.line.number.id, token),
    parameters: { callId: id, sessionId: o.call.sessionId },
    statusCallback: o.urls.streamStatus(id),
    // A socket that breaks mid-word gets another; a call that is over is hung up there.
    afterwards: o.urls.answer(id),
  })
}

/** The agent's own choice goes before its number's, and that before the house's. */
export function mediaOf(o: {
  agent: TwilioConfig['media']
  number: unknown
  house: 'media-streams' | 'conversation-relay'
}): 'media-streams' | 'conversation-relay' {
  return o.agent ?? (o.number as TwilioConfig).media ?? o.house
}

/** Joins a person's phone with the one that was answered. */
export function bridgeTwiml(o: {
  call: Call
  line: LiveLine
  urls: TwilioUrls
  person: string
  answerWithinMs: number
  maxDurationMs: number
}): string {
  return dialTwiml({
    number: o.person,
    callerId: o.line.number.phoneNumber,
    action: o.urls.dialAction(o.call.id),
    answerWithinMs: o.answerWithinMs,
    maxDurationMs: o.maxDurationMs,
  })
}
