import type { Agent } from '../agents/agents.ts'
import type { HouseNumber, NumberBook } from '../agents/house-number.ts'
import { chooseLanguage } from '../agents/language.ts'
import type { Call, LiveCalls } from '../calls/live-calls.ts'
import type { AudioLeg, CallLog, Clock, Permit } from '../calls/ports.ts'
import type { Abilities, CallUrls, CarrierAccount, CarrierFault, LineEvent } from '../carriers/carrier.ts'
import type { HouseGate } from '../gate/gate.ts'
import type { GateQuestion, Purpose } from '../gate/question.ts'
import type { Logger } from '../logger.ts'
import { Problem, type ProblemCode, type Variables } from '../protocol/index.ts'
import { createLine, type LiveLine } from './line.ts'
import { createStreamTokens } from './stream-tokens.ts'

/** A carrier's own ring time is a little longer than asked; beyond this its last word is lost. */
const RING_SLACK_MS = 20_000
/** From the placement to the first word of the carrier, queues at the carrier included. */
const PLACE_MS = 120_000
/** From the answer to the first sound. */
const MEDIA_MS = 20_000

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
  contactId?: string
}

export interface Rung {
  call: Call
  /** Resolves when the carrier has answered, with its fault if it refused. */
  placed: Promise<CarrierFault | undefined>
}

/** A call that came in at one of our numbers. */
export interface Incoming {
  number: HouseNumber
  carrierCallId: string
  from: string
  to: string
  agent: Agent
}

/** Every call that goes over a carrier: the only place where a phone is made to ring. */
export interface Lines {
  /** Whether there is a number that can ring for this agent. */
  canRing(agent: Agent): Promise<boolean>
  /** @throws Problem with the gate's refusal, or provider_unavailable when no number can ring */
  ring(order: RingOrder): Promise<Rung>
  /** The same questions, without ringing. @throws Problem likewise */
  insistAllowed(order: RingOrder & { callId: string }): Promise<void>
  /** The same carrier's call again is the same call. @throws Problem when it cannot be taken */
  receive(incoming: Incoming): Promise<Call>
  /** The line of a call that is not over at its carrier. */
  get(callId: string): LiveLine | undefined
  named(carrier: string, carrierCallId: string): LiveLine | undefined
  /** What a carrier says of a call; of one that nobody holds any more it is hung up if it lives. */
  tell(callId: string, event: LineEvent): Promise<void>
  /** Asks whether a person's phone may be joined to this call; undefined when it may, else the rule that refuses. */
  join(call: Call, agent: Agent, person: string): Promise<string | undefined>
  /** Who took the phone up: a machine is hung up, or gets the agent's message after its beep. */
  machine(callId: string, verdict: 'human' | 'machine' | 'message-end' | 'fax' | 'unknown'): void
  /** The right to bring the sound of this call. */
  streamToken(callId: string): string
  /** The call that this right is for; it works once. */
  takeStream(token: string): { call: Call; line: LiveLine } | undefined
  attach(callId: string, leg: AudioLeg): void
  abilities(carrier: string): Abilities | undefined
  account(number: HouseNumber): CarrierAccount
  readonly size: number
}

/** What the lines need of a carrier: its abilities, and an account for a number's credentials. */
export interface CarrierTable {
  abilities(carrier: string): Abilities | undefined
  open(number: HouseNumber): CarrierAccount
  pollMs(carrier: string): number
}

export function createLines(o: {
  carriers: CarrierTable
  numbers: NumberBook
  calls: LiveCalls
  gate: Pick<HouseGate, 'ask' | 'check' | 'settle'>
  log: CallLog
  /** Where the carrier finds us for this call. */
  urls: (callId: string) => CallUrls
  /** What is known of a call that this relay does not hold: whether it is over, and over which number it went. */
  past: (callId: string) => Promise<{ over: boolean; phoneNumberId: string | undefined } | undefined>
  clock: Clock
  logger: Logger
}): Lines {
  const { calls, carriers, clock, log, logger } = o
  const lines = new Map<string, LiveLine>()
  const names = new Map<string, string>()
  /** What calls that live say to a machine. */
  const voicemails = new Map<string, string>()
  const tokens = createStreamTokens({ clock })
  /** Numbers that are being rung or talked with: two tabs and an impatient finger are one wish. */
  const rung = new Map<string, string>()
  const forgetNumber = (callId: string) => {
    for (const [number, id] of rung) if (id === callId) rung.delete(number)
  }
  const nameOf = (carrier: string, carrierCallId: string) => `${carrier} ${carrierCallId}`

  function newLine(callId: string, number: HouseNumber): LiveLine {
    const line = createLine({
      callId,
      number,
      account: carriers.open(number),
      needsPolling: carriers.abilities(number.provider)?.needsPolling ?? false,
      pollMs: carriers.pollMs(number.provider),
      clock,
      logger,
      keepName(carrierCallId) {
        names.set(nameOf(number.provider, carrierCallId), callId)
        return log.line(callId, carrierCallId)
      },
      onNote: (type, payload) => log.event(callId, type, payload),
      onOver(last) {
        lines.delete(callId)
        forgetNumber(callId)
        tokens.forget(callId)
        if (line.carrierCallId !== undefined) names.delete(nameOf(number.provider, line.carrierCallId))
        const amount = last?.price?.amount
        o.gate
          .settle(callId, { durationMs: last?.durationMs ?? 0, ...(amount === undefined ? {} : { amount }) })
          .catch((error: unknown) => logger.warn({ err: error, callId }, 'what a call cost was not written down'))
      },
    })
    lines.set(callId, line)
    return line
  }

  /** Which number rings, and what the gate is to be asked. */
  async function prepare(order: RingOrder & { callId: string }) {
    const { agent, callId } = order
    const { organisationId, persona } = agent
    const carrier = order.carrier ?? persona.phone.carrier
    const number = await o.numbers.forCall({
      organisationId,
      agentId: agent.id,
      ...(carrier ? { carrier } : {}),
      ...(order.phoneNumberId ? { phoneNumberId: order.phoneNumberId } : {}),
    })
    if (!number || !carriers.abilities(number.provider)?.places) {
      logger.error({ organisationId, carrier }, 'no number can ring: add one under /api/phone-numbers, or set a carrier’s variables')
      throw new Problem('provider_unavailable', 'We cannot call just now. Please talk or write to us here instead.')
    }
    const maxDurationMs = Math.min(order.maxDurationMs ?? Number.POSITIVE_INFINITY, persona.limits.maxDurationMs)
    const question: GateQuestion = {
      callId,
      number: order.number,
      purpose: order.purpose,
      consent: order.consent,
      organisationId,
      agentId: agent.id,
      asker: order.asker,
      carrier: number.provider,
      countries: persona.callbackCountries,
      maxDurationMs,
      ...(order.captchaToken ? { captchaToken: order.captchaToken } : {}),
      ...(order.contactId ? { contactId: order.contactId } : {}),
    }
    return { number, maxDurationMs, question }
  }

  function refusal(answer: { code: ProblemCode; message: string; retryAfterMs?: number }): Problem {
    return new Problem(answer.code, answer.message, answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs })
  }

  async function ring(given: RingOrder): Promise<Rung> {
    const callId = given.callId ?? calls.newId()
    const order = { ...given, callId }
    const { number, maxDurationMs, question } = await prepare(order)
    const answer = await o.gate.ask(question)
    if (!answer.allowed) throw refusal(answer)
    try {
      if (order.asker.kind === 'visitor' && rung.has(answer.number)) {
        throw new Problem('conflict', 'This number is being called already: please answer the phone.')
      }
      return await place(order, { number, to: answer.number, rule: answer.rule, permit: answer.permit, maxDurationMs })
    } catch (error) {
      // Nothing rang, so nothing is spent.
      await o.gate.settle(callId, { durationMs: 0 })
      throw error
    }
  }

  async function place(
    order: RingOrder & { callId: string },
    { maxDurationMs, number, permit, rule, to }: { number: HouseNumber; to: string; rule: string; permit: Permit; maxDurationMs: number },
  ): Promise<Rung> {
    const { agent, callId } = order
    const { persona } = agent
    const { phone } = persona
    rung.set(to, callId)
    const line = newLine(callId, number)
    const bridged = phone.answeredBy === 'person' && phone.person !== undefined
    const opening = calls.open({
      id: callId,
      organisationId: agent.organisationId,
      agentId: agent.id,
      persona: { ...persona, limits: { ...persona.limits, maxDurationMs } },
      // A phone call's session begins with the call's own id until the carrier has named it.
      sessionId: order.sessionId ?? callId,
      modality: 'voice',
      kind: bridged ? 'bridge' : 'phone',
      direction: 'outbound',
      language: chooseLanguage(order.language, persona.languages),
      variables: order.variables,
      details: { ...order.details, from: number.phoneNumber, to, purpose: order.purpose, rule },
      line,
      phoneNumberId: number.id,
      times: { firstConnectMs: PLACE_MS, ringMs: phone.ringMs + RING_SLACK_MS, mediaMs: bridged ? Number.POSITIVE_INFINITY : MEDIA_MS },
    })
    const call = await opening.catch((error: unknown) => {
      lines.delete(callId)
      forgetNumber(callId)
      throw error
    })
    line.join(call)
    if (phone.voicemail) voicemails.set(callId, phone.voicemail)
    call.feed.listen((event) => {
      if (event.type !== 'ended') return
      forgetNumber(callId)
      voicemails.delete(callId)
    })
    const placed = line.place(permit, {
      callId,
      to,
      from: number.phoneNumber,
      urls: o.urls(callId),
      answerWithinMs: phone.ringMs,
      maxDurationMs,
      record: order.record ?? phone.record,
      detectMachine: phone.voicemail ? 'message-end' : phone.detectMachine ? 'at-once' : 'no',
    })
    return { call, placed }
  }

  const receiving = new Map<string, Promise<Call>>()

  async function receive({ agent, number, carrierCallId, from, to }: Incoming): Promise<Call> {
    const callId = calls.newId()
    const line = newLine(callId, number)
    const { persona } = agent
    try {
      const call = await calls.open({
        id: callId,
        organisationId: number.organisationId,
        agentId: agent.id,
        persona,
        sessionId: carrierCallId,
        modality: 'voice',
        kind: 'phone',
        direction: 'inbound',
        language: chooseLanguage(undefined, persona.languages),
        variables: {},
        details: { from, to },
        line,
        phoneNumberId: number.id,
        carrierCallId,
        times: { firstConnectMs: MEDIA_MS, mediaMs: MEDIA_MS },
      })
      line.join(call)
      line.name(carrierCallId)
      return call
    } catch (error) {
      lines.delete(callId)
      throw error
    }
  }

  /** Nobody here knows it: a relay before this one placed it, or it ended while its placement hung. A phone that rings for nobody is hung up. */
  async function tellPast(callId: string, event: LineEvent): Promise<void> {
    if (event.status === 'completed' || event.status === 'failed') return
    const known = await o.past(callId)
    if (!known?.over || known.phoneNumberId === undefined) return
    const number = await o.numbers.find(known.phoneNumberId)
    if (!number) return
    logger.warn({ callId, carrier: number.provider }, 'a call that is over still lives at its carrier: hanging up')
    await carriers.open(number).hangUp(event.carrierCallId)
  }

  return {
    ring,
    async canRing(agent) {
      const { carrier } = agent.persona.phone
      const number = await o.numbers.forCall({ organisationId: agent.organisationId, agentId: agent.id, ...(carrier ? { carrier } : {}) })
      return number !== undefined && (carriers.abilities(number.provider)?.places ?? false)
    },
    async insistAllowed(order) {
      const { question } = await prepare(order)
      const checked = await o.gate.check(question, { captcha: 'take' })
      if (!checked.allowed) throw refusal(checked)
    },
    receive(incoming) {
      const name = nameOf(incoming.number.provider, incoming.carrierCallId)
      const known = calls.get(names.get(name) ?? '')
      if (known) return Promise.resolve(known)
      const same = receiving.get(name) ?? receive(incoming).finally(() => receiving.delete(name))
      receiving.set(name, same)
      return same
    },
    get: (callId) => lines.get(callId),
    named: (carrier, carrierCallId) => lines.get(names.get(nameOf(carrier, carrierCallId)) ?? ''),
    async tell(callId, event) {
      const line = lines.get(callId)
      if (line) line.tell(event)
      else await tellPast(callId, event)
    },
    async join(call, agent, person) {
      const line = lines.get(call.id)
      if (!line) return 'over'
      const { limits, phone } = agent.persona
      const answer = await o.gate.ask({
        callId: call.id,
        number: person,
        purpose: phone.answeredBy === 'person' ? 'requested' : 'service',
        consent: true,
        organisationId: agent.organisationId,
        agentId: agent.id,
        asker: { kind: 'operator', id: 'bridge' },
        carrier: line.carrier,
        countries: [],
        maxDurationMs: limits.maxDurationMs,
      })
      if (!answer.allowed) return answer.rule
      answer.permit.redeem()
      return undefined
    },
    machine(callId, verdict) {
      const call = calls.get(callId)
      log.event(callId, 'line.answered-by', { verdict })
      if (!call || verdict === 'human' || verdict === 'unknown') return
      const message = voicemails.get(callId)
      if (message === undefined || verdict === 'fax') call.hangUp('machine')
      else if (verdict === 'message-end') call.leaveMessage(message, 'machine')
    },
    streamToken: (callId) => tokens.issue(callId),
    takeStream(token) {
      const callId = tokens.take(token)
      const call = callId === undefined ? undefined : calls.get(callId)
      const line = callId === undefined ? undefined : lines.get(callId)
      return call && line ? { call, line } : undefined
    },
    attach: (callId, leg) => calls.get(callId)?.attach(leg),
    abilities: (carrier) => carriers.abilities(carrier),
    account: (number) => carriers.open(number),
    get size() {
      return lines.size
    },
  }
}
