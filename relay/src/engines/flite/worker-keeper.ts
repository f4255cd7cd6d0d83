import { Worker } from 'node:worker_threads'
import type { Logger } from '../../logger.ts'
import type { SpeechJob } from './synthesise.ts'
import type { FromWorker, ToWorker } from './worker.ts'

/** Speech that could not be made; the message says why. */
export class SpeechError extends Error {
  override readonly name = 'SpeechError'
}

/** One thread that speaks, jobs in the order they came. A thread that crashes or hangs is replaced. */
export interface WorkerKeeper {
  /** PCM16LE. Rejects with the signal's reason, or SpeechError: a job whose thread crashed is tried once more, one that hung is not. */
  run(job: SpeechJob, signal: AbortSignal): Promise<Uint8Array>
  /** Ends the thread and rejects what waits. Idempotent. */
  close(): Promise<void>
}

interface Request {
  id: number
  job: SpeechJob
  tries: number
  resolve(pcm: Uint8Array): void
  reject(reason: unknown): void
}

/** The thread: none yet, compiling, waiting for work, at work, or gone for good. */
type State =
  | { is: 'none' }
  | { is: 'starting'; worker: Worker }
  | { is: 'idle'; worker: Worker }
  | { is: 'busy'; worker: Worker; request: Request; hung: boolean }
  | { is: 'closed' }

const STARTS = 3

export function createWorkerKeeper(o: { logger: Logger; worker: URL; deadlineMs: number; startMs: number }): WorkerKeeper {
  const queue: Request[] = []
  let state: State = { is: 'none' }
  let failedStarts = 0
  let ids = 0
  let watchdog: NodeJS.Timeout | undefined

  function pump(): void {
    if (queue.length === 0) return
    if (state.is === 'none') start()
    if (state.is !== 'idle') return
    const request = queue.shift()
    if (!request) return
    const { worker } = state
    state = { is: 'busy', worker, request, hung: false }
    worker.ref()
    watch(o.deadlineMs)
    worker.postMessage({ id: request.id, job: request.job } satisfies ToWorker)
  }

  function start(): void {
    const worker = new Worker(o.worker)
    state = { is: 'starting', worker }
    let reason = 'it ended'
    worker.on('message', (message: FromWorker) => heard(worker, message))
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error)
    })
    worker.on('exit', () => lost(worker, reason))
    watch(o.startMs)
  }

  function watch(afterMs: number): void {
    clearTimeout(watchdog)
    watchdog = setTimeout(() => {
      if (state.is === 'busy') state.hung = true
      if (state.is === 'busy' || state.is === 'starting') void state.worker.terminate()
    }, afterMs)
    watchdog.unref()
  }

  function heard(worker: Worker, message: FromWorker): void {
    if (state.is === 'closed' || state.is === 'none' || state.worker !== worker) return
    clearTimeout(watchdog)
    if ('ready' in message) failedStarts = 0
    else if (state.is === 'busy' && message.id === state.request.id) {
      if ('pcm' in message) state.request.resolve(message.pcm)
      else state.request.reject(new SpeechError(`Flite could not speak this: ${message.error}`))
    }
    state = { is: 'idle', worker }
    worker.unref()
    pump()
  }

  function lost(worker: Worker, reason: string): void {
    if (state.is === 'closed' || state.is === 'none' || state.worker !== worker) return
    clearTimeout(watchdog)
    const before = state
    state = { is: 'none' }
    if (before.is === 'busy') {
      const { request, hung } = before
      o.logger.warn({ reason: hung ? `no answer within ${o.deadlineMs} ms` : reason }, 'the speech thread is replaced')
      request.tries++
      if (hung) request.reject(new SpeechError(`Flite gave no answer within ${o.deadlineMs} ms`))
      else if (request.tries < 2) queue.unshift(request)
      else request.reject(new SpeechError(`Flite crashed twice over this: ${reason}`))
    } else if (before.is === 'starting') {
      failedStarts++
      o.logger.warn({ reason, failedStarts }, 'the speech thread did not start')
      if (failedStarts >= STARTS) {
        failedStarts = 0
        for (const request of queue.splice(0)) request.reject(new SpeechError(`Flite does not start: ${reason}`))
      }
    }
    pump()
  }

  return {
    run(job, signal) {
      if (state.is === 'closed') return Promise.reject(new SpeechError('Flite is closed'))
      if (signal.aborted) return Promise.reject(signal.reason)
      return new Promise((resolve, reject) => {
        const stop = () => {
          // At work already: its result is thrown away; stopping the thread would cost more than the few ms left.
          const at = queue.indexOf(request)
          if (at >= 0) queue.splice(at, 1)
          reject(signal.reason)
        }
        const request: Request = {
          id: ++ids,
          job,
          tries: 0,
          resolve: (pcm) => {
            signal.removeEventListener('abort', stop)
            resolve(pcm)
          },
          reject: (reason) => {
            signal.removeEventListener('abort', stop)
            reject(reason)
          },
        }
        signal.addEventListener('abort', stop, { once: true })
        queue.push(request)
        pump()
      })
    },
    async close() {
      const before = state
      if (before.is === 'closed') return
      state = { is: 'closed' }
      clearTimeout(watchdog)
      const closed = new SpeechError('Flite is closed')
      if (before.is === 'busy') before.request.reject(closed)
      for (const request of queue.splice(0)) request.reject(closed)
      if (before.is !== 'none') await before.worker.terminate()
    },
  }
}
