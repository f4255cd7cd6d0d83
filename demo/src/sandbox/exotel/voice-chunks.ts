import { PHONE_HZ } from '../phones/beat.ts'
import { bytesOf } from '../phones/call-record.ts'
import { createResampler } from '../speech/resample.ts'

/** The phone's voice on its way out: frames of 20 ms at 8 kHz become whole chunks of 100 ms at the stream's rate. */
export interface VoiceChunks {
  push(frame: Int16Array): Buffer[]
  close(): void
}

const CHUNK_MS = 100

export function createVoiceChunks(rateHz: number): VoiceChunks {
  const resampler = createResampler(PHONE_HZ, rateHz)
  const size = (rateHz * CHUNK_MS) / 500
  let waiting = Buffer.alloc(0)
  return {
    push(frame) {
      waiting = Buffer.concat([waiting, bytesOf(resampler.push(frame))])
      const chunks: Buffer[] = []
      for (; waiting.length >= size; waiting = waiting.subarray(size)) chunks.push(waiting.subarray(0, size))
      return chunks
    },
    close: () => resampler.close(),
  }
}
