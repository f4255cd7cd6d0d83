import { randomUUID } from 'node:crypto'
import type { Fault } from '../faults.ts'
import { Timers } from './timers.ts'

/** Between callbacks that come all at once. */
const APART_MS = 60

/** Hands a call's callbacks over as the ordered fault has it: at once, late, again, the last one first, or never. */
export class Telling {
  readonly #fault: Fault | undefined
  readonly #timers = new Timers()
  #kept: (() => void)[] = []

  constructor(fault: Fault | undefined) {
    this.#fault = fault
  }

  /** @param deliver with a token that is the same for the same event; @param o the status it tells, and whether it is the call's last */
  tell(deliver: (token: string) => void, o: { status: string; last: boolean }): void {
    const fault = this.#fault
    const token = randomUUID()
    const once = () => deliver(token)
    if (fault?.kind === 'callbacks-lost' && (!fault.only || fault.only.includes(o.status))) return
    if (fault?.kind === 'callbacks-late') this.later(fault.delayMs, once)
    else if (fault?.kind === 'callbacks-reordered') {
      this.#kept.unshift(once)
      if (o.last) for (const [n, each] of this.#kept.splice(0).entries()) this.later(n * APART_MS, each)
    } else once()
    if (fault?.kind !== 'callbacks-repeated') return
    for (let n = 1; n <= fault.more; n++) this.later(n * APART_MS, () => deliver(fault.sameToken ? token : randomUUID()))
  }

  later(ms: number, what: () => void): void {
    this.#timers.after(ms, what)
  }

  close(): void {
    this.#timers.stop()
    this.#kept = []
  }
}
