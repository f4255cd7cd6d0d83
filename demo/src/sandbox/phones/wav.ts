import { resampled } from '../speech/resample.ts'
import { PHONE_HZ } from './beat.ts'

/**
 * Samples at 8 kHz of a WAV file with 16 bit PCM, its first channel.
 * @throws RangeError for anything else
 */
export function readWav(bytes: Buffer): Int16Array {
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE') throw new RangeError('Not a WAV file')
  let format: { tag: number; channels: number; rateHz: number; bits: number } | undefined
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = bytes.toString('latin1', at, at + 4)
    const size = Math.min(bytes.readUInt32LE(at + 4), bytes.length - at - 8)
    const chunk = bytes.subarray(at + 8, at + 8 + size)
    if (name === 'fmt ' && size >= 16)
      format = {
        tag: chunk.readUInt16LE(0),
        channels: chunk.readUInt16LE(2),
        rateHz: chunk.readUInt32LE(4),
        bits: chunk.readUInt16LE(14),
      }
    if (name === 'data') return firstChannel(chunk, format)
    at += 8 + size + (size % 2)
  }
  throw new RangeError('A WAV file without sound')
}

function firstChannel(data: Buffer, format: { tag: number; channels: number; rateHz: number; bits: number } | undefined): Int16Array {
  if (format?.tag !== 1 || format.bits !== 16 || format.channels < 1) throw new RangeError('Only WAV files with 16 bit PCM can be played')
  const step = format.channels * 2
  const samples = Int16Array.from({ length: Math.floor(data.length / step) }, (_, n) => data.readInt16LE(n * step))
  return resampled(samples, format.rateHz, PHONE_HZ)
}
