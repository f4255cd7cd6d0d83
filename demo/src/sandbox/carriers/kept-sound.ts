import { PHONE_HZ } from '../phones/beat.ts'
import { bytesOf } from '../phones/call-record.ts'

/** The sound of a call that a carrier keeps: one channel with both sides, or the phone's and the other's. */
export class KeptSound {
  readonly channels: 1 | 2
  #pieces: Uint8Array[] = []
  #samples = 0

  constructor(channels: 1 | 2) {
    this.channels = channels
  }

  get durationS(): number {
    return Math.round(this.#samples / PHONE_HZ)
  }

  sound(fromPhone: Int16Array, toPhone: Int16Array): void {
    const out = new Int16Array(fromPhone.length * this.channels)
    for (const [n, sample] of fromPhone.entries()) {
      const other = toPhone[n] ?? 0
      if (this.channels === 1) out[n] = Math.max(-32_768, Math.min(32_767, sample + other))
      else out.set([sample, other], n * 2)
    }
    this.#pieces.push(bytesOf(out))
    this.#samples += fromPhone.length
  }

  /** A whole file, 16 bit at 8 kHz. */
  wav(): Uint8Array<ArrayBuffer> {
    const data = Buffer.concat(this.#pieces)
    const header = Buffer.alloc(44)
    header.write('RIFF', 0)
    header.writeUInt32LE(36 + data.length, 4)
    header.write('WAVEfmt ', 8)
    header.writeUInt32LE(16, 16)
    header.writeUInt16LE(1, 20)
    header.writeUInt16LE(this.channels, 22)
    header.writeUInt32LE(PHONE_HZ, 24)
    header.writeUInt32LE(PHONE_HZ * this.channels * 2, 28)
    header.writeUInt16LE(this.channels * 2, 32)
    header.writeUInt16LE(16, 34)
    header.write('data', 36)
    header.writeUInt32LE(data.length, 40)
    return new Uint8Array(Buffer.concat([header, data]))
  }
}
