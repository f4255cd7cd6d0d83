import type { Limits } from '../access/limits.ts'
import type { Agent } from '../agents/agents.ts'
import type { HouseNumber, NumberBook } from '../agents/house-number.ts'
import { chooseLanguage } from '../agents/language.ts'
import type { Call, LiveCalls } from '../calls/live-calls.ts'
import type { CallLog, Clock } from '../calls/ports.ts'
import type { Abilities, CallUrls, LineEvent } from '../carriers/carrier.ts'
import type { HouseGate } from '../gate/gate.ts'
import type { GateQuestion } from '../gate/question.ts'
import type { Logger } from '../logger.ts'
import { leadFromMenu, menuPersona } from './caller-menu.ts'
import { createLed, type Led } from './led.ts'
import type { LiveLine } from './line.ts'
import { createMeetings, type Meeting, type Meetings } from './meetings.ts'
import { createOutgoing, MEDIA_MS, type Outgoing } from './outgoing.ts'
import { type CarrierTable, createRegister } from './register.ts'
import type { SharedArrivals } from './shared-arrivals.ts'
import { createStreamTokens } from './stream-tokens.ts'

/** A call that came in at one of our numbers. */
export interface Incoming {
  number: HouseNumber
  carrierCallId: string
  from: string
  to: string
  agent: Agent
  /** What it belongs to, where it was expected. */
  meeting?: Meeting
}

/** Every call that goes over a carrier. */
export interface Lines extends Omit<Outgoing, 'forget'> {
  /** The same carrier's call again is the same call. @throws Problem when it cannot be taken */
  receive(incoming: Incoming): Promise<Call>
  /** A carrier brings a call that lives here already: a page's, which went to the carrier by itself. */
  carried(call: Call, number: HouseNumber, carrierCallId: string): LiveLine
  /** What an incoming call belongs to: a call of ours that another carrier brings here, one of several and so none, one of another relay's, or nothing. */
  expected: Meetings['claim']
  /** The line of a call that is not over at its carrier. */
  get(callId: string): LiveLine | undefined
  /** The line that this call talks over: its own, or its menu's. */
  under(call: Call): LiveLine | undefined
  /** The call in which this one's caller talks: itself, or the one that its menu led to. */
  talkOf: Led['talkOf']
  named(carrier: string, carrierCallId: string): LiveLine | undefined
  /** What a carrier says of a call; of one that nobody holds any more it is hung up if it lives. */
  tell(callId: string, event: LineEvent): Promise<void>
  /** The agent's person may be rung for this call, under the number that this resolves with, and nothing else. @throws Problem with the gate's refusal */
  bridge(call: Call, agent: Agent, person: string): Promise<string>
  /** Joins who is on the phone with another one; the agent leaves, also where a menu led to it. @throws Problem with the gate's refusal, CarrierFault */
  transfer(call: Call, agent: Agent, to: string, o: { asker: GateQuestion['asker']; statusUrl: string }): Promise<void>
  /** Who took the phone up: a machine is hung up, or gets the agent's message after its beep. */
  machine(call: Call, voicemail: string | undefined, verdict: Verdict): void
  /** The right to bring the sound of this call, for a minute or `validMs`; undefined when its carrier has had several and used none. */
  streamToken(callId: string, validMs?: number): string | undefined
  /** The call that this right is for; it works once. */
  takeStream(token: string): { call: Call; line: LiveLine } | undefined
  /** The same, and the right stays: what it is for has to be known before it is proven who uses it. */
  streamOf(token: string): { call: Call; line: LiveLine } | undefined
  /** Which call a right says it is for, wherever that lives. */
  claimedBy(token: string): string | undefined
  abilities(carrier: string): Abilities | undefined
  readonly size: number
  /** The relay leaves: no carrier is asked any more. Resolves when those that were told to hang up have answered. */
  close(): Promise<void>
}

export type Verdict = 'human' | 'machine' | 'message-end' | 'fax' | 'unknown'

export function createLines(o: {
  carriers: CarrierTable
  numbers: NumberBook
  calls: LiveCalls
  gate: Pick<HouseGate, 'ask' | 'instead' | 'settle'>
  log: CallLog
  /** Where the carrier finds us for this call. */
  urls: (callId: string, number: HouseNumber) => CallUrls
  /** What is known of a call that this relay does not hold: whether it is over, and over which number it went. */
  past: (callId: string) => Promise<{ over: boolean; phoneNumberId: string | undefined } | undefined>
  /** In a house of several relays: which calls all of them wait for. */
  sharedArrivals?: SharedArrivals | undefined
  limits: Pick<Limits, 'openCall'>
  /** Whom a menu may lead to. */
  agentOf: (organisationId: string, id: string) => Promise<Agent | undefined>
  clock: Clock
  logger: Logger
}): Lines {
  const { calls, carriers, clock, log, logger } = o
  const tokens = createStreamTokens({ clock })
  const register = createRegister({
    ...o,
    onOver(callId) {
      forget(callId)
      tokens.forget(callId)
    },
  })
  const meetings = createMeetings({ clock, log, logger, shared: o.sharedArrivals })
  const { forget, permitFor, ...outgoing } = createOutgoing({
    ...o,
    register,
    meetings,
    passedOn(callId) {
      tokens.forget(callId)
      meetings.forget(callId)
    },
  })
  const receiving = new Map<string, Promise<Call>>()
  const led = createLed()
  const under = (call: Call) => register.get(led.holderOf(call).id)

  async function receive({ agent, number, carrierCallId, from, meeting, to }: Incoming): Promise<Call> {
    if (meeting) register.get(meeting.bridge.id)?.met()
    const callId = calls.newId()
    const line = register.add(callId, number)
    const { persona } = agent
    const language = meeting?.language ?? chooseLanguage(undefined, persona.languages)
    // Who was rung by us has chosen already.
    const menu = meeting === undefined && carriers.abilities(number.provider)?.hearsDigits ? persona.phone.menu : undefined
    try {
      const call = await calls.open({
        id: callId,
        organisationId: number.organisationId,
        agentId: agent.id,
        persona: menu ? menuPersona(persona, menu, language) : persona,
        sessionId: meeting?.bridge.sessionId ?? carrierCallId,
        modality: 'voice',
        kind: 'phone',
        direction: 'inbound',
        language,
        variables: meeting?.variables ?? {},
        details: { from, to },
        line,
        phoneNumberId: number.id,
        carrierCallId,
        times: { firstConnectMs: MEDIA_MS, mediaMs: MEDIA_MS },
      })
      line.join(call)
      line.name(carrierCallId)
      if (meeting) meetings.meet(meeting, call)
      if (menu) {
        const joinWith = async (person: string) => {
          if (!carriers.abilities(number.provider)?.transfers) throw new Error('this carrier joins no phone to a call that lives')
          const { joined, status } = o.urls(callId, number)
          await join(call, agent, person, { asker: { kind: 'operator', id: `menu of ${agent.id}` }, statusUrl: joined ?? status })
        }
        leadFromMenu({
          ...{ call, agent, menu, calls, limits: o.limits, log, logger, joinWith },
          agentOf: o.agentOf,
          onLed: (to) => led.on(call, to),
          phoneNumberId: number.id,
          details: { from, to },
        })
      }
      return call
    } catch (error) {
      register.drop(callId)
      // Who was rung is heard by nobody.
      meeting?.bridge.hangUp('error')
      throw error
    }
  }

  const join: Lines['transfer'] = async (asked, agent, to, { asker, statusUrl }) => {
    const line = under(asked)
    if (line?.carrierCallId === undefined) return
    // What the phones of a line cost is settled with the line.
    const permit = await permitFor(led.holderOf(asked), agent, to, asker)
    const call = led.talkOf(asked)
    log.event(call.id, 'transfer', { by: asker.kind })
    // Before the carrier takes the sound away.
    call.joined()
    const order = {
      callId: line.callId,
      to: permit.number,
      callerId: line.number.phoneNumber,
      statusUrl,
      answerWithinMs: agent.persona.phone.ringMs,
    }
    await line.account.transfer(permit, line.carrierCallId, order).catch((error: unknown) => {
      call.notJoined()
      throw error
    })
  }

  function ofCall(callId: string | undefined) {
    const call = callId === undefined ? undefined : calls.get(callId)
    const line = callId === undefined ? undefined : register.get(callId)
    return call && line ? { call, line } : undefined
  }

  /** Nobody here knows it: a relay before this one placed it, or it ended while its placement hung. A phone that rings for nobody is hung up. */
  async function tellPast(callId: string, event: LineEvent): Promise<void> {
    if (event.status === 'completed' || event.status === 'failed') return
    const known = await o.past(callId)
    if (!known?.over || known.phoneNumberId === undefined) return
    const number = await o.numbers.find(known.phoneNumberId)
    if (!number || !carriers.abilities(number.provider)?.hangsUp) return
    logger.warn({ callId, carrier: number.provider }, 'a call that is over still lives at its carrier: hanging up')
    await carriers.open(number).hangUp(event.carrierCallId)
  }

  return {
    ...outgoing,
    permitFor,
    carried(call, number, carrierCallId) {
      const line = register.add(call.id, number)
      line.join(call)
      line.name(carrierCallId)
      return line
    },
    receive(incoming) {
      const { carrierCallId, number } = incoming
      const known = calls.get(register.named(number.provider, carrierCallId)?.callId ?? '')
      if (known) return Promise.resolve(known)
      const name = `${number.provider} ${carrierCallId}`
      const same = receiving.get(name) ?? receive(incoming).finally(() => receiving.delete(name))
      receiving.set(name, same)
      return same
    },
    expected: meetings.claim,
    get: register.get,
    under,
    talkOf: led.talkOf,
    named: register.named,
    async tell(callId, event) {
      const line = register.get(callId)
      if (line) line.tell(event)
      else await tellPast(callId, event)
    },
    async bridge(call, agent, person) {
      const permit = await permitFor(call, agent, person, { kind: 'operator', id: `agent ${agent.id}` })
      permit.redeem({ callId: call.id, number: permit.number })
      call.joined()
      return permit.number
    },
    transfer: join,
    machine(call, voicemail, verdict) {
      log.event(call.id, 'line.answered-by', { verdict })
      if (verdict === 'human' || verdict === 'unknown') return
      if (voicemail === undefined || verdict === 'fax') call.hangUp('machine')
      else if (verdict === 'message-end') call.leaveMessage(voicemail, 'machine')
    },
    streamToken: tokens.issue,
    claimedBy: tokens.claims,
    takeStream: (token) => ofCall(tokens.take(token)),
    streamOf: (token) => ofCall(tokens.whose(token)),
    abilities: carriers.abilities,
    get size() {
      return register.size
    },
    close: register.close,
  }
}
