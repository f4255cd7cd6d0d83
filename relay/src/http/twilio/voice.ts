import type { Limits } from '../../access/limits.ts'
import type { Agent, Agents } from '../../agents/agents.ts'
import type { HouseNumber } from '../../agents/house-number.ts'
import type { PhoneBook } from '../../agents/number-book.ts'
import type { LiveCalls } from '../../calls/live-calls.ts'
import type { CallLog } from '../../calls/ports.ts'
import { hangUpTwiml, rejectTwiml, sayTwiml } from '../../carriers/twilio/twiml.ts'
import { readDialOutcome, readVoice, type VoiceRequest } from '../../carriers/twilio/webhooks.ts'
import type { Lines } from '../../lines/lines.ts'
import type { Logger } from '../../logger.ts'
import { Problem } from '../../protocol/index.ts'
import { CARRIER } from '../access.ts'
import { type Endpoint, type HttpContext, webhook } from '../endpoint.ts'
import { agentTwiml, bridgeTwiml, mediaOf, type TwilioUrls } from './answer.ts'
import type { Signed, TwilioProof } from './proof.ts'
import { verdictOf } from './verdict.ts'

/** Twilio asks what to do with a call: one that came in, or one of ours that was answered. */

const NOT_THERE = 'Nobody can take your call just now. Please try again later. Goodbye.'
const NOBODY = 'This number is not in service just now. Please call again later. Goodbye.'

export interface VoiceRooms {
  proof: TwilioProof
  numbers: PhoneBook
  agents: Agents
  calls: LiveCalls
  lines: Lines
  limits: Limits
  urls: TwilioUrls
  log: CallLog
  media: 'media-streams' | 'conversation-relay'
  draining: () => boolean
  logger: Logger
}

export function twilioVoice(rooms: VoiceRooms): Endpoint[] {
  const { calls, lines, logger, proof, urls } = rooms

  async function incoming({ form, number }: Signed): Promise<string> {
    const voice = readVoice(form)
    if (!voice) throw new Problem('invalid_request', 'This is not what Twilio says of a call.')
    if (!number.active) return nobody(number, voice, 'the number is switched off')
    if (rooms.draining()) return rejectTwiml('busy')
    const known = lines.named('twilio', voice.carrierCallId)
    const agent = await agentOf(number)
    if (!agent) return nobody(number, voice, 'no agent answers')
    const call = known ? calls.get(known.callId) : await taken(number, agent, voice)
    const line = call && lines.get(call.id)
    if (!call || !line) return rejectTwiml('busy')
    return agentTwiml({ call, line, lines, urls, media: mediaFor(agent, number), language: call.language })
  }

  const mediaFor = (agent: Agent, number: HouseNumber) =>
    mediaOf({ agent: agent.persona.phone.media, number: number.config, house: rooms.media })

  async function agentOf(number: HouseNumber): Promise<Agent | undefined> {
    const id = await rooms.numbers.answeringAgent(number)
    return id === undefined ? undefined : rooms.agents.get(number.organisationId, id)
  }

  function nobody(number: HouseNumber, { carrierCallId }: VoiceRequest, why: string): string {
    logger.warn({ phoneNumberId: number.id, carrierCallId, why }, 'a call that came in was not taken')
    return sayTwiml(NOBODY)
  }

  /** Undefined when there is no room for it. */
  async function taken(number: HouseNumber, agent: Agent, { carrierCallId, from, to }: VoiceRequest) {
    const { callsPerVisitorPerHour, concurrentCalls } = agent.persona.limits
    try {
      const release = await rooms.limits.openCall({
        address: from,
        agentId: agent.id,
        organisationId: agent.organisationId,
        perVisitorPerHour: callsPerVisitorPerHour,
        concurrentCalls,
        live: () => {
          const live = calls.list()
          return { ofAgent: live.filter((call) => call.agentId === agent.id).length, all: live.length }
        },
      })
      return await lines.receive({ number, carrierCallId, from, to, agent }).finally(release)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      logger.warn({ phoneNumberId: number.id, carrierCallId, code: error.code }, 'a call that came in was turned away')
      return undefined
    }
  }

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
  const ofNumber = async (c: HttpContext) => {
    const number = await rooms.numbers.withSecret(c.req.param('phoneId') ?? '', c.req.param('secret') ?? '')
    if (number?.provider !== 'twilio') throw new Problem('forbidden', 'This address wants the number’s own secret.')
    return xml(c, await incoming(await proof.webhook(c, { number })))
  }

  return [
    webhook(CARRIER, 'post', '/api/calls/websocket', inbound),
    webhook(CARRIER, 'post', '/api/calls/answer/{callId}', async (c) => xml(c, await answered(c))),
    webhook(CARRIER, 'post', '/api/calls/dial-action', async (c) => xml(c, await dialled(c))),
    webhook(CARRIER, 'post', '/api/calls/dial-action/{callId}', async (c) => xml(c, await dialled(c))),
    webhook(CARRIER, 'post', '/api/telephony/webhook/{phoneId}/{secret}', ofNumber),
  ]
}
