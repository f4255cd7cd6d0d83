import { readWav } from '../../audio/wav.ts'
import { shape } from './shape.ts'
import { runFlite } from './wasi.ts'

export const FLITE_HZ = 16_000

export interface SpeechJob {
  /** ASCII, from `speakable`. */
  text: string
  voice: FliteVoice
  /** 1 is the voice's own pace, 2 twice as fast. */
  speed: number
}

// `kal` is an 8 kHz voice; its 16 kHz twin goes by the same name here.
const VOICES = {
  slt: { flite: 'slt', gain: 0.8 },
  rms: { flite: 'rms', gain: 1.7 },
  awb: { flite: 'awb', gain: 1.5 },
  kal: { flite: 'kal16', gain: 2.2 },
} as const
export type FliteVoice = keyof typeof VOICES
export const FLITE_VOICES = Object.keys(VOICES) as FliteVoice[]

/** Speaks one piece of text as PCM16LE at 16 kHz. Blocks the thread it runs on for 10–100 ms: the worker's. */
export function synthesise(module: WebAssembly.Module, job: SpeechJob): Uint8Array {
  const voice = VOICES[job.voice]
  const stretch = (1 / job.speed).toFixed(3)
  const wav = readWav(runFlite(module, ['-t', job.text, '-o', 'speech', '-voice', voice.flite, '--setf', `duration_stretch=${stretch}`]))
  if (wav.sampleRateHz !== FLITE_HZ || wav.channels !== 1) throw new Error(`Flite spoke at ${wav.sampleRateHz} Hz`)
  const shaped = shape(new Int16Array(Uint8Array.from(wav.data).buffer), FLITE_HZ, voice.gain)
  return new Uint8Array(shaped.buffer, shaped.byteOffset, shaped.byteLength)
}
