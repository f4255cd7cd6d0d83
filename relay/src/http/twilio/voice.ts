import type { Agent, Agents } from '../../agents/agents.ts'
import type { HouseNumber } from '../../agents/house-number.ts'
import type { LiveCalls } from '../../calls/live-calls.ts'
import type { CallLog } from '../../calls/ports.ts'
import { hangUpTwiml, rejectTwiml, sayTwiml } from '../../carriers/twilio/twiml.ts'
import { readDialOutcome, readVoice } from '../../carriers/twilio/webhooks.ts'
import type { Lines } from '../../lines/lines.ts'
import type { Logger } from '../../logger.ts'
import { Problem } from '../../protocol/index.ts'
import { CARRIER } from '../access.ts'
import { type Endpoint, type HttpContext, webhook } from '../endpoint.ts'
import type { Reception } from '../reception.ts'
import { agentTwiml, bridgeTwiml, mediaOf, type TwilioUrls } from './answer.ts'
import type { Signed, TwilioProof } from './proof.ts'
import { verdictOf } from './verdict.ts'

/** Twilio asks what to do with a call: one that came in, or one of ours that was answered. */

const NOT_THERE = 'Nobody can take your call just now. Please try again later. Goodbye.'
const NOBODY = 'This number is not in service just now. Please call again later. Goodbye.'

export interface VoiceRooms {
  proof: TwilioProof
  reception: Reception
  agents: Agents
  calls: LiveCalls
  lines: Lines
  urls: TwilioUrls
  log: CallLog
  media: 'media-streams' | 'conversation-relay'
  logger: Logger
}

/** Its routes, and what a number of Twilio's answers at its own address. */
export function twilioVoice(rooms: VoiceRooms): {
  routes: Endpoint[]
  ofNumber: (c: HttpContext, number: HouseNumber) => Promise<Response>
} {
  const { calls, lines, logger, proof, urls } = rooms

  async function incoming({ form, number }: Signed): Promise<string> {
    const voice = readVoice(form)
    if (!voice) throw new Problem('invalid_request', 'This is not what Twilio says of a call.')
    const received = await rooms.reception.receive(number, voice)
    if (received.is !== 'taken') return received.is === 'nobody' ? sayTwiml(NOBODY) : rejectTwiml('busy')
    const { agent, call, line } = received
    return agentTwiml({ call, line, lines, urls, media: mediaFor(agent, number), language: call.language })
  }

  const mediaFor = (agent: Agent, number: HouseNumber) =>
    mediaOf({ agent: agent.persona.phone.media, number: number.config, house: rooms.media })

  /** One of ours was answered, or its sound broke and wants another socket. */
  async function answered(c: HttpContext): Promise<string> {
    const callId = c.req.param('callId') ?? ''
    const { form } = await proof.webhook(c, { callId })
    const voice = readVoice(form)
    const call = calls.get(callId)
    const line = lines.get(callId)
    if (!voice || !call || !line) return hangUpTwiml()
    line.name(voice.carrierCallId)
    if (voice.carrierCallId !== line.carrierCallId) return hangUpTwiml()
    call.answers()
    const agent = await rooms.agents.get(call.organisationId, call.agentId)
    if (agent && voice.answeredBy) lines.machine(call, agent.persona.phone.voicemail, verdictOf(voice.answeredBy))
    if (!agent || call.endReason) return hangUpTwiml()
    if (call.kind !== 'bridge') return agentTwiml({ call, line, lines, urls, media: mediaFor(agent, line.number), language: call.language })
    return bridged(agent, callId)
  }

  /** The person's phone asks the gate like any other. */
  async function bridged(agent: Agent, callId: string): Promise<string> {
    const { person, ringMs } = agent.persona.phone
    const call = calls.get(callId)
    const line = lines.get(callId)
    if (!call || !line || person === undefined) return hangUpTwiml()
    const { maxDurationMs } = agent.persona.limits
    try {
      await lines.bridge(call, agent, person)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      logger.warn({ callId, code: error.code }, 'the person’s phone may not be rung')
      return sayTwiml(NOBODY)
    }
    return bridgeTwiml({ call, line, urls, person, answerWithinMs: ringMs, maxDurationMs })
  }

  /** The other phone came off so. Whoever still waits goes on with the agent, if one was there before. */
  async function dialled(c: HttpContext): Promise<string> {
    const given = c.req.param('callId')
    const { form } = await proof.webhook(c, given === undefined ? {} : { callId: given })
    const outcome = readDialOutcome(form)
    if (!outcome) throw new Problem('invalid_request', 'This is not what Twilio says of a phone that was to be joined.')
    const callId = given ?? lines.named('twilio', outcome.carrierCallId)?.callId
    const call = callId === undefined ? undefined : calls.get(callId)
    const line = callId === undefined ? undefined : lines.get(callId)
    if (!call || !line) return hangUpTwiml()
    const { durationMs, endReason, status } = outcome
    rooms.log.event(call.id, 'joined.over', {
      status,
      ...(endReason ? { reason: endReason } : {}),
      ...(durationMs === undefined ? {} : { durationMs }),
    })
    if (!outcome.live || status === 'completed') return hangUpTwiml()
    const agent = await rooms.agents.get(call.organisationId, call.agentId)
    if (call.kind === 'bridge' || !agent) return sayTwiml(NOT_THERE)
    return agentTwiml({ call, line, lines, urls, media: mediaFor(agent, line.number), language: call.language })
  }

  const xml = (c: HttpContext, text: string) => c.body(text, 200, { 'Content-Type': 'text/xml; charset=utf-8' })
  const inbound = async (c: HttpContext) => {
    const signed = await proof.webhook(c)
    return xml(c, await incoming(signed))
  }
  const routes = [
    webhook(CARRIER, 'post', '/api/calls/websocket', inbound),
    webhook(CARRIER, 'post', '/api/calls/answer/{callId}', async (c) => xml(c, await answered(c))),
    webhook(CARRIER, 'post', '/api/calls/dial-action', async (c) => xml(c, await dialled(c))),
    webhook(CARRIER, 'post', '/api/calls/dial-action/{callId}', async (c) => xml(c, await dialled(c))),
  ]
  return { routes, ofNumber: async (c, number) => xml(c, await incoming(await proof.webhook(c, { number }))) }
}
