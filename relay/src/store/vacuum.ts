import { sql } from 'drizzle-orm'
import type { Store } from './open.ts'

/** The job that follows an erasure. */
export const VACUUM = 'vacuum-erased'

/**
 * Rewrites what an erasure emptied, so that the destroyed key's bytes are in no table file any more.
 * `call_keys` gets a new file with the keys that are left. VACUUM FULL would do that too, but would carry a destroyed key over while any
 * older transaction runs, and would make every call wait behind whoever reads the table, a backup say.
 * @throws when the table is in use for longer than two seconds: try again later
 */
export async function vacuumErased(store: Store): Promise<void> {
  await store.db.transaction(async (tx) => {
    await tx.execute(sql`set local lock_timeout = '2s'`)
    await tx.execute(sql`lock table call_keys in access exclusive mode`)
    await tx.execute(sql`create temporary table kept_keys on commit drop as select * from call_keys`)
    await tx.execute(sql`truncate call_keys`)
    await tx.execute(sql`insert into call_keys select * from kept_keys`)
  })
  for (const table of [sql`call_keys`, sql`entries`, sql`events`, sql`calls`]) await store.db.execute(sql`vacuum ${table}`)
  // Without the right to (managed Postgres), the server's next own checkpoint does it.
  await store.db.execute(sql`checkpoint`).catch(() => undefined)
}
