import type { Agent } from '../agents/agents.ts'
import type { HouseNumber } from '../agents/house-number.ts'
import type { Call } from '../calls/live-calls.ts'
import type { CallLog, Clock } from '../calls/ports.ts'
import type { Logger } from '../logger.ts'
import type { EndReason, Variables } from '../protocol/index.ts'
import { type CameIn, type Claim, createArrivals } from './arrivals.ts'
import type { SharedArrivals } from './shared-arrivals.ts'

/**
 * Two calls that are one to whoever asked for it: a carrier without sound rings the visitor and a number of ours (the bridge), and there the call
 * comes in over a carrier with sound, where the agent takes it up. One session, one status, one end.
 */
export interface Meeting {
  readonly bridge: Call
  /** Who was asked for, whatever agent answers that number otherwise. */
  readonly agent: Agent
  readonly language: string
  readonly variables: Variables
}

export interface Meetings {
  /** From now on the bridge is waited for at this number. */
  expect(meeting: Meeting, o: { at: HouseNumber; visitor: string; shown: readonly string[]; withinMs: number }): void
  /** The bridge is not waited for any more: its carrier rang nobody. */
  forget(bridgeId: string): void
  /**
   * What an incoming call belongs to: a bridge, one of several and so none, one that another relay holds, or nothing of ours. The same call again is
   * answered the same.
   */
  claim(o: { number: HouseNumber; carrierCallId: string; from: string }): Promise<Meeting | 'unclear' | 'elsewhere' | undefined>
  /** The agent's call is there: from now on both end together. */
  meet(meeting: Meeting, agents: Call): void
}

/** Whoever leaves one of the two has left both: at the agent's end the far end is the visitor, at the bridge's it is who was rung. */
const AT_BRIDGE: Partial<Record<EndReason, EndReason>> = { visitor: 'callee' }
const AT_AGENT: Partial<Record<EndReason, EndReason>> = { callee: 'visitor' }

export function createMeetings(o: {
  clock: Clock
  log: CallLog
  logger: Logger
  /** In a house of several relays: what all of them wait for. */
  shared?: Pick<SharedArrivals, 'expect' | 'claim' | 'forget'> | undefined
}): Meetings {
  const { clock, log, logger, shared } = o
  const arrivals = createArrivals({ clock })
  const meetings = new Map<string, Meeting>()
  const forget = (bridgeId: string) => {
    if (!meetings.delete(bridgeId)) return
    arrivals.forget(bridgeId)
    shared?.forget(bridgeId)
  }

  async function claimOf(arrival: CameIn): Promise<Claim> {
    try {
      if (shared) return await shared.claim(arrival, (callId) => meetings.has(callId))
    } catch (error) {
      logger.warn({ err: error }, 'which relay waits for a call could not be read: what is waited for here counts')
    }
    return arrivals.claim(arrival)
  }

  return {
    expect(meeting, { at, ...rest }) {
      const { agent, bridge } = meeting
      if (bridge.endReason) return
      meetings.set(bridge.id, meeting)
      const expectation = { callId: bridge.id, numberId: at.id, unclear: agent.persona.phone.unclearArrival, ...rest }
      arrivals.expect(expectation)
      shared?.expect(expectation)
      log.event(bridge.id, 'arrival.expected', { phoneNumberId: at.id, carrier: at.provider })
      bridge.feed.listen((event) => event.type === 'ended' && forget(bridge.id))
    },
    forget,
    async claim({ carrierCallId, from, number }) {
      const claim = await claimOf({ numberId: number.id, carrierCallId, from })
      return claim?.is === 'ours' ? (meetings.get(claim.callId) ?? 'elsewhere') : claim?.is
    },
    meet({ bridge }, agents) {
      log.event(bridge.id, 'arrival', { callId: agents.id, carrier: agents.line?.carrier })
      log.event(agents.id, 'arrival.of', { callId: bridge.id, carrier: bridge.line?.carrier })
      const endAgents = (reason: EndReason) => agents.hangUp(AT_AGENT[reason] ?? reason)
      agents.feed.listen((event) => {
        if (event.type === 'status' && event.status === 'connected') {
          // The visitor took the phone up, or our number would not have been rung.
          bridge.answers()
          bridge.joined()
        }
        if (event.type === 'ended') bridge.hangUp(AT_BRIDGE[event.reason] ?? event.reason)
      })
      bridge.feed.listen((event) => {
        if (event.type === 'ended') endAgents(event.reason)
      })
      if (bridge.endReason) endAgents(bridge.endReason)
    },
  }
}
