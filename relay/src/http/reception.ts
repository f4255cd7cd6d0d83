import type { Limits } from '../access/limits.ts'
import type { Agent, Agents } from '../agents/agents.ts'
import type { HouseNumber } from '../agents/house-number.ts'
import type { PhoneBook } from '../agents/number-book.ts'
import type { Call, LiveCalls } from '../calls/live-calls.ts'
import type { LiveLine } from '../lines/line.ts'
import type { Lines } from '../lines/lines.ts'
import type { Meeting } from '../lines/meetings.ts'
import { countedAs } from '../lines/number-marks.ts'
import type { Logger } from '../logger.ts'
import { Problem } from '../protocol/index.ts'

/** What a carrier says of a call that comes in. */
export interface Arrival {
  readonly carrierCallId: string
  readonly from: string
  readonly to: string
}

/** Taken, or why not: nobody answers this number just now, or there is no room. */
export type Received = { is: 'taken'; call: Call; line: LiveLine; agent: Agent } | { is: 'nobody' | 'busy' }

export interface Reception {
  /** The same carrier's call again is the same call, and so is one of ours that its carrier asks about. */
  receive(number: HouseNumber, arrival: Arrival): Promise<Received>
}

/** Takes calls that come in, whatever their carrier: who answers, and whether there is room. */
export function createReception(o: {
  numbers: Pick<PhoneBook, 'answeringAgent'>
  agents: Agents
  calls: LiveCalls
  lines: Lines
  limits: Limits
  draining: () => boolean
  logger: Logger
}): Reception {
  const { calls, lines, logger } = o

  /** Undefined when there is no room for it. */
  async function taken(number: HouseNumber, agent: Agent, { carrierCallId, from, to }: Arrival): Promise<Call | undefined> {
    const { callsPerVisitorPerHour, concurrentCalls } = agent.persona.limits
    try {
      const release = await o.limits.openCall({
        address: countedAs(from, carrierCallId),
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

  /** A call of ours that another carrier brings here: it was counted when it was asked for. */
  async function met(number: HouseNumber, meeting: Meeting, { carrierCallId, from, to }: Arrival): Promise<Call | undefined> {
    try {
      return await lines.receive({ number, carrierCallId, from, to, agent: meeting.agent, meeting })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      logger.warn({ phoneNumberId: number.id, carrierCallId, code: error.code }, 'a call that was expected could not be taken')
      return undefined
    }
  }

  async function answering(number: HouseNumber): Promise<Agent | undefined> {
    const id = await o.numbers.answeringAgent(number)
    return id === undefined ? undefined : o.agents.get(number.organisationId, id)
  }

  return {
    async receive(number, arrival) {
      const nobody = (why: string): Received => {
        logger.warn({ phoneNumberId: number.id, carrierCallId: arrival.carrierCallId, why }, 'a call that came in was not taken')
        return { is: 'nobody' }
      }
      if (!number.active) return nobody('the number is switched off')
      if (o.draining()) return { is: 'busy' }
      const known = lines.named(number.provider, arrival.carrierCallId)
      // A carrier's names for calls are no secret: one organisation's number proves nothing about another's call.
      if (known && known.number.organisationId !== number.organisationId) return nobody('the call is another organisation’s')
      const meeting = await lines.expected({ number, ...arrival })
      if (meeting === 'unclear') {
        logger.warn({ phoneNumberId: number.id, carrierCallId: arrival.carrierCallId }, 'several calls of ours may be meant: turned away')
        return { is: 'busy' }
      }
      if (meeting === 'elsewhere') {
        // A request goes where it is waited for before it comes here; a socket that begins with its first words cannot.
        logger.warn({ phoneNumberId: number.id, carrierCallId: arrival.carrierCallId }, 'another relay waits for this call: turned away')
        return { is: 'busy' }
      }
      const agent = meeting?.agent ?? (await answering(number))
      if (!agent) return nobody('no agent answers')
      if (!known && !meeting && !agent.persona.phone.answersInbound) return nobody('the agent takes no calls that come in')
      const call = known ? calls.get(known.callId) : await (meeting ? met(number, meeting, arrival) : taken(number, agent, arrival))
      const line = call && lines.get(call.id)
      return call && line ? { is: 'taken', call, line, agent } : { is: 'busy' }
    },
  }
}
