import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Logger } from '../logger.ts'

const RESTART_AFTER_MS = 500
const STOP_WITHIN_MS = 5000

export interface EmbeddedDatabase {
  stop(): Promise<void>
}

/** Runs PGlite in its worker and starts it again should it die. Resolves when it takes connections on `socketPath`. */
export async function startEmbedded(o: { dataDir: string; socketPath: string; logger: Logger }): Promise<EmbeddedDatabase> {
  const folder = join(o.dataDir, 'pg')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  let stopping = false
  let restart: NodeJS.Timeout | undefined

  async function start(): Promise<Worker> {
    if (process.platform !== 'win32') await rm(o.socketPath, { force: true })
    const worker = new Worker(new URL('./pglite-worker.ts', import.meta.url), { workerData: { folder, socketPath: o.socketPath } })
    await new Promise<void>((resolve, reject) => {
      worker.once('message', () => resolve())
      worker.once('error', reject)
      worker.once('exit', (code) => reject(new Error(`The embedded database stopped with code ${code} before it was ready.`)))
    })
    worker.removeAllListeners('exit').removeAllListeners('error')
    worker.on('error', (error) => o.logger.error({ err: error }, 'the embedded database failed'))
    worker.on('exit', () => {
      if (!stopping) again()
    })
    return worker
  }

  function again() {
    o.logger.error('the embedded database stopped; starting it again')
    restart = setTimeout(() => {
      start().then(
        (worker) => {
          current = worker
          // Stopped while it was starting: nobody waits for it any more.
          if (stopping) void worker.terminate()
        },
        (error: unknown) => {
          o.logger.error({ err: error }, 'the embedded database did not start')
          if (!stopping) again()
        },
      )
    }, RESTART_AFTER_MS)
  }

  let current = await start()
  return {
    async stop() {
      stopping = true
      clearTimeout(restart)
      const worker = current
      const stopped = new Promise<void>((resolve) => {
        worker.once('message', () => resolve())
        worker.once('exit', () => resolve())
        setTimeout(resolve, STOP_WITHIN_MS).unref()
      })
      worker.postMessage('stop')
      await stopped
      await worker.terminate()
    },
  }
}
