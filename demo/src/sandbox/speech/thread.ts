import { Worker } from 'node:worker_threads'
import type { FromWorker, Job, Results, ToWorker } from './worker.ts'

/** A thread that starts with its first job, and again after a crash. */
export interface SpeechThread {
  /** Rejects when the job failed, the thread died, or it was closed. */
  run<J extends Job>(job: J): Promise<Results[J['do']]>
  close(): Promise<void>
}

export function createSpeechThread(): SpeechThread {
  const waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>()
  let worker: Worker | undefined
  let ids = 0
  let closed = false

  function start(): Worker {
    const started = new Worker(new URL('./worker.ts', import.meta.url))
    started.on('message', (message: FromWorker) => {
      const job = waiting.get(message.id)
      waiting.delete(message.id)
      if (waiting.size === 0) started.unref()
      if ('error' in message) job?.reject(new Error(message.error))
      else job?.resolve(message.result as never)
    })
    started.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))))
    started.on('exit', () => fail(new Error('the speech thread ended')))
    return started
  }

  function fail(error: Error): void {
    worker = undefined
    for (const job of waiting.values()) job.reject(error)
    waiting.clear()
  }

  return {
    run(job) {
      if (closed) return Promise.reject(new Error('the speech thread is closed'))
      worker ??= start()
      const id = ++ids
      const { promise, resolve, reject } = Promise.withResolvers<never>()
      waiting.set(id, { resolve, reject })
      // Only a thread with work to do keeps the process alive.
      worker.ref()
      worker.postMessage({ id, job } satisfies ToWorker)
      return promise
    },
    async close() {
      closed = true
      await worker?.terminate()
    },
  }
}
