import { createHash, randomBytes } from 'node:crypto'
import { chmod, lstat, mkdir, readdir, realpath, rename, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** The kernel's limit for a socket's path is 104 to 108 bytes, zero included. */
const MAX_SOCKET_PATH_BYTES = 100
/** Our longest name of a socket. */
const LONGEST_NAME = 'lock-0123456789ab.sock'
/** A holder too busy to answer within this is a holder. */
const ANSWER_WITHIN_MS = 2000
/** Two that start in the same moment both step back and try again, this often. */
const TRIES = 10

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
  const place = await realpath(dataDir)
  if (process.platform === 'win32') return takePipe(dataDir, place)
  const near = Buffer.byteLength(join(place, LONGEST_NAME)) <= MAX_SOCKET_PATH_BYTES
  try {
    return await takeFolder(dataDir, near ? place : await folderElsewhere(place))
  } catch (error) {
    // Some mounted folders (Windows' drives in WSL, shared folders of virtual machines) hold files but no sockets.
    if (!near || !isCode(error, 'EOPNOTSUPP', 'ENOTSUP', 'EPERM', 'EACCES', 'EINVAL')) throw error
    return takeFolder(dataDir, await folderElsewhere(place))
  }
}

/**
 * Everybody first puts up a socket of their own, then looks at all the others: of any two, at least the one that looks later sees the other,
 * and whoever sees a living one steps back. A dead one's name never comes alive again, so it may be removed by anybody.
 */
async function takeFolder(dataDir: string, folder: string): Promise<DataFolder> {
  for (let left = TRIES; ; left--) {
    const own = await putUp(folder)
    const others = await theOthers(folder, own.name)
    if (others.length === 0) {
      own.hold()
      return { socketPath: (name) => join(folder, `${name}.sock`), release: own.takeDown }
    }
    await own.takeDown()
    if (left === 0 || others.includes('held')) throw new StoreInUse(dataDir)
    await wait(20 + Math.random() * 200)
  }
}

type Word = 'held' | 'asking'

async function putUp(folder: string): Promise<{ name: string; hold(): void; takeDown(): Promise<void> }> {
  const id = randomBytes(6).toString('hex')
  const name = `lock-${id}.sock`
  let word: Word = 'asking'
  const server = await listen(join(folder, `new-${id}.sock`), () => word)
  // Under this name it answers from its first moment: a socket that is bound and does not listen yet looks like a dead one.
  await rename(join(folder, `new-${id}.sock`), join(folder, name))
  return {
    name,
    hold: () => {
      word = 'held'
    },
    takeDown: async () => {
      await rm(join(folder, name), { force: true })
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What the living others say; the dead ones' sockets are removed. */
async function theOthers(folder: string, own: string): Promise<Word[]> {
  const words: Word[] = []
  for (const name of await readdir(folder)) {
    if (name === own || !/^lock-[0-9a-f]+\.sock$/.test(name)) continue
    const word = await ask(join(folder, name))
    if (word) words.push(word)
    else await rm(join(folder, name), { force: true })
  }
  return words
}

/** Windows: pipes live in the kernel and die with their process. */
async function takePipe(dataDir: string, place: string): Promise<DataFolder> {
  const path = (name: string) => `\\\\.\\pipe\\${nameOf(place)}-${name}`
  const server = await listen(path('lock'), () => 'held').catch((error: unknown) => {
    throw isCode(error, 'EADDRINUSE') ? new StoreInUse(dataDir) : error
  })
  return { socketPath: path, release: () => new Promise((resolve) => server.close(() => resolve())) }
}

function listen(path: string, say: () => Word): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((peer) => {
      peer.on('error', () => undefined)
      peer.end(say())
    })
    server.once('error', reject)
    server.listen(path, () => resolve(server.unref()))
  })
}

/** A short private folder for the sockets of a folder whose path is too long for them, or that holds none. */
async function folderElsewhere(place: string): Promise<string> {
  const folder = join(tmpdir(), nameOf(place))
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const found = await lstat(folder)
  if (!found.isDirectory() || found.uid !== process.getuid?.())
    throw new Error(`${folder} belongs to somebody else. Choose a folder with a shorter path as DATA_DIR.`)
  await chmod(folder, 0o700)
  return folder
}

const nameOf = (place: string) => `voice-agent-${createHash('sha256').update(place).digest('hex').slice(0, 16)}`

/** What the holder of a socket says; undefined when nobody is behind it any more. */
function ask(path: string): Promise<Word | undefined> {
  return new Promise((resolve) => {
    let said = ''
    const answer = () => resolve(said === 'asking' ? said : 'held')
    const peer = connect(path)
    peer.setTimeout(ANSWER_WITHIN_MS, () => {
      peer.destroy()
      answer()
    })
    peer.on('data', (data) => {
      said += data.toString()
    })
    peer.on('end', answer)
    peer.on('error', (error) => (isCode(error, 'ECONNREFUSED', 'ENOENT') ? resolve(undefined) : answer()))
  })
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
}
