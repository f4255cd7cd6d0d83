import { FRAME } from '../phones/beat.ts'
import type { LineEnd, PhoneCall } from '../phones/call.ts'
import type { CallEnd } from '../phones/call-states.ts'
import type { SoundEnd, Tap } from './sound-end.ts'

const SILENCE = new Int16Array(FRAME)

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
export class PhoneLeg implements SoundEnd, LineEnd {
  readonly phone: string
  status: LegStatus = 'queued'
  startedAt: Date | undefined
  endedAt: Date | undefined
  line: PhoneCall | undefined
  mouth: SoundEnd['mouth']
  readonly taps = new Set<Tap>()
  readonly pressed = new Set<(digit: string) => void>()
  /** Whether somebody answered; false when it ended before. */
  readonly answered: Promise<boolean>
  readonly #answered = Promise.withResolvers<boolean>()
  readonly #over = new AbortController()
  readonly #changed: (leg: PhoneLeg) => void
  #toPhone: Int16Array = SILENCE

  /** @param changed told when it rings, is answered and is over */
  constructor(phone: string, changed: (leg: PhoneLeg) => void) {
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

  key(_line: PhoneCall, digit: string): void {
    for (const pressed of [...this.pressed]) pressed(digit)
  }

  says(): Int16Array | undefined {
    const frame = this.mouth?.next()
    this.#toPhone = frame ?? SILENCE
    return frame
  }

  hears(_line: PhoneCall, frame: Int16Array): void {
    for (const tap of [...this.taps]) tap(frame, this.#toPhone)
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
