import type { PhoneCall } from '../phones/call.ts'
import type { CallEnd } from '../phones/call-states.ts'
import { Sounding } from './sounding.ts'

/** A leg's state, in the words most carriers have. */
export type LegStatus = 'queued' | 'ringing' | 'in-progress' | 'completed' | 'busy' | 'failed' | 'no-answer' | 'canceled'

const ENDS: Record<CallEnd, LegStatus> = {
  'hung-up': 'completed',
  dropped: 'completed',
  busy: 'busy',
  declined: 'busy',
  'no-answer': 'no-answer',
  cancelled: 'canceled',
  failed: 'failed',
}

/** A carrier's end of one phone's line: its state, its sound, its keys. */
export class PhoneLeg extends Sounding {
  readonly phone: string
  status: LegStatus = 'queued'
  startedAt: Date | undefined
  endedAt: Date | undefined
  /** Whether somebody answered; false when it ended before. */
  readonly answered: Promise<boolean>
  readonly #answered = Promise.withResolvers<boolean>()
  readonly #over = new AbortController()
  readonly #changed: (leg: PhoneLeg) => void

  /** @param changed told when it rings, is answered and is over */
  constructor(phone: string, changed: (leg: PhoneLeg) => void) {
    super()
    this.phone = phone
    this.#changed = changed
    this.answered = this.#answered.promise
  }

  get over(): AbortSignal {
    return this.#over.signal
  }

  /** Seconds since it was answered. */
  get onCallS(): number {
    return this.startedAt ? Math.round(((this.endedAt ?? new Date()).getTime() - this.startedAt.getTime()) / 1000) : 0
  }

  /** Who hung up: the phone, or the carrier. */
  get endedByPhone(): boolean {
    return this.line?.record.endedBy === 'phone'
  }

  hangUp(): void {
    if (this.line) this.line.hangUp('carrier')
    else this.#end('canceled')
  }

  changed(line: PhoneCall): void {
    if (this.over.aborted) return
    if (line.state === 'ringing') {
      this.status = 'ringing'
      this.#changed(this)
    } else if (line.state === 'talking') {
      this.status = 'in-progress'
      this.startedAt = new Date()
      this.#answered.resolve(true)
      this.#changed(this)
    } else if (line.state === 'over' && line.end) this.#end(ENDS[line.end])
  }

  /** The sandbox starts anew: nothing is told any more. */
  close(): void {
    this.#answered.resolve(false)
    this.#over.abort(new Error('closed'))
  }

  #end(status: LegStatus): void {
    if (this.over.aborted) return
    this.status = status
    this.endedAt = new Date()
    this.#answered.resolve(false)
    this.#over.abort(new Error('the call is over'))
    this.#changed(this)
  }
}
