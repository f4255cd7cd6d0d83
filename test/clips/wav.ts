import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createResampler } from '../../relay/src/audio/resample.ts'
import { writeWav } from '../../relay/src/audio/wav.ts'
import { ROOT } from '../checks/run-command.ts'
import { hush, samplesFor } from './noises.ts'
import { CLIP_HZ } from './speech.ts'

/** Clips as files: for Chromium's pretended microphone, and for people's ears. Git ignores the folder. */
export const CLIP_FOLDER = join(ROOT, 'test/results/clips')

export const bytesOf = (samples: Int16Array) => new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
const samplesOf = (bytes: Uint8Array) => new Int16Array(Uint8Array.from(bytes).buffer)

export function resampled(samples: Int16Array, fromHz: number, toHz: number): Int16Array {
  const resampler = createResampler(fromHz, toHz)
  try {
    return samplesOf(Buffer.concat([resampler.push(bytesOf(samples)), resampler.flush()]))
  } finally {
    resampler.close()
  }
}

/** Clips one after another in a quiet room, each beginning at its time. */
export function timeline(ms: number, placed: readonly { atMs: number; samples: Int16Array }[]): Int16Array {
  const room = hush(ms)
  for (const { atMs, samples } of placed) {
    const at = samplesFor(atMs)
    if (at + samples.length > room.length) throw new RangeError(`A clip at ${atMs} ms ends after ${ms} ms`)
    room.set(samples, at)
  }
  return room
}

/** Writes samples at `CLIP_HZ` as a WAV file of another rate; answers its path. */
export function writeClip(name: string, samples: Int16Array, sampleRateHz: number): string {
  mkdirSync(CLIP_FOLDER, { recursive: true })
  const path = join(CLIP_FOLDER, `${name.replaceAll(/[^a-z0-9]+/gi, '-')}.${sampleRateHz / 1000}k.wav`)
  const data = bytesOf(resampled(samples, CLIP_HZ, sampleRateHz))
  writeFileSync(path, writeWav({ encoding: 'pcm_s16le', channels: 1, sampleRateHz, data }))
  return path
}
