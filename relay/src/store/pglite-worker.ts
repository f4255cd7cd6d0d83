import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

// On Linux this is the thread's own: live sound goes before the database. Elsewhere it would be the whole process's.
if (process.platform === 'linux') setPriority(0, 10)

/** The embedded database in a thread of its own, so that a long query never stops a call's sound. Speaks Postgres on a socket file. */
const { folder, socketPath } = workerData as { folder: string; socketPath: string }

const db = await PGlite.create({ dataDir: folder })
const answer = db.execProtocolRawStream.bind(db)
db.execProtocolRawStream = (message, options) => {
  const onRawData = (data: Uint8Array) => {
    if (isLastWord(data)) process.exit(1)
    options?.onRawData(data)
  }
  return answer(message, { ...options, onRawData }).catch(() => process.exit(1))
}
// One that is lost may still be on its way out when the next one comes.
const server = new PGLiteSocketServer({ db, path: socketPath, maxConnections: 2 })
await server.start()

parentPort?.on('message', () => {
  void server
    .stop()
    .then(() => db.close())
    .then(() => parentPort?.postMessage('stopped'))
})
parentPort?.postMessage('ready')

/**
 * A server process that says FATAL or PANIC (a full disk, say) is over, but PGlite would say so again and again and answer nothing else:
 * the thread ends instead, and the database starts anew from its log.
 */
function isLastWord(data: Uint8Array): boolean {
  return data[0] === 0x45 && /^S(FATAL|PANIC)\0/.test(Buffer.from(data.subarray(5, 12)).toString('latin1'))
}
