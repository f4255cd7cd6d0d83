import type { HttpContext } from '../../../http/endpoint.ts'
import { Problem } from '../../../protocol/index.ts'
import type { CarrierRoute, House } from '../../house.ts'
import { readMachine, readRecording, readStatus, readStreamStatus } from '../webhooks.ts'
import { EVENT_TOKEN, type Signed, type TwilioProof } from './proof.ts'
import type { SpokenFor } from './spoken-for.ts'
import { verdictOf } from './verdict.ts'

/** What Twilio tells of a call. Each is answered at once, however often it comes; one of a call that nobody knows, or of another account's, is thanked for and forgotten. */

export function twilioEvents(house: House, { proof, spokenFor }: { proof: TwilioProof; spokenFor: SpokenFor }): CarrierRoute[] {
  const { book, lines, log } = house

  function understood<T>(told: T | undefined): T {
    if (told === undefined) throw new Problem('invalid_request', 'This is not what Twilio says here.')
    return told
  }
  type Tell = (c: HttpContext, signed: Signed) => Promise<void>

  const status: Tell = async (c, signed) => {
    const event = understood(readStatus(signed.form, c.req.header(EVENT_TOKEN)))
    const callId = await spokenFor.call(c, signed, event.carrierCallId)
    if (callId !== undefined) await lines.tell(callId, event)
  }
  const recording: Tell = async (c, signed) => {
    const { carrierCallId, recordingId, status: stands, durationMs, channels } = understood(readRecording(signed.form))
    const callId = await spokenFor.call(c, signed, carrierCallId)
    if (callId === undefined) return
    log.event(callId, 'recording', {
      recordingId,
      status: stands,
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(channels ? { channels } : {}),
    })
    // The address of the sound stays here: it asks for the account's credentials.
    if (stands === 'completed') await book.recorded(callId, `twilio:${recordingId}`)
  }
  const machine: Tell = async (c, signed) => {
    const { answeredBy, carrierCallId } = understood(readMachine(signed.form))
    const { call } = spokenFor.live(c, signed, carrierCallId) ?? {}
    const agent = call && (await house.agents.get(call.organisationId, call.agentId))
    if (call && agent) lines.machine(call, agent.persona.phone.voicemail, verdictOf(answeredBy))
  }
  const stream: Tell = async (c, signed) => {
    const { carrierCallId, event, error } = understood(readStreamStatus(signed.form))
    const callId = await spokenFor.call(c, signed, carrierCallId)
    if (event === 'error') house.logger.warn({ callId, error }, 'Twilio could not bring the sound of a call')
    if (callId !== undefined) log.event(callId, `stream.${event}`)
  }
  const nothing: Tell = async () => undefined

  const both = (path: string, tell: Tell): CarrierRoute[] => {
    const answer = async (c: HttpContext) => {
      const callId = c.req.param('callId')
      const signed = await proof.webhook(c, callId === undefined ? {} : { callId })
      await house.afterwards(() => tell(c, signed), c)
      return c.body(null, 204)
    }
    return [
      { method: 'post', path, answer },
      { method: 'post', path: `${path}/{callId}`, answer },
    ]
  }
  const xml = (c: HttpContext, text: string) => c.body(text, 200, { 'Content-Type': 'text/xml; charset=utf-8' })

  const texted = async (c: HttpContext) => {
    await proof.webhook(c)
    return xml(c, '<?xml version="1.0" encoding="UTF-8"?><Response/>')
  }

  return [
    ...both('/api/calls/status', status),
    ...both('/api/calls/recording', recording),
    ...both('/api/calls/amd', machine),
    ...both('/api/calls/stream-status', stream),
    { method: 'post', path: '/api/sms/incoming', answer: texted },
    ...both('/api/sms/status', nothing).slice(0, 1),
  ]
}
