import { AsyncLocalStorage } from 'node:async_hooks'
import { Socket } from 'node:net'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg, { type PoolClient, type PoolConfig } from 'pg'
import type { Logger } from '../logger.ts'
import * as schema from './schema.ts'

export type Db = NodePgDatabase<typeof schema>

/** A Postgres server by its URL, or one that listens on a socket file (a pipe on Windows). */
export type Where = { url: string } | { path: string }

/** For a connection, whether it has to be made or to be waited for. */
const CONNECT_WITHIN_MS = 10_000
const CLOSE_WITHIN_MS = 5000
const IDLE_MS = 30_000

export interface Connection {
  readonly db: Db
  /** Whether the database answers within this time. Never throws. */
  alive(timeoutMs: number): Promise<boolean>
  /** Lets running queries end, for five seconds. */
  close(): Promise<void>
}

/** Connections come and go as they are needed: after an outage the next query simply makes a new one. */
export function connect(where: Where, o: { max: number; logger: Logger }): Connection {
  const pool = new pg.Pool({
    ...settingsOf(where),
    max: o.max,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    // The embedded database's one connection stays: a new one would cost it more than an idle one does.
    idleTimeoutMillis: 'path' in where ? 0 : IDLE_MS,
  })
  // Without listeners a connection that is lost between two queries would end the process. Whoever asks next is told.
  pool.on('error', (error) => o.logger.warn({ fault: error.message }, 'a connection to the database was lost'))
  pool.on('connect', (client) => client.on('error', () => undefined))
  let closing: Promise<void> | undefined
  return {
    db: guardTransactions(pool),
    alive: (timeoutMs) =>
      within(
        timeoutMs,
        pool.query('select 1').then(
          () => true,
          () => false,
        ),
        false,
      ),
    close() {
      closing ??= within(CLOSE_WITHIN_MS, pool.end(), undefined)
      return closing
    },
  }
}

/** What the driver wants to know of a server. */
export function settingsOf(where: Where): PoolConfig {
  const settings = { application_name: 'voice-agent', keepAlive: true }
  if ('url' in where) return { ...settings, connectionString: where.url }
  return { ...settings, stream: () => new FileSocket(where.path), user: 'postgres', database: 'postgres', ssl: false }
}

/** Goes to its file, whatever host and port the driver names. */
class FileSocket extends Socket {
  readonly #path: string
  constructor(path: string) {
    super()
    this.#path = path
  }
  override connect(): this {
    return super.connect({ path: this.#path })
  }
}

/**
 * A query on `db` inside `db.transaction` would wait for a connection that waits for it: on PGlite's one session for ever.
 * Here it throws at once, on Postgres too, where it would silently stand outside the transaction.
 */
function guardTransactions(pool: pg.Pool): Db {
  const inside = new AsyncLocalStorage<{ open: boolean }>()
  const refuse = () => {
    if (inside.getStore()?.open) throw new Error('A query on `db` inside `db.transaction`: use the `tx` that the transaction hands you.')
  }
  const query = (...args: Parameters<pg.Pool['query']>) => {
    refuse()
    return pool.query(...args)
  }
  const guarded = new Proxy(pool, { get: (target, name) => (name === 'query' ? query : Reflect.get(target, name)) })
  const db = drizzle(guarded, { schema })
  const single = new WeakMap<PoolClient, Db>()
  const dbOf = (client: PoolClient) => {
    const known = single.get(client) ?? drizzle(client, { schema })
    single.set(client, known)
    return known
  }
  const transaction: Db['transaction'] = async (work, config) => {
    refuse()
    // Taken and given back here: drizzle's own way would lose a connection that breaks at BEGIN.
    const client = await pool.connect()
    // What a transaction set going and did not wait for may ask freely once it is over.
    const here = { open: true }
    try {
      return await inside.run(here, () => dbOf(client).transaction(work, config))
    } finally {
      here.open = false
      client.release()
    }
  }
  return Object.assign(db, { transaction })
}

function within<T>(ms: number, work: Promise<T>, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(resolve, ms, otherwise)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
