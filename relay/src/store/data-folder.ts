import { createHash, randomUUID } from 'node:crypto'
import { chmod, mkdir, realpath, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The kernel's limit for a socket's path is 104 to 108 bytes, zero included. */
const MAX_SOCKET_PATH_BYTES = 100

/** Another relay works on this data folder. The message is one line for the person at the terminal. */
export class StoreInUse extends Error {
  constructor(dataDir: string) {
    super(`Another relay is using ${dataDir}. Stop it first, or choose another folder with DATA_DIR.`)
    this.name = 'StoreInUse'
  }
}

export interface DataFolder {
  /** Where a socket of this name may listen. */
  socketPath(name: string): string
  release(): Promise<void>
}

/**
 * Takes the data folder for this process, private to its user.
 * The lock is a listening socket: it dies with its process, so a killed relay never locks anybody out and a reused pid means nothing.
 * @throws StoreInUse
 */
export async function takeDataFolder(dataDir: string): Promise<DataFolder> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await chmod(dataDir, 0o700)
  const sockets = await socketFolder(await realpath(dataDir))
  const lockPath = socketPath(sockets, 'lock')
  const owner = randomUUID()
  if ((await ask(lockPath)) !== undefined) throw new StoreInUse(dataDir)
  if (process.platform !== 'win32') await rm(lockPath, { force: true })
  const server = createServer((peer) => {
    peer.on('error', () => undefined)
    peer.end(owner)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'EADDRINUSE' ? new StoreInUse(dataDir) : error))
    server.listen(lockPath, resolve)
  })
  server.unref()
  // Two that started at once both removed the stale lock; the one whose socket answers has it.
  if ((await ask(lockPath)) !== owner) {
    server.close()
    throw new StoreInUse(dataDir)
  }
  return {
    socketPath: (name) => socketPath(sockets, name),
    release: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

async function socketFolder(dataDir: string): Promise<string> {
  const name = `voice-agent-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`
  if (Buffer.byteLength(join(dataDir, '.s.PGSQL.5432')) <= MAX_SOCKET_PATH_BYTES) return dataDir
  const folder = join(tmpdir(), name)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  return folder
}

const socketPath = (folder: string, name: string) => (process.platform === 'win32' ? `${folder}-${name}` : join(folder, `${name}.sock`))

/** What the holder of a lock answers; undefined when nobody holds it. */
function ask(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = ''
    const peer = connect(path)
    peer.setTimeout(2000, () => {
      // A holder too busy to answer is a holder.
      peer.destroy()
      resolve(said)
    })
    peer.on('data', (data) => {
      said += data.toString()
    })
    peer.on('end', () => resolve(said))
    peer.on('error', () => resolve(undefined))
  })
}
