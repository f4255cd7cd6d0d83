import type { Agent } from '../agents/agents.ts'
import type { HouseNumber, NumberBook } from '../agents/house-number.ts'
import { chooseLanguage } from '../agents/language.ts'
import type { Call, LiveCalls } from '../calls/live-calls.ts'
import type { CallLog, Permit } from '../calls/ports.ts'
import type { CallUrls, CarrierFault } from '../carriers/carrier.ts'
import type { HouseGate } from '../gate/gate.ts'
import type { GateQuestion, Purpose } from '../gate/question.ts'
import { readNumber } from '../gate/reading.ts'
import type { Logger } from '../logger.ts'
import { Problem, type ProblemCode, type Variables } from '../protocol/index.ts'
import { type Candidate, createCandidates, personOf } from './candidates.ts'
import type { Meetings } from './meetings.ts'
import { currentLine, kindOf, placeOver } from './placing.ts'
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
  /** A number of ours that rings first where neither is named: others may follow. */
  firstNumberId?: string
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
  /** What the gate is asked before it rings. @throws Problem provider_unavailable when no number can ring */
  questionFor(order: RingOrder & { callId: string }): Promise<GateQuestion>
  /** Asks for another phone that is to be joined to this call. @throws Problem with the gate's refusal */
  permitFor(call: Call, agent: Agent, number: string, asker: GateQuestion['asker']): Promise<Permit>
  forget(callId: string): void
}

export function createOutgoing(o: {
  carriers: CarrierTable
  register: Register
  numbers: NumberBook
  calls: LiveCalls
  gate: Pick<HouseGate, 'ask' | 'instead' | 'settle'>
  meetings: Pick<Meetings, 'expect'>
  /** The call's next attempt is another carrier's. */
  passedOn: (callId: string) => void
  log: CallLog
  urls: (callId: string, number: HouseNumber) => CallUrls
  logger: Logger
}): Outgoing {
  const { calls, carriers, gate, logger, register } = o
  /** Permits of second phones, and those of them that did not ring because the first did not. */
  const seconds = new Map<string, Permit>()
  const unrung = new Map<string, Permit>()
  /** Numbers that are being rung or talked with: two tabs and an impatient finger are one wish. */
  const rung = new Map<string, string>()
  const forget = (callId: string) => {
    for (const [number, id] of rung) if (id === callId) rung.delete(number)
    seconds.delete(callId)
    unrung.delete(callId)
  }

  const candidatesFor = createCandidates({ carriers, numbers: o.numbers })

  const bridgesAtOnce = (number: HouseNumber) => carriers.abilities(number.provider)?.bridgesAtOnce === true

  /** A carrier that is told of both phones at once lets one ring after the other, and says of both no more than that it rings. */
  function phonesToRing(agent: Agent, candidates: readonly Candidate[]): 1 | 2 {
    const hasSecond = ({ answersAt, number }: Candidate) =>
      answersAt !== undefined || (personOf(agent) !== undefined && bridgesAtOnce(number))
    return candidates.some(hasSecond) ? 2 : 1
  }

  function insistNotRung({ asker }: RingOrder, number: string | undefined) {
    if (asker.kind !== 'visitor' || number === undefined || !rung.has(number)) return
    throw new Problem('conflict', 'This number is being called already: please answer the phone.')
  }

  /** Which numbers ring, and what the gate is to be asked of the first. */
  async function prepare(order: RingOrder & { callId: string }) {
    const { agent } = order
    const { persona } = agent
    const { candidates, why } = await candidatesFor.of(agent, order)
    const [first] = candidates
    if (!first) {
      logger.error({ agentId: agent.id }, `no number can ring: ${why}`)
      const told =
        order.asker.kind === 'operator' ? `No phone can ring: ${why}.` : 'We cannot call just now. Please talk or write to us here instead.'
      throw new Problem('provider_unavailable', told)
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
      carrier: first.number.provider,
      countries: persona.callbackCountries,
      maxDurationMs,
      ...(order.captchaToken ? { captchaToken: order.captchaToken } : {}),
      ...(order.captchaPassed ? { captchaPassed: true as const } : {}),
      ...(order.contactId ? { contactId: order.contactId } : {}),
    }
    return { candidates, first, maxDurationMs, question }
  }

  async function place(
    order: RingOrder & { callId: string },
    how: {
      candidates: readonly Candidate[]
      first: Candidate
      question: GateQuestion
      rule: string
      permit: Permit
      maxDurationMs: number
    },
  ): Promise<Rung> {
    const { agent, callId } = order
    const { candidates, first, maxDurationMs, permit, rule } = how
    const { persona } = agent
    const { phone } = persona
    const to = permit.number
    if (candidates.some(({ answersAt }) => answersAt?.phoneNumber === to)) {
      throw new Problem('invalid_phone_number', 'This is our own number: please give yours.')
    }
    const language = chooseLanguage(order.language, persona.languages)
    rung.set(to, callId)
    const firstLine = register.add(callId, first.number)
    const line = currentLine(firstLine)
    const opening = calls.open({
      id: callId,
      organisationId: agent.organisationId,
      agentId: agent.id,
      persona: { ...persona, limits: { ...persona.limits, maxDurationMs } },
      // A phone call's session begins with the call's own id until the carrier has named it.
      sessionId: order.sessionId ?? callId,
      modality: 'voice',
      kind: kindOf(agent, first),
      direction: 'outbound',
      language,
      variables: order.variables,
      details: { ...order.details, from: first.number.phoneNumber, to, purpose: order.purpose, rule },
      line,
      phoneNumberId: first.number.id,
      times: { firstConnectMs: PLACE_MS, ringMs: phonesToRing(agent, candidates) * phone.ringMs + RING_SLACK_MS, mediaMs: MEDIA_MS },
    })
    const call = await opening.catch((error: unknown) => {
      register.drop(callId)
      forget(callId)
      throw error
    })
    firstLine.join(call)
    call.feed.listen((event) => event.type === 'ended' && forget(callId))
    const second = await secondFor(call, agent, first).catch((error: unknown) => {
      call.hangUp('error')
      register.drop(callId)
      forget(callId)
      throw error
    })
    const placed = placeOver(
      {
        ...{ agent, call, candidates, line, permit, question: how.question, rule },
        order: {
          callId,
          to,
          answerWithinMs: phone.ringMs,
          maxDurationMs,
          record: order.record ?? phone.record,
          detectMachine: phone.voicemail ? 'message-end' : phone.detectMachine ? 'at-once' : 'no',
        },
      },
      {
        ...{ gate, log: o.log, logger, register, secondFor, urls: o.urls },
        meet(bridge, { answersAt, number }) {
          if (!answersAt) return
          const withinMs = PLACE_MS + phone.ringMs + RING_SLACK_MS
          const shown = [number.phoneNumber, ...phone.shownAs]
          o.meetings.expect({ bridge, agent, language, variables: order.variables }, { at: answersAt, visitor: to, shown, withinMs })
        },
        part(id) {
          o.passedOn(id)
          const unused = seconds.get(id)
          if (unused) unrung.set(id, unused)
        },
      },
      second,
    )
    return { call, placed }
  }

  async function permitFor(call: Call, agent: Agent, number: string, asker: GateQuestion['asker']): Promise<Permit> {
    const failed = unrung.get(call.id)
    unrung.delete(call.id)
    const question: GateQuestion = {
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
      ...(isNamedByOwner(agent, number) ? { namedByOwner: true as const } : {}),
    }
    const same = failed !== undefined && failed.number === (readNumber(number)?.e164 ?? number)
    const answer = await (same ? gate.instead(question, failed) : gate.ask(question))
    if (!answer.allowed) throw refusal(answer)
    return answer.permit
  }

  /**
   * The second phone, for carriers that want to know it at once. The gate is asked for a person's; a number of our own book is no stranger's phone:
   * the agent takes it up, at any hour, so there is nothing to ask. @throws Problem with the gate's refusal
   */
  async function secondFor(call: Call, agent: Agent, { answersAt, number }: Candidate): Promise<string | undefined> {
    if (answersAt) return answersAt.phoneNumber
    const person = personOf(agent)
    if (person === undefined || !bridgesAtOnce(number)) return undefined
    const permit = await permitFor(call, agent, person, { kind: 'operator', id: `agent ${agent.id}` })
    permit.redeem({ callId: call.id, number: permit.number })
    seconds.set(call.id, permit)
    return permit.number
  }

  return {
    canRing: async (agent) => (await candidatesFor.of(agent, {})).candidates.length > 0,
    async ring(given) {
      const callId = given.callId ?? calls.newId()
      const order = { ...given, callId }
      const how = await prepare(order)
      // Before the gate counts it: an impatient finger costs the visitor none of their calls.
      insistNotRung(order, readNumber(order.number, order.agent.persona.callbackCountries[0])?.e164)
      const answer = await gate.ask(how.question)
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
    questionFor: async (order) => (await prepare(order)).question,
    permitFor,
    forget,
  }
}

/** A phone that the agent's settings name for callers to be joined with: its person, and whom its menu leads to. */
function isNamedByOwner({ persona: { phone } }: Agent, number: string): boolean {
  const e164 = readNumber(number)?.e164
  const named = [phone.person, ...(phone.menu?.items ?? []).map(({ person }) => person)]
  return e164 !== undefined && named.some((each) => each !== undefined && readNumber(each)?.e164 === e164)
}

export function refusal(answer: { code: ProblemCode; message: string; retryAfterMs?: number }): Problem {
  return new Problem(answer.code, answer.message, answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs })
}
