import type { Agent } from '../agents/agents.ts'
import type { HouseNumber, NumberBook } from '../agents/house-number.ts'
import { chooseLanguage } from '../agents/language.ts'
import type { Call, LiveCalls } from '../calls/live-calls.ts'
import type { Permit } from '../calls/ports.ts'
import type { CallUrls, CarrierFault } from '../carriers/carrier.ts'
import type { HouseGate } from '../gate/gate.ts'
import type { GateQuestion, Purpose } from '../gate/question.ts'
import { readNumber } from '../gate/reading.ts'
import type { Logger } from '../logger.ts'
import { Problem, type ProblemCode, type Variables } from '../protocol/index.ts'
import type { Meetings } from './meetings.ts'
import type { CarrierTable, Register } from './register.ts'

/** A carrier's own ring time is a little longer than asked; beyond this its last word is lost. */
const RING_SLACK_MS = 20_000
/** From the placement to the first word of the carrier, queues at the carrier included. */
const PLACE_MS = 120_000
/** From the answer to the first sound. */
export const MEDIA_MS = 20_000

/** Who is to be rung, for whom, and why. */
export interface RingOrder {
  agent: Agent
  /** As somebody typed it, or E.164. */
  number: string
  purpose: Purpose
  consent: boolean
  asker: GateQuestion['asker']
  sessionId?: string
  /** The id it was promised. */
  callId?: string
  carrier?: string
  phoneNumberId?: string
  language?: string
  variables: Variables
  /** Kept with the call, sealed. */
  details: Record<string, unknown>
  maxDurationMs?: number
  record?: boolean
  captchaToken?: string
  /** It was passed when this call was asked for, to be made now. */
  captchaPassed?: true
  contactId?: string
}

export interface Rung {
  call: Call
  /** Resolves when the carrier has answered, with its fault if it refused. */
  placed: Promise<CarrierFault | undefined>
}

/** Making phones ring: the only place where a carrier is asked to. */
export interface Outgoing {
  /** Whether there is a number that can ring for this agent. */
  canRing(agent: Agent): Promise<boolean>
  /** @throws Problem with the gate's refusal, or provider_unavailable when no number can ring */
  ring(order: RingOrder): Promise<Rung>
  /** The same questions, without ringing. @throws Problem likewise */
  insistAllowed(order: RingOrder & { callId: string }): Promise<void>
  /** Asks for another phone that is to be joined to this call. @throws Problem with the gate's refusal */
  permitFor(call: Call, agent: Agent, number: string, asker: GateQuestion['asker']): Promise<Permit>
  forget(callId: string): void
}

export function createOutgoing(o: {
  carriers: CarrierTable
  register: Register
  numbers: NumberBook
  calls: LiveCalls
  gate: Pick<HouseGate, 'ask' | 'check' | 'settle'>
  meetings: Pick<Meetings, 'expect'>
  urls: (callId: string, number: HouseNumber) => CallUrls
  logger: Logger
}): Outgoing {
  const { calls, carriers, gate, logger, register } = o
  /** Numbers that are being rung or talked with: two tabs and an impatient finger are one wish. */
  const rung = new Map<string, string>()
  const forget = (callId: string) => {
    for (const [number, id] of rung) if (id === callId) rung.delete(number)
  }

  const numberFor = (agent: Agent, order: Pick<RingOrder, 'carrier' | 'phoneNumberId'>) => {
    const carrier = order.carrier ?? agent.persona.phone.carrier
    return o.numbers.forCall({
      organisationId: agent.organisationId,
      agentId: agent.id,
      ...(carrier ? { carrier } : {}),
      ...(order.phoneNumberId ? { phoneNumberId: order.phoneNumberId } : {}),
    })
  }
  const places = (number: HouseNumber | undefined) => number !== undefined && (carriers.abilities(number.provider)?.places ?? false)

  const personOf = ({ persona: { phone } }: Agent) => (phone.answeredBy === 'person' ? phone.person : undefined)
  /** Over a carrier that brings no sound the agent is rung too, at a number of ours: that, or whether it is not needed, or not there. */
  async function agentsNumber(agent: Agent, number: HouseNumber): Promise<HouseNumber | 'not-needed' | undefined> {
    if (carriers.abilities(number.provider)?.streams || personOf(agent) !== undefined) return 'not-needed'
    const { answersAt } = agent.persona.phone
    return o.numbers.forAnswer({
      organisationId: agent.organisationId,
      agentId: agent.id,
      ...(answersAt ? { phoneNumberId: answersAt } : {}),
    })
  }

  function insistNotRung({ asker }: RingOrder, number: string | undefined) {
    if (asker.kind !== 'visitor' || number === undefined || !rung.has(number)) return
    throw new Problem('conflict', 'This number is being called already: please answer the phone.')
  }

  /** Which number rings, and what the gate is to be asked. */
  async function prepare(order: RingOrder & { callId: string }) {
    const { agent } = order
    const { persona } = agent
    const number = await numberFor(agent, order)
    if (!number || !places(number)) {
      logger.error({ agentId: agent.id }, 'no number can ring: add one under /api/phone-numbers, or set a carrier’s variables')
      throw new Problem('provider_unavailable', 'We cannot call just now. Please talk or write to us here instead.')
    }
    const answersAt = await agentsNumber(agent, number)
    if (!answersAt) {
      const why = 'brings no sound: import a number at a carrier that does, where the agent can answer, or name a person to ring'
      logger.error({ agentId: agent.id, carrier: number.provider }, `this carrier ${why}`)
      throw new Problem('provider_unavailable', 'We cannot call just now. Please talk or write to us here instead.')
    }
    const maxDurationMs = Math.min(order.maxDurationMs ?? Number.POSITIVE_INFINITY, persona.limits.maxDurationMs)
    const question: GateQuestion = {
      callId: order.callId,
      number: order.number,
      purpose: order.purpose,
      consent: order.consent,
      organisationId: agent.organisationId,
      agentId: agent.id,
      asker: order.asker,
      carrier: number.provider,
      countries: persona.callbackCountries,
      maxDurationMs,
      ...(order.captchaToken ? { captchaToken: order.captchaToken } : {}),
      ...(order.captchaPassed ? { captchaPassed: true as const } : {}),
      ...(order.contactId ? { contactId: order.contactId } : {}),
    }
    return { number, maxDurationMs, question, ...(answersAt === 'not-needed' ? {} : { answersAt }) }
  }

  async function place(
    order: RingOrder & { callId: string },
    {
      answersAt,
      maxDurationMs,
      number,
      permit,
      rule,
    }: { number: HouseNumber; rule: string; permit: Permit; maxDurationMs: number; answersAt?: HouseNumber },
  ): Promise<Rung> {
    const { agent, callId } = order
    const { persona } = agent
    const { phone } = persona
    const to = permit.number
    if (answersAt?.phoneNumber === to) throw new Problem('invalid_phone_number', 'This is our own number: please give yours.')
    const language = chooseLanguage(order.language, persona.languages)
    rung.set(to, callId)
    const line = register.add(callId, number)
    const opening = calls.open({
      id: callId,
      organisationId: agent.organisationId,
      agentId: agent.id,
      persona: { ...persona, limits: { ...persona.limits, maxDurationMs } },
      // A phone call's session begins with the call's own id until the carrier has named it.
      sessionId: order.sessionId ?? callId,
      modality: 'voice',
      kind: personOf(agent) !== undefined || answersAt ? 'bridge' : 'phone',
      direction: 'outbound',
      language,
      variables: order.variables,
      details: { ...order.details, from: number.phoneNumber, to, purpose: order.purpose, rule },
      line,
      phoneNumberId: number.id,
      times: { firstConnectMs: PLACE_MS, ringMs: phone.ringMs + RING_SLACK_MS, mediaMs: MEDIA_MS },
    })
    const call = await opening.catch((error: unknown) => {
      register.drop(callId)
      forget(callId)
      throw error
    })
    line.join(call)
    call.feed.listen((event) => event.type === 'ended' && forget(callId))
    const bridgeTo = await secondFor(call, agent, number, answersAt).catch((error: unknown) => {
      call.hangUp('error')
      register.drop(callId)
      forget(callId)
      throw error
    })
    if (answersAt) {
      o.meetings.expect(
        { bridge: call, agent, language, variables: order.variables },
        { at: answersAt, visitor: to, shown: [number.phoneNumber, ...phone.shownAs], withinMs: PLACE_MS + phone.ringMs + RING_SLACK_MS },
      )
    }
    const placed = line.place(permit, {
      callId,
      to,
      from: number.phoneNumber,
      urls: o.urls(callId, number),
      answerWithinMs: phone.ringMs,
      maxDurationMs,
      record: order.record ?? phone.record,
      ...(bridgeTo === undefined ? {} : { bridgeTo }),
      detectMachine: phone.voicemail ? 'message-end' : phone.detectMachine ? 'at-once' : 'no',
    })
    return { call, placed }
  }

  async function permitFor(call: Call, agent: Agent, number: string, asker: GateQuestion['asker']): Promise<Permit> {
    const answer = await gate.ask({
      callId: call.id,
      number,
      purpose: 'requested',
      consent: true,
      organisationId: agent.organisationId,
      agentId: agent.id,
      asker,
      carrier: call.line?.carrier ?? '',
      countries: [],
      maxDurationMs: agent.persona.limits.maxDurationMs,
    })
    if (!answer.allowed) throw refusal(answer)
    return answer.permit
  }

  /**
   * The second phone, for carriers that want to know it at once. The gate is asked for a person's; a number of our own book is no stranger's phone:
   * the agent takes it up, at any hour, so there is nothing to ask. @throws Problem with the gate's refusal
   */
  async function secondFor(call: Call, agent: Agent, number: HouseNumber, answersAt: HouseNumber | undefined): Promise<string | undefined> {
    if (answersAt) return answersAt.phoneNumber
    const person = personOf(agent)
    if (call.kind !== 'bridge' || person === undefined || !carriers.abilities(number.provider)?.bridgesAtOnce) return undefined
    const permit = await permitFor(call, agent, person, { kind: 'operator', id: `agent ${agent.id}` })
    permit.redeem()
    return permit.number
  }

  return {
    async canRing(agent) {
      const number = await numberFor(agent, {})
      return number !== undefined && places(number) && (await agentsNumber(agent, number)) !== undefined
    },
    async ring(given) {
      const callId = given.callId ?? calls.newId()
      const order = { ...given, callId }
      const { question, ...how } = await prepare(order)
      // Before the gate counts it: an impatient finger costs the visitor none of their calls.
      insistNotRung(order, readNumber(order.number, order.agent.persona.callbackCountries[0])?.e164)
      const answer = await gate.ask(question)
      if (!answer.allowed) throw refusal(answer)
      try {
        insistNotRung(order, answer.number)
        return await place(order, { ...how, rule: answer.rule, permit: answer.permit })
      } catch (error) {
        // Nothing rang, so nothing is spent.
        await gate.settle(callId, { durationMs: 0 })
        throw error
      }
    },
    async insistAllowed(order) {
      const { question } = await prepare(order)
      const checked = await gate.check(question, { captcha: 'take' })
      if (!checked.allowed) throw refusal(checked)
    },
    permitFor,
    forget,
  }
}

function refusal(answer: { code: ProblemCode; message: string; retryAfterMs?: number }): Problem {
  return new Problem(answer.code, answer.message, answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs })
}
