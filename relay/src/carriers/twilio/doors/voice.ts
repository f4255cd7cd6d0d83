import type { Agent } from '../../../agents/agents.ts'
import type { HouseNumber } from '../../../agents/house-number.ts'
import type { Call } from '../../../calls/live-calls.ts'
import type { HttpContext } from '../../../http/endpoint.ts'
import type { LiveLine } from '../../../lines/line.ts'
import { Problem } from '../../../protocol/index.ts'
import type { Answer, CarrierRoute, House } from '../../house.ts'
import { pageOf } from '../page/calls.ts'
import { hangUpTwiml, rejectTwiml, sayTwiml } from '../twiml.ts'
import { readDialOutcome, readVoice } from '../webhooks.ts'
import { bridgeTwiml, mediaOf, soundTwiml } from './answer.ts'
import type { TwilioRelay } from './conversation-relay.ts'
import type { Signed, TwilioProof } from './proof.ts'
import type { SpokenFor } from './spoken-for.ts'
import type { TwilioUrls } from './urls.ts'
import { verdictOf } from './verdict.ts'

/** Twilio asks what to do with a call: one that came in, or one of ours that was answered. */

const NOT_THERE = 'Nobody can take your call just now. Please try again later. Goodbye.'
const NOBODY = 'This number is not in service just now. Please call again later. Goodbye.'

/** Its routes, and what a number of Twilio's answers at its own address. */
export function twilioVoice(
  house: House,
  {
    callerAsks,
    ofPage,
    proof,
    relay,
    spokenFor,
    urls,
  }: {
    proof: TwilioProof
    spokenFor: SpokenFor
    relay: TwilioRelay
    urls: TwilioUrls
    ofPage: (signed: Signed) => string
    /** It is in no conference any more. */
    callerAsks: (callId: string) => void
  },
): { routes: CarrierRoute[]; asked: Answer; named: (callId: string) => void } {
  const { calls, lines, logger } = house

  async function incoming(signed: Signed): Promise<string> {
    const { form, number } = signed
    if (pageOf(form) !== undefined) return ofPage(signed)
    const voice = readVoice(form)
    if (!voice) throw new Problem('invalid_request', 'This is not what Twilio says of a call.')
    const received = await house.reception.receive(number, voice)
    if (received.is !== 'taken') return received.is === 'nobody' ? sayTwiml(NOBODY) : rejectTwiml('busy')
    const { agent, call, line } = received
    return agentTwiml(call, agent, line)
  }

  /** What Twilio is to do with a call whose agent is ours: bring the sound, or hear and speak itself. */
  function agentTwiml(call: Call, agent: Agent, line: LiveLine): string {
    if (wantsWords(call, agent, line.number)) {
      if (calls.speaksWords(agent.persona)) return relay.twiml({ call, agent, line })
      const why = 'no engine of the agent that can run hears and speaks words: give it a text engine as a fallback'
      logger.warn({ callId: call.id, why }, 'a call goes over Media Streams instead of ConversationRelay')
      house.log.event(call.id, 'media.instead', { wanted: 'conversation-relay', media: 'media-streams', why })
    }
    return soundTwiml({ call, line, lines, urls })
  }

  /** What a page says beside its sound needs the sound to be here. */
  const wantsWords = (call: Call, agent: Agent, number: HouseNumber) =>
    call.kind === 'phone' &&
    mediaOf({ agent: agent.persona.phone.media, number: number.config, house: house.settings.twilio.TWILIO_MEDIA }) === 'conversation-relay'

  /** Before somebody answers, so that no engine begins that would have to leave again. */
  async function prepare(callId: string): Promise<void> {
    const [call, line] = [calls.get(callId), lines.get(callId)]
    const agent = call && (await house.agents.get(call.organisationId, call.agentId))
    if (agent && line && wantsWords(call, agent, line.number) && calls.speaksWords(agent.persona)) call.wordsOnly()
  }

  /** One of ours was answered, or its sound broke and wants another socket. */
  async function answered(c: HttpContext): Promise<string> {
    const callId = c.req.param('callId') ?? ''
    const signed = await proof.webhook(c, { callId })
    const voice = readVoice(signed.form)
    const live = voice && spokenFor.live(c, signed, voice.carrierCallId)
    if (!live) return hangUpTwiml()
    const { call, line } = live
    line.name(voice.carrierCallId)
    if (voice.carrierCallId !== line.carrierCallId) return hangUpTwiml()
    callerAsks(callId)
    const agent = await house.agents.get(call.organisationId, call.agentId)
    call.answers()
    if (agent && voice.answeredBy) lines.machine(call, agent.persona.phone.voicemail, verdictOf(voice.answeredBy))
    if (!agent || call.endReason) return hangUpTwiml()
    return call.kind === 'bridge' ? bridgedOnce(call, agent, line) : agentTwiml(call, agent, line)
  }

  /** What a bridge's line was told: Twilio asks again where our answer was lost, and the gate has counted the person's phone already. */
  const bridgedLines = new WeakMap<LiveLine, Promise<string>>()
  function bridgedOnce(call: Call, agent: Agent, line: LiveLine): Promise<string> {
    const told = bridgedLines.get(line) ?? bridged(call, agent, line)
    bridgedLines.set(line, told)
    // What was not decided is asked again.
    told.catch(() => bridgedLines.delete(line))
    return told
  }

  /** The person's phone asks the gate like any other. */
  async function bridged(call: Call, agent: Agent, line: LiveLine): Promise<string> {
    const { person, ringMs } = agent.persona.phone
    if (person === undefined) return hangUpTwiml()
    const { maxDurationMs } = agent.persona.limits
    try {
      const number = await lines.bridge(call, agent, person)
      return bridgeTwiml({ call, line, urls, person: number, answerWithinMs: ringMs, maxDurationMs })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      logger.warn({ callId: call.id, code: error.code }, 'the person’s phone may not be rung')
      return sayTwiml(NOBODY)
    }
  }

  /** The other phone came off so. Whoever still waits goes on with the agent, if one was there before. */
  async function dialled(c: HttpContext): Promise<string> {
    const given = c.req.param('callId')
    const signed = await proof.webhook(c, given === undefined ? {} : { callId: given })
    const outcome = readDialOutcome(signed.form)
    if (!outcome) throw new Problem('invalid_request', 'This is not what Twilio says of a phone that was to be joined.')
    const live = spokenFor.live(c, signed, outcome.carrierCallId)
    if (!live) return hangUpTwiml()
    const { call, line } = live
    // Who is rung again after this is asked for again.
    bridgedLines.delete(line)
    const { durationMs, endReason, status } = outcome
    house.log.event(call.id, 'joined.over', {
      status,
      ...(endReason ? { reason: endReason } : {}),
      ...(durationMs === undefined ? {} : { durationMs }),
    })
    if (!outcome.live || status === 'completed') return hangUpTwiml()
    const agent = await house.agents.get(call.organisationId, call.agentId)
    if (call.kind === 'bridge' || !agent) return sayTwiml(NOT_THERE)
    return agentTwiml(call, agent, line)
  }

  const xml = (c: HttpContext, text: string) => c.body(text, 200, { 'Content-Type': 'text/xml; charset=utf-8' })
  const inbound = async (c: HttpContext) => {
    const signed = await proof.webhook(c)
    return xml(c, await incoming(signed))
  }
  const routes: CarrierRoute[] = [
    { method: 'post', path: '/api/calls/websocket', answer: inbound },
    { method: 'post', path: '/api/calls/answer/{callId}', answer: async (c) => xml(c, await answered(c)) },
    { method: 'post', path: '/api/calls/dial-action', answer: async (c) => xml(c, await dialled(c)) },
    { method: 'post', path: '/api/calls/dial-action/{callId}', answer: async (c) => xml(c, await dialled(c)) },
  ]
  return {
    routes,
    named(callId) {
      prepare(callId).catch((error: unknown) => logger.warn({ err: error, callId }, 'a call’s engines could not be chosen beforehand'))
    },
    async asked(c, number) {
      // Calls come in by POST alone.
      if (c.req.method === 'GET') throw new Problem('forbidden', 'This address wants Twilio’s signature over the URL it was given.')
      return xml(c, await incoming(await proof.webhook(c, { number })))
    },
  }
}
