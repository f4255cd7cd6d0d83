import { PHONE_HZ } from '../phones/beat.ts'
import { bytesOf } from '../phones/call-record.ts'
import type { RecordingOrder } from './order.ts'
import { newSid } from './sid.ts'

/** Sound of a call that Twilio keeps: one channel with both, or the phone's and the other side's. */
export class Recording {
  readonly sid = newSid('RE')
  readonly callSid: string
  readonly order: RecordingOrder
  readonly startedAt = new Date()
  status: 'in-progress' | 'completed' = 'in-progress'
  /** Told once, when it is ended. */
  onEnd: (() => void) | undefined
  #pieces: Uint8Array[] = []
  #samples = 0

  constructor(callSid: string, order: RecordingOrder) {
    this.callSid = callSid
    this.order = order
  }

  get durationS(): number {
    return Math.round(this.#samples / PHONE_HZ)
  }

  sound(fromPhone: Int16Array, toPhone: Int16Array): void {
    const { channels } = this.order
    const out = new Int16Array(fromPhone.length * channels)
    for (const [n, sample] of fromPhone.entries()) {
      const other = toPhone[n] ?? 0
      if (channels === 1) out[n] = Math.max(-32_768, Math.min(32_767, sample + other))
      else out.set([sample, other], n * 2)
    }
    this.#pieces.push(bytesOf(out))
    this.#samples += fromPhone.length
  }

  /** False when it had ended before. */
  end(): boolean {
    if (this.status === 'completed') return false
    this.status = 'completed'
    this.onEnd?.()
    return true
  }

  wav(): Uint8Array<ArrayBuffer> {
    const data = Buffer.concat(this.#pieces)
    const { channels } = this.order
    const header = Buffer.alloc(44)
    header.write('RIFF', 0)
    header.writeUInt32LE(36 + data.length, 4)
    header.write('WAVEfmt ', 8)
    header.writeUInt32LE(16, 16)
    header.writeUInt16LE(1, 20)
    header.writeUInt16LE(channels, 22)
    header.writeUInt32LE(PHONE_HZ, 24)
    header.writeUInt32LE(PHONE_HZ * channels * 2, 28)
    header.writeUInt16LE(channels * 2, 32)
    header.writeUInt16LE(16, 34)
    header.write('data', 36)
    header.writeUInt32LE(data.length, 40)
    return new Uint8Array(Buffer.concat([header, data]))
  }
}
