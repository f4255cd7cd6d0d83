import type { Call } from '../../../calls/live-calls.ts'
import type { LiveLine } from '../../../lines/line.ts'
import type { Lines } from '../../../lines/lines.ts'
import type { TwilioConfig } from '../config.ts'
import { dialTwiml, hangUpTwiml, streamTwiml } from '../twiml.ts'
import type { TwilioUrls } from './urls.ts'

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
