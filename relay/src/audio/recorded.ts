import { MPEGDecoder } from 'mpg123-decoder'
import { ALAW_SAMPLES, MULAW_SAMPLES } from './g711.ts'
import { readWav } from './wav.ts'

/** A recording that somebody else made, as one channel of PCM16LE. */
export interface Recorded {
  sampleRateHz: number
  bytes: Uint8Array
}

/** What is wrong with the file, in words for a log. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError'
}

/** Longer than anybody talks to a machine: half an hour at 48 kHz. */
const MOST_SAMPLES = 1800 * 48_000
/** Below there is no voice: the file is broken. */
const LEAST_HZ = 4000

/** Reads a whole WAV or MP3 file; several channels become one. @throws RecordingError for anything else */
export async function readRecording(file: Uint8Array): Promise<Recorded> {
  const isWav = file.length > 12 && Buffer.from(file.buffer, file.byteOffset, 4).toString('latin1') === 'RIFF'
  const read = isWav ? fromWav(file) : await fromMp3(file)
  if (read.sampleRateHz < LEAST_HZ) throw new RecordingError(`The recording is said to have ${read.sampleRateHz} Hz`)
  return read
}

function fromWav(file: Uint8Array): Recorded {
  try {
    const { channels, data, encoding, sampleRateHz } = readWav(file)
    const table = encoding === 'mulaw' ? MULAW_SAMPLES : ALAW_SAMPLES
    const samples = encoding === 'pcm_s16le' ? pcm(data) : Int16Array.from(data, (code) => table[code] ?? 0)
    return { sampleRateHz, bytes: mixed(channels, samples.length / channels, (channel, n) => samples[n * channels + channel] ?? 0) }
  } catch (error) {
    throw new RecordingError('The recording cannot be read', { cause: error })
  }
}

async function fromMp3(file: Uint8Array): Promise<Recorded> {
  const decoder = new MPEGDecoder()
  await decoder.ready
  try {
    const { channelData, sampleRate, samplesDecoded } = decoder.decode(file)
    if (samplesDecoded === 0 || sampleRate === 0) throw new RecordingError('The recording is neither WAV nor MP3')
    const sample = (channel: number, n: number) => Math.max(-1, Math.min(1, channelData[channel]?.[n] ?? 0)) * 32_767
    return { sampleRateHz: sampleRate, bytes: mixed(channelData.length, samplesDecoded, sample) }
  } finally {
    decoder.free()
  }
}

function mixed(channels: number, length: number, sample: (channel: number, n: number) => number): Uint8Array {
  if (length > MOST_SAMPLES) throw new RecordingError('The recording is too long')
  const bytes = Buffer.alloc(Math.floor(length) * 2)
  for (let n = 0; n < Math.floor(length); n++) {
    let sum = 0
    for (let channel = 0; channel < channels; channel++) sum += sample(channel, n)
    bytes.writeInt16LE(Math.round(sum / channels), n * 2)
  }
  return bytes
}

function pcm(data: Uint8Array): Int16Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  return Int16Array.from({ length: data.length >> 1 }, (_, n) => view.getInt16(n * 2, true))
}
