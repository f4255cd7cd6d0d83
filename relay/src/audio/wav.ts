/** WAV files: RIFF, little endian, chunks in any order, padded to even length (PROTOCOLS 9.5). */
export interface Wav {
  encoding: 'pcm_s16le' | 'mulaw' | 'alaw'
  channels: number
  sampleRateHz: number
  /** The samples' bytes, whole blocks only; a view into the file. */
  data: Uint8Array
}

/** What is wrong with the file, in words for a log. */
export class WavError extends Error {
  override readonly name = 'WavError'
}

const ENCODINGS = { 1: 'pcm_s16le', 6: 'alaw', 7: 'mulaw' } as const
const TAGS = { pcm_s16le: 1, alaw: 6, mulaw: 7 } as const
const EXTENSIBLE = 0xfffe
const MAX_CHANNELS = 8
const MAX_HZ = 192_000

/**
 * Reads a whole WAV file. A `data` length of 0 or 0xFFFFFFFF in the last chunk (streamed) or beyond the file's end means: up to the end.
 * Throws WavError when it is not a WAV file, has no samples' chunk, or an encoding other than 16 bit PCM, mu-law, A-law.
 */
export function readWav(file: Uint8Array): Wav {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  if (file.length < 12 || tagAt(file, 0) !== 'RIFF' || tagAt(file, 8) !== 'WAVE') throw new WavError('Not a WAV file')
  let format: Omit<Wav, 'data'> | undefined
  for (let at = 12; at + 8 <= file.length; ) {
    const tag = tagAt(file, at)
    const length = view.getUint32(at + 4, true)
    const start = at + 8
    const left = file.length - start
    if (tag === 'fmt ') format = readFormat(view, start, Math.min(length, left))
    if (tag === 'data') {
      if (!format) throw new WavError('The samples come before their format')
      const size = length === 0 || length > left ? left : length
      const block = format.channels * (format.encoding === 'pcm_s16le' ? 2 : 1)
      return { ...format, data: file.subarray(start, start + size - (size % block)) }
    }
    at = start + length + (length % 2)
  }
  throw new WavError('The file has no samples')
}

function readFormat(view: DataView, at: number, length: number): Omit<Wav, 'data'> {
  if (length < 16) throw new WavError('The format chunk is cut short')
  const tag = view.getUint16(at, true)
  const channels = view.getUint16(at + 2, true)
  const sampleRateHz = view.getUint32(at + 4, true)
  const bits = view.getUint16(at + 14, true)
  // The extensible form keeps the real tag in the first two bytes of its sub-format.
  const real = tag === EXTENSIBLE && length >= 26 ? view.getUint16(at + 24, true) : tag
  const encoding = ENCODINGS[real as keyof typeof ENCODINGS]
  if (!encoding || bits !== (encoding === 'pcm_s16le' ? 16 : 8)) throw new WavError(`Format ${real} with ${bits} bits is not read here`)
  if (channels < 1 || channels > MAX_CHANNELS) throw new WavError(`${channels} channels make no sense`)
  if (sampleRateHz < 1 || sampleRateHz > MAX_HZ) throw new WavError(`${sampleRateHz} Hz makes no sense`)
  return { encoding, channels, sampleRateHz }
}

/** The 44 bytes before `dataBytes` of samples. */
export function wavHeader(format: Omit<Wav, 'data'>, dataBytes: number): Uint8Array {
  const bytesPerSample = format.encoding === 'pcm_s16le' ? 2 : 1
  const block = format.channels * bytesPerSample
  const header = new Uint8Array(44)
  const view = new DataView(header.buffer)
  header.set([0x52, 0x49, 0x46, 0x46], 0)
  view.setUint32(4, 36 + dataBytes + (dataBytes % 2), true)
  header.set([0x57, 0x41, 0x56, 0x45, 0x66, 0x6d, 0x74, 0x20], 8)
  view.setUint32(16, 16, true)
  view.setUint16(20, TAGS[format.encoding], true)
  view.setUint16(22, format.channels, true)
  view.setUint32(24, format.sampleRateHz, true)
  view.setUint32(28, format.sampleRateHz * block, true)
  view.setUint16(32, block, true)
  view.setUint16(34, bytesPerSample * 8, true)
  header.set([0x64, 0x61, 0x74, 0x61], 36)
  view.setUint32(40, dataBytes, true)
  return header
}

/** A whole WAV file. */
export function writeWav(wav: Wav): Uint8Array {
  const size = wav.data.length
  const file = new Uint8Array(44 + size + (size % 2))
  file.set(wavHeader(wav, size), 0)
  file.set(wav.data, 44)
  return file
}

function tagAt(file: Uint8Array, at: number): string {
  return String.fromCharCode(...file.subarray(at, at + 4))
}
