import { pino } from 'pino'
import { createResampler } from '../../audio/resample.ts'
import { createFlite } from '../../engines/flite/index.ts'

/** The rate of a browser's microphone on our socket. */
const CLIP_HZ = 16_000
const BYTES_A_MS = (CLIP_HZ * 2) / 1000

const flite = createFlite({ logger: pino({ level: 'silent' }) })
const spoken = new Map<string, Uint8Array>()

/** A person's voice saying this: PCM16LE mono at 16 kHz. */
export async function speech(text: string, voice = 'slt'): Promise<Uint8Array> {
  const known = spoken.get(voice + text)
  if (known) return known
  const resampler = createResampler(flite.sampleRateHz, CLIP_HZ)
  const parts: Uint8Array[] = []
  for await (const chunk of flite.speak(text, { voice, speed: 1, language: 'en' }, new AbortController().signal)) {
    parts.push(resampler.push(chunk))
  }
  const clip = new Uint8Array(Buffer.concat([...parts, resampler.flush()]))
  spoken.set(voice + text, clip)
  return clip
}

export const closeSpeech = () => flite.close()

export const quiet = (ms: number) => new Uint8Array(ms * BYTES_A_MS)

/** A cough: a person's sound of just this length, cut out of a vowel. */
export async function burst(ms: number): Promise<Uint8Array> {
  const vowel = await speech('Aah aah aah aah aah.')
  const at = vowel.findIndex((_, index) => index % 2 === 1 && Math.abs(((vowel[index] ?? 0) << 24) >> 16) > 4000) - 1
  return vowel.slice(at, at + ms * BYTES_A_MS)
}

/** 20 ms frames, the last one filled up with silence. */
export function frames(...clips: Uint8Array[]): Uint8Array[] {
  const whole = Buffer.concat([...clips, new Uint8Array(20 * BYTES_A_MS)])
  const count = Math.floor(whole.length / (20 * BYTES_A_MS))
  return Array.from({ length: count }, (_, at) => new Uint8Array(whole.subarray(at * 20 * BYTES_A_MS, (at + 1) * 20 * BYTES_A_MS)))
}
