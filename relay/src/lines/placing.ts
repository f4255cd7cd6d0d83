import type { Agent } from '../agents/agents.ts'
import type { Call } from '../calls/live-calls.ts'
import type { CallLog, Line, Permit } from '../calls/ports.ts'
import { type CallUrls, CarrierFault, type PlaceOrder } from '../carriers/carrier.ts'
import type { GateAnswer, GateQuestion } from '../gate/question.ts'
import type { Logger } from '../logger.ts'
import { type Candidate, personOf } from './candidates.ts'
import type { LiveLine } from './line.ts'
import type { Register } from './register.ts'

/**
 * A call's way to a ringing phone: over the first carrier, and where that clearly rang nobody, over the next. Whatever is not clear is never tried
 * elsewhere, for a phone may be ringing. Every attempt has a permit of its own, and the visitor's status knows nothing of it.
 */

/** The line that a call is on just now. */
export interface CurrentLine extends Line {
  use(line: LiveLine): void
}

export function currentLine(first: LiveLine): CurrentLine {
  let line = first
  return {
    get carrier() {
      return line.carrier
    },
    hangUp: () => line.hangUp(),
    use(next) {
      line = next
    },
  }
}

export interface Way {
  readonly call: Call
  readonly agent: Agent
  readonly line: CurrentLine
  /** The first has its line in the register already. */
  readonly candidates: readonly Candidate[]
  readonly question: GateQuestion
  readonly permit: Permit
  readonly rule: string
  readonly order: Omit<PlaceOrder, 'from' | 'urls' | 'bridgeTo'>
}

export interface PlacingRooms {
  readonly register: Register
  readonly gate: { instead(question: GateQuestion, failed: Permit): Promise<GateAnswer> }
  readonly log: CallLog
  readonly logger: Logger
  readonly urls: (callId: string, number: Candidate['number']) => CallUrls
  /** What the carrier is to join the first phone with, if it has to know at once. @throws Problem with the gate's refusal */
  readonly secondFor: (call: Call, agent: Agent, candidate: Candidate) => Promise<string | undefined>
  /** A bridge without sound is waited for at our own number, or not any more. */
  readonly meet: (call: Call, candidate: Candidate) => void
  readonly part: (callId: string) => void
}

/** Asks one carrier after the other. Resolves with the last one's fault once there is nothing more to try; never rejects. */
export async function placeOver(way: Way, rooms: PlacingRooms, second: string | undefined): Promise<CarrierFault | undefined> {
  const { call } = way
  try {
    return await oneAfterTheOther(way, rooms, second)
  } catch (error) {
    // A line answers for its own carrier: what fails beside it rings nobody.
    rooms.logger.error({ err: error, callId: call.id }, 'a call could not be placed')
    rooms.register.abandon(call.id)
    call.hangUp('error')
    return new CarrierFault('unreachable', 'What this call needs could not be opened.', { placed: 'no', cause: error })
  }
}

async function oneAfterTheOther(way: Way, rooms: PlacingRooms, second: string | undefined): Promise<CarrierFault | undefined> {
  const { call, candidates } = way
  const { log, register } = rooms
  let { permit, rule } = way
  let bridgeTo = second
  for (let place = 0; ; place++) {
    const candidate = candidates[place]
    const line = register.get(call.id)
    if (!candidate || !line) return undefined
    const { number } = candidate
    const { id: phoneNumberId, provider: carrier } = number
    log.event(call.id, 'line.attempt', { attempt: place + 1, carrier, phoneNumberId, decisionId: permit.decisionId, rule })
    rooms.meet(call, candidate)
    let passed = false
    const fault = await line.place(
      permit,
      { ...way.order, from: number.phoneNumber, urls: rooms.urls(call.id, number), ...(bridgeTo === undefined ? {} : { bridgeTo }) },
      () => (passed = place + 1 < candidates.length && call.endReason === undefined),
    )
    if (!passed) return fault
    rooms.part(call.id)
    const next = await goOn(place + 1)
    if (!next) {
      register.abandon(call.id)
      call.hangUp('error')
      return fault
    }
    ;({ permit, rule, bridgeTo } = next)
  }

  /** The call moves to its next number; undefined when it may not, or nobody wants it any more. */
  async function goOn(place: number) {
    const candidate = candidates[place]
    if (!candidate) return undefined
    const { number } = candidate
    const answer = await rooms.gate.instead({ ...way.question, carrier: number.provider }, permit)
    if (!answer.allowed) {
      log.event(call.id, 'line.attempt-refused', { attempt: place + 1, carrier: number.provider, rule: answer.rule })
      return undefined
    }
    if (call.endReason !== undefined) return undefined
    const line = register.add(call.id, number)
    line.join(call)
    way.line.use(line)
    const kind = kindOf(way.agent, candidate)
    call.carriedAs(kind)
    await log.line(call.id, { carrier: number.provider, phoneNumberId: number.id, kind, from: number.phoneNumber })
    const bridge = await rooms.secondFor(call, way.agent, candidate)
    return call.endReason === undefined ? { permit: answer.permit, rule: answer.rule, bridgeTo: bridge } : undefined
  }
}

/** Two phones that the carrier joins, or one that talks with us. */
export const kindOf = (agent: Agent, { answersAt }: Candidate): 'bridge' | 'phone' =>
  personOf(agent) !== undefined || answersAt ? 'bridge' : 'phone'
