import { KeptSound } from '../carriers/kept-sound.ts'
import type { RecordingOrder } from './order.ts'
import { newSid } from './sid.ts'

/** Sound of a call that Twilio keeps. */
export class Recording extends KeptSound {
  readonly sid = newSid('RE')
  readonly callSid: string
  readonly order: RecordingOrder
  readonly startedAt = new Date()
  status: 'in-progress' | 'completed' = 'in-progress'
  /** Told once, when it is ended. */
  onEnd: (() => void) | undefined

  constructor(callSid: string, order: RecordingOrder) {
    super(order.channels)
    this.callSid = callSid
    this.order = order
  }

  /** False when it had ended before. */
  end(): boolean {
    if (this.status === 'completed') return false
    this.status = 'completed'
    this.onEnd?.()
    return true
  }
}
