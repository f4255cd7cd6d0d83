import type { Agents } from '../agents/agents.ts'
import type { Call } from '../calls/live-calls.ts'
import { CarrierFault } from '../carriers/carrier.ts'
import type { Mover } from '../carriers/house.ts'
import type { Lines } from '../lines/lines.ts'
import { NotNow, Problem } from '../protocol/index.ts'
import type { ElsewhereDoor } from './takeover.ts'

/** Takeovers of calls whose sound never comes here: visitor and operator meet at the call's carrier. */

export interface ElsewhereRooms {
  agents: Pick<Agents, 'get'>
  lines: Pick<Lines, 'get' | 'permitFor'>
  mover: (carrier: string) => Mover | undefined
}

export function createElsewhere({ agents, lines, mover: moverOf }: ElsewhereRooms): ElsewhereDoor {
  type Wish = Parameters<ElsewhereDoor['take']>[1]
  type WayIn = Awaited<NonNullable<ReturnType<ElsewhereDoor['take']>>>

  /** The operator's phone asks the gate like any other. @throws Problem with its refusal */
  async function phone(call: Call, { operator, phoneNumber }: Wish) {
    if (phoneNumber === undefined) throw new Problem('invalid_request', 'Give the phone that is to be rung: phoneNumber.')
    const agent = await agents.get(call.organisationId, call.agentId)
    if (!agent) throw new Problem('not_found', 'This call’s agent is not there any more.')
    return { is: 'phone' as const, permit: await lines.permitFor(call, agent, phoneNumber, { kind: 'operator', id: operator.id }) }
  }

  async function take(call: Call, mover: Mover, wish: Wish): Promise<WayIn> {
    const { notes, operator, reason } = wish
    const number = lines.get(call.id)?.number
    const lacking = number && mover.lacks(number, wish.by)
    if (lacking !== undefined) {
      throw new Problem('provider_unavailable', `Operators’ pages cannot join this call yet: set ${lacking}, or take it by phone.`)
    }
    insistThere(call)
    const by = wish.by === 'phone' ? await phone(call, wish) : { is: 'page' as const }
    insistThere(call)
    const held = call.desk.take(operator, {
      ...(reason === undefined ? {} : { reason }),
      ...(notes === undefined ? {} : { notes }),
      elsewhere: { back: () => mover.back(call.id) },
    })
    if (!held) throw new NotNow('conflict', 'Another operator was quicker and holds this call.')
    try {
      const way = await mover.move(call, { by, heard: held.heard, onLost: () => call.desk.lose() })
      if (!way) return {}
      const { accessToken, connectParams, expiresAtMs } = way
      return { transport: call.line?.carrier ?? '', accessToken, connectParams, expiresAt: new Date(expiresAtMs).toISOString() }
    } catch (error) {
      call.desk.lose()
      if (!(error instanceof CarrierFault)) throw error
      throw new Problem('provider_error', `The carrier cannot take you to the caller: ${error.message}`, { cause: error })
    }
  }

  return {
    take(call, wish) {
      const mover = moverOf(call.line?.carrier ?? '')
      return mover?.moves(call) ? take(call, mover, wish) : undefined
    },
    async renew(call) {
      const next = await moverOf(call.line?.carrier ?? '')?.renew(call.id)
      return next && { accessToken: next.accessToken, expiresAt: new Date(next.expiresAtMs).toISOString() }
    },
  }
}

/** Whom a carrier has joined with another phone is nobody's to take; who is held already is asked again by the holder alone. */
function insistThere({ heldBy, stage }: Call): void {
  if (stage === 'live' || stage === 'away' || (stage === 'joined' && heldBy)) return
  throw new NotNow('conflict', 'Nobody is on the call to talk to, yet or any more.')
}
