import { sql } from 'drizzle-orm'
import type { Store } from './open.ts'

/** The job that follows an erasure. */
export const VACUUM = 'vacuum-erased'

/** What can be read with keys that an erasure does not destroy. */
const READABLE = ['call_keys', 'callbacks']

/**
 * Rewrites what an erasure emptied, so that the destroyed key's bytes are in no table file any more, nor what was asked for under the house's key.
 * These tables get a new file with the rows that are left. VACUUM FULL would do that too, but would carry a destroyed key over while any
 * older transaction runs, and would make every call wait behind whoever reads the table, a backup say.
 * @throws when the table is in use for longer than two seconds: try again later
 */
export async function vacuumErased(store: Store): Promise<void> {
  for (const table of READABLE.map((name) => sql.identifier(name))) {
    await store.db.transaction(async (tx) => {
      await tx.execute(sql`set local lock_timeout = '2s'`)
      await tx.execute(sql`lock table ${table} in access exclusive mode`)
      await tx.execute(sql`create temporary table kept_rows on commit drop as select * from ${table}`)
      await tx.execute(sql`truncate ${table}`)
      await tx.execute(sql`insert into ${table} select * from kept_rows`)
    })
  }
  const tables = [sql`call_keys`, sql`callbacks`, sql`entries`, sql`events`, sql`calls`, sql`idempotent_requests`]
  for (const table of tables) await store.db.execute(sql`vacuum ${table}`)
  // Without the right to (managed Postgres), the server's next own checkpoint does it.
  await store.db.execute(sql`checkpoint`).catch(() => undefined)
}
