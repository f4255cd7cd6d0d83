import { createHash } from 'node:crypto'
import type { Keyring } from '../access/encryption.ts'
import { openHouseKeys } from '../access/house-keys.ts'
import type { Agents } from '../agents/agents.ts'
import type { HouseNumber } from '../agents/house-number.ts'
import type { PhoneBook } from '../agents/number-book.ts'
import type { Persona } from '../agents/persona.ts'
import { type Recorded, RecordingError, readRecording } from '../audio/recorded.ts'
import type { LiveCalls } from '../calls/live-calls.ts'
import type { Clock } from '../calls/ports.ts'
import { type CarrierAccount, CarrierFault } from '../carriers/carrier.ts'
import type { Logger } from '../logger.ts'
import { type CallStatus, Problem } from '../protocol/index.ts'
import type { Jobs } from '../store/jobs/index.ts'
import type { Store } from '../store/open.ts'
import type { Lines } from './lines.ts'

const JOB = 'message'
/** Carriers finish their files some time after they tell of them; so long it is asked for again. */
const GIVE_UP_MS = 120_000
/** Of what was said, as much as a variable holds. */
const MOST_WORDS = 2000
/** Faults that asking again does not mend. */
const FINAL = new Set(['unauthorized', 'refused', 'malformed', 'unsupported'])

/** What somebody said to a recorder of the carrier's, and where that keeps it. */
export interface Message {
  carrierCallId: string
  /** E.164. */
  from: string
  /** Asks for the account's credentials. */
  address: string
}

/** Messages that were left where no agent listened: fetched, understood as far as an engine can, and answered by a call, if the agent's owner wants that. */
export interface Messages {
  left(number: HouseNumber, message: Message): Promise<void>
}

export function createMessages(o: {
  store: Store
  keyring: Keyring
  jobs: Jobs
  numbers: Pick<PhoneBook, 'find' | 'answeringAgent'>
  agents: Pick<Agents, 'get'>
  lines: Pick<Lines, 'ring'>
  calls: Pick<LiveCalls, 'get' | 'hear'>
  /** How a call stands that is not live. */
  stored: (callId: string) => Promise<{ status: CallStatus } | undefined>
  open: (number: HouseNumber) => CarrierAccount
  clock: Clock
  logger: Logger
}): Messages {
  const { calls, clock, lines, logger } = o
  const keys = () => openHouseKeys(o.store, o.keyring)

  o.jobs.handle(JOB, async (payload, signal) => {
    const { callId, phoneId, sealed, untilMs } = payload as { callId: string; phoneId: string; sealed: string; untilMs: number }
    // It was answered before, by this relay or by one that died.
    if (calls.get(callId) ?? (await o.stored(callId))) return
    const number = await o.numbers.find(phoneId)
    const agent = number?.active ? await agentOf(number) : undefined
    if (!number || agent?.persona.phone.afterRecording !== 'call-back') return
    const message = JSON.parse((await keys()).openSecret(Buffer.from(sealed, 'base64'), place(callId))) as Message
    const said = await understood(number, agent.persona, callId, message, clock.nowMs() < untilMs, signal)
    try {
      await lines.ring({
        agent,
        callId,
        number: message.from,
        purpose: 'requested',
        // Whoever leaves a message has asked for an answer.
        consent: true,
        asker: { kind: 'operator', id: 'a message' },
        sessionId: message.carrierCallId,
        phoneNumberId: number.id,
        variables: { message: said },
        details: { message: said, answers: message.carrierCallId },
      })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      logger.warn({ callId, code: error.code }, 'a message could not be answered by a call')
    }
  })

  async function agentOf(number: HouseNumber) {
    const agentId = await o.numbers.answeringAgent(number)
    return agentId === undefined ? undefined : o.agents.get(number.organisationId, agentId)
  }

  /** The words of it; empty when they cannot be had. @throws what may be better at the next try */
  async function understood(number: HouseNumber, persona: Persona, callId: string, message: Message, again: boolean, signal: AbortSignal) {
    try {
      const sound = await recorded(number, message, signal)
      return sound ? ((await calls.hear(callId, persona, sound, signal)) ?? '').slice(0, MOST_WORDS) : ''
    } catch (error) {
      const final = error instanceof RecordingError || (error instanceof CarrierFault && FINAL.has(error.code))
      if (again && !final) throw error
      logger.warn({ err: error, callId }, 'a message could not be understood; its caller is rung without its words')
      return ''
    }
  }

  async function recorded(number: HouseNumber, { address }: Message, signal: AbortSignal): Promise<Recorded | undefined> {
    const file = await o.open(number).recording?.(address, signal)
    return file && readRecording(file)
  }

  return {
    async left(number, message) {
      const agent = await agentOf(number)
      if (agent?.persona.phone.afterRecording !== 'call-back') return
      const callId = nameOf(number, message)
      const sealed = Buffer.from((await keys()).sealSecret(JSON.stringify(message), place(callId))).toString('base64')
      await o.jobs.add(JOB, { callId, phoneId: number.id, sealed, untilMs: clock.nowMs() + GIVE_UP_MS }, { key: callId })
    },
  }
}

/** The same for the same message: it is answered once, however often it is told. */
function nameOf(number: HouseNumber, { carrierCallId }: Message): string {
  return createHash('sha256')
    .update(JSON.stringify([number.provider, number.id, carrierCallId]))
    .digest('hex')
    .slice(0, 32)
}

const place = (callId: string) => `message ${callId}`
