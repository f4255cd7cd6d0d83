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
import { type CallStatus, Problem, type ProblemCode } from '../protocol/index.ts'
import type { Jobs } from '../store/jobs/index.ts'
import type { Store } from '../store/open.ts'
import type { Lines } from './lines.ts'

const JOB = 'message'
/** Carriers finish their files some time after they tell of them; so long it is asked for again. */
const GIVE_UP_MS = 120_000
/** A caller who was not to be rung just then is rung within this time, or not at all. */
const ANSWER_WITHIN_MS = 3_600_000
/** Where nobody says when to try again. */
const AGAIN_MS = 60_000
/** What may be otherwise in a while: too many calls, the caller's phone in use, no number that can ring. */
const PASSING = new Set<ProblemCode>(['rate_limited', 'conflict', 'provider_unavailable'])
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

/** What waits to be answered, under the house's key. */
interface Kept extends Message {
  /** What was understood of it, once it was. */
  said?: string
}

interface Payload {
  callId: string
  phoneId: string
  sealed: string
  /** So long the recording is asked for. */
  untilMs: number
  answerUntilMs?: number
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
  draining: () => boolean
  clock: Clock
  logger: Logger
}): Messages {
  const { calls, clock, lines, logger } = o
  const keys = () => openHouseKeys(o.store, o.keyring)

  o.jobs.handle(JOB, async (payload, signal) => {
    // Put back, for another relay or the next start.
    if (o.draining()) throw new Error('the relay leaves: the message is answered by whoever takes its job next')
    const { callId, phoneId, sealed, untilMs, answerUntilMs = untilMs } = payload as Payload
    // It was answered before, by this relay or by one that died.
    if (calls.get(callId) ?? (await o.stored(callId))) return
    const number = await o.numbers.find(phoneId)
    const agent = number?.active ? await agentOf(number) : undefined
    if (!number || agent?.persona.phone.afterRecording !== 'call-back') return
    const message = await opened(callId, sealed)
    const said = message.said ?? (await understood(number, agent.persona, callId, message, clock.nowMs() < untilMs, signal))
    try {
      await lines.ring({
        agent,
        callId,
        number: message.from,
        purpose: 'requested',
        // Whoever leaves a message has asked for an answer.
        consent: true,
        // A stranger, known by the number that the carrier shows: counted as strangers on pages are.
        asker: { kind: 'visitor', address: message.from },
        // There is no page that could ask.
        captchaPassed: true,
        sessionId: message.carrierCallId,
        firstNumberId: number.id,
        variables: { message: said },
        details: { message: said, answers: message.carrierCallId },
      })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      const atMs = clock.nowMs() + (error.retryAfterMs ?? AGAIN_MS)
      if (PASSING.has(error.code) && atMs < answerUntilMs) {
        // What was understood is not asked for again. The running job's key would be this very job.
        const known = await sealedOf(callId, { ...message, said })
        return o.jobs.add(JOB, { callId, phoneId, sealed: known, untilMs, answerUntilMs }, { key: `${callId} ${atMs}`, runAt: atMs })
      }
      logger.warn({ callId, code: error.code }, 'a message could not be answered by a call')
    }
  })

  const opened = async (callId: string, sealed: string) =>
    JSON.parse((await keys()).openSecret(Buffer.from(sealed, 'base64'), place(callId))) as Kept

  async function sealedOf(callId: string, kept: Kept): Promise<string> {
    return Buffer.from((await keys()).sealSecret(JSON.stringify(kept), place(callId))).toString('base64')
  }

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
      const nowMs = clock.nowMs()
      const sealed = await sealedOf(callId, message)
      const payload: Payload = { callId, phoneId: number.id, sealed, untilMs: nowMs + GIVE_UP_MS, answerUntilMs: nowMs + ANSWER_WITHIN_MS }
      await o.jobs.add(JOB, payload, { key: callId })
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
