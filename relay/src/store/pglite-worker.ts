import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

/** The embedded database in a thread of its own, so that a long query never stops a call's sound. Speaks Postgres on a socket file. */
const { folder, socketPath } = workerData as { folder: string; socketPath: string }

const db = await PGlite.create({ dataDir: folder })
const server = new PGLiteSocketServer({ db, path: socketPath })
await server.start()

parentPort?.on('message', () => {
  void server
    .stop()
    .then(() => db.close())
    .then(() => parentPort?.postMessage('stopped'))
})
parentPort?.postMessage('ready')
