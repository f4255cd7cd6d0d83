import { parentPort } from 'node:worker_threads'
import { createFlite, FLITE_HZ, type VoiceName } from './flite.ts'
import { type Heard, PhraseBook } from './phrase-book.ts'
import { resampled } from './resample.ts'

/** The thread that speaks and listens, so that the sandbox's sockets need not wait for either. */
export type Job =
  | { do: 'say'; text: string; voice: VoiceName; rateHz: number }
  | { do: 'learn'; phrases: string[]; voices: VoiceName[] }
  | { do: 'hear'; samples: Int16Array }
export interface Results {
  say: Int16Array
  learn: null
  hear: Heard | null
}
export type ToWorker = { id: number; job: Job }
export type FromWorker = { id: number; result: unknown } | { id: number; error: string }

const port = parentPort
if (!port) throw new Error('This file runs as a worker')
// node:wasi warns of being experimental, on every start.
process.removeAllListeners('warning')
const REST_MS = 60
const flite = createFlite()
const book = new PhraseBook((text, voice) => flite.say(text, voice))
let preparing = false

port.on('message', ({ id, job }: ToWorker) => {
  try {
    port.postMessage({ id, result: perform(job) } satisfies FromWorker)
  } catch (error) {
    port.postMessage({ id, error: error instanceof Error ? error.message : String(error) } satisfies FromWorker)
  }
})

function perform(job: Job): Results[keyof Results] {
  if (job.do === 'say') return resampled(flite.say(job.text, job.voice), FLITE_HZ, job.rateHz)
  if (job.do === 'hear') return book.hear(job.samples) ?? null
  book.add(job.phrases, job.voices)
  if (!preparing) setTimeout(prepare, REST_MS).unref()
  preparing = true
  return null
}

/** One phrase at a time with rests between, so that what is asked comes first and whoever shares the machine hardly notices. */
function prepare(): void {
  preparing = book.prepare()
  if (preparing) setTimeout(prepare, REST_MS).unref()
}
