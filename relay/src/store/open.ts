import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import type { Clock } from '../calls/ports.ts'
import type { Logger } from '../logger.ts'
import { type Connection, connect, type Db, settingsOf, type Where } from './connection.ts'
import { takeDataFolder } from './data-folder.ts'
import { startEmbedded } from './embedded.ts'

export type { Db } from './connection.ts'
export { StoreInUse } from './data-folder.ts'

export interface Store {
  readonly kind: 'pglite' | 'postgres'
  readonly db: Db
  /** Whether the database answers within this time. Never throws. */
  alive(timeoutMs: number): Promise<boolean>
  close(): Promise<void>
}

/** Any number: relays that migrate at once wait for each other on it. */
const MIGRATION_LOCK = 8_787_001
const POOL = 10
const MIGRATIONS = fileURLToPath(new URL('./migrations', import.meta.url))

/**
 * Opens the store and brings its tables up to date: Postgres at `databaseUrl`, else PGlite under `dataDir`, through one driver.
 * @throws StoreInUse when another relay works on the data folder
 */
export async function openStore(o: { databaseUrl?: string; dataDir: string; logger: Logger; clock: Clock }): Promise<Store> {
  const { dataDir, logger } = o
  if (o.databaseUrl) {
    const where = { url: o.databaseUrl }
    await runMigrations(where)
    return dress('postgres', connect(where, { max: POOL, logger }), [])
  }
  const folder = await takeDataFolder(dataDir)
  const afterwards = [() => folder.release()]
  try {
    const where = { path: folder.socketPath('database') }
    const embedded = await startEmbedded({ dataDir, socketPath: where.path, logger })
    afterwards.unshift(() => embedded.stop())
    await runMigrations(where)
    // PGlite is one session: a second connection would only wait for the first.
    return dress('pglite', connect(where, { max: 1, logger }), afterwards)
  } catch (error) {
    for (const step of afterwards) await step()
    throw error
  }
}

async function runMigrations(where: Where): Promise<void> {
  const client = new pg.Client({ ...settingsOf(where), connectionTimeoutMillis: 10_000 })
  client.on('error', () => undefined)
  await client.connect().catch((error: Error) => {
    // The driver gives this fault no code, and settings are told apart by codes.
    throw error.message === 'timeout expired' ? Object.assign(error, { code: 'CONNECT_TIMEOUT' }) : error
  })
  try {
    await client.query('select pg_advisory_lock($1::bigint)', [MIGRATION_LOCK])
    await migrate(drizzle(client), { migrationsFolder: MIGRATIONS })
    await client.query('select pg_advisory_unlock($1::bigint)', [MIGRATION_LOCK])
  } finally {
    await client.end()
  }
}

function dress(kind: Store['kind'], connection: Connection, afterwards: (() => Promise<void>)[]): Store {
  let closing: Promise<void> | undefined
  const close = async () => {
    await connection.close()
    for (const step of afterwards) await step()
  }
  return {
    kind,
    db: connection.db,
    alive: connection.alive,
    close() {
      closing ??= close()
      return closing
    },
  }
}
