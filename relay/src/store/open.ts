import { AsyncLocalStorage } from 'node:async_hooks'
import { fileURLToPath } from 'node:url'
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import postgres, { type Sql } from 'postgres'
import type { Clock } from '../calls/ports.ts'
import type { Logger } from '../logger.ts'
import { takeDataFolder } from './data-folder.ts'
import { startEmbedded } from './embedded.ts'
import * as schema from './schema.ts'

export { StoreInUse } from './data-folder.ts'

export type Db = PostgresJsDatabase<typeof schema>

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
/** A database that was away is asked again at most this much later; the driver's own back-off would let twenty seconds pass. */
const RECONNECT_UP_TO_S = 0.5

/**
 * Opens the store and brings its tables up to date: Postgres at `databaseUrl`, else PGlite under `dataDir`, through one driver.
 * @throws StoreInUse when another relay works on the data folder
 */
export async function openStore(o: { databaseUrl?: string; dataDir: string; logger: Logger; clock: Clock }): Promise<Store> {
  if (o.databaseUrl) {
    await runMigrations({ url: o.databaseUrl })
    return dress('postgres', connect({ url: o.databaseUrl }, POOL), async () => undefined)
  }
  const folder = await takeDataFolder(o.dataDir)
  try {
    const socketPath = folder.socketPath('database')
    const embedded = await startEmbedded({ dataDir: o.dataDir, socketPath, logger: o.logger })
    await runMigrations({ path: socketPath })
    // PGlite is one session: a second connection would only wait for the first.
    return dress('pglite', connect({ path: socketPath }, 1), async () => {
      await embedded.stop()
      await folder.release()
    })
  } catch (error) {
    await folder.release()
    throw error
  }
}

function connect(where: { url: string } | { path: string }, max: number): Sql {
  const options = {
    max,
    onnotice: () => undefined,
    fetch_types: false,
    connect_timeout: 10,
    backoff: (attempt: number) => Math.min(0.05 * 2 ** attempt, RECONNECT_UP_TO_S),
    connection: { application_name: 'voice-agent' },
  }
  if ('url' in where) return postgres(where.url, options)
  return postgres({ ...options, path: where.path, user: 'postgres', database: 'postgres' })
}

async function runMigrations(where: { url: string } | { path: string }): Promise<void> {
  const sql = connect(where, 1)
  try {
    await sql`select pg_advisory_lock(${MIGRATION_LOCK}::bigint)`
    await migrate(drizzle(sql), { migrationsFolder: fileURLToPath(new URL('./migrations', import.meta.url)) })
    await sql`select pg_advisory_unlock(${MIGRATION_LOCK}::bigint)`
  } finally {
    await sql.end({ timeout: 5 })
  }
}

function dress(kind: Store['kind'], sql: Sql, afterwards: () => Promise<void>): Store {
  let closing: Promise<void> | undefined
  return {
    kind,
    db: drizzle(guardTransactions(sql), { schema }),
    async alive(timeoutMs) {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<boolean>((resolve) => {
        timer = setTimeout(resolve, timeoutMs, false)
      })
      const answer = sql`select 1`.then(
        () => true,
        () => false,
      )
      return Promise.race([answer, late]).finally(() => clearTimeout(timer))
    },
    close: () => {
      closing ??= sql.end({ timeout: 5 }).then(afterwards)
      return closing
    },
  }
}

/**
 * A query on `db` inside `db.transaction` would wait for a connection that waits for it: on PGlite's one session for ever.
 * Here it throws at once, on Postgres too, where it would silently stand outside the transaction.
 */
function guardTransactions(sql: Sql): Sql {
  const inside = new AsyncLocalStorage<{ open: boolean }>()
  const refuse = () => {
    if (inside.getStore()?.open) throw new Error('A query on `db` inside `db.transaction`: use the `tx` that the transaction hands you.')
  }
  return new Proxy(sql, {
    get(target, name, receiver) {
      if (name === 'unsafe') {
        return (...args: Parameters<Sql['unsafe']>) => {
          refuse()
          return target.unsafe(...args)
        }
      }
      if (name === 'begin') {
        return (...args: unknown[]) => {
          refuse()
          const work = args.at(-1) as (tx: postgres.TransactionSql) => unknown
          // What a transaction set going and did not wait for may ask freely once it is over.
          const here = { open: true }
          const own = (tx: postgres.TransactionSql) =>
            inside.run(here, async () => {
              try {
                return await work(tx)
              } finally {
                here.open = false
              }
            })
          return Reflect.apply(target.begin, target, [...args.slice(0, -1), own])
        }
      }
      return Reflect.get(target, name, receiver)
    },
  })
}
