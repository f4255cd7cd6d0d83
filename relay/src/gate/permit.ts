import type { Clock, Permit } from '../calls/ports.ts'

/** How long a permit may be used. */
export const PERMIT_MS = 60_000

/** The permit was used before, is too old, is for another call or number, or was never given. */
export class NoPermit extends Error {
  constructor(why: string) {
    super(`This call may not be placed: ${why}.`)
    this.name = 'NoPermit'
  }
}

interface Right {
  callId: string
  number: string
  untilMs: number
  clock: Clock
}

/** Rights that were given and not taken. What is not in here is no permit, whatever it looks like. */
const given = new WeakMap<object, Right>()

class GivenPermit implements Permit {
  readonly callId: string
  readonly number: string
  readonly decisionId: string
  constructor(o: { callId: string; number: string; decisionId: string }) {
    this.callId = o.callId
    this.number = o.number
    this.decisionId = o.decisionId
    Object.freeze(this)
  }
  redeem(use: { callId: string; number: string }): void {
    takePermit(this, use)
  }
}

/** For the gate alone. */
export function givePermit(o: { callId: string; number: string; decisionId: string }, clock: Clock): Permit {
  const permit = new GivenPermit(o)
  given.set(permit, { callId: o.callId, number: o.number, untilMs: clock.monotonicMs() + PERMIT_MS, clock })
  return permit
}

/**
 * Takes the right to ring this number for this call, once.
 * @throws NoPermit
 */
export function takePermit(permit: object, use: { callId: string; number: string }): void {
  const right = given.get(permit)
  if (!right) throw new NoPermit('the gate gave no such permit, or it was used before')
  if (right.callId !== use.callId || right.number !== use.number) throw new NoPermit('its permit is for another call or number')
  // Also a permit that came too late is gone.
  given.delete(permit)
  if (right.clock.monotonicMs() >= right.untilMs) throw new NoPermit('its permit is too old: ask again')
}

/** For the gate alone: whatever was left of a permit is gone, for another takes its place. */
export function voidPermit(permit: Permit): void {
  given.delete(permit)
}

/** Whether the gate gave this and nobody took it. */
export function isPermit(thing: unknown): thing is Permit {
  return typeof thing === 'object' && thing !== null && given.has(thing)
}
