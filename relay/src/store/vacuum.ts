import { sql } from 'drizzle-orm'
import type { Store } from './open.ts'

/** The job that follows an erasure. */
export const VACUUM = 'vacuum-erased'

/**
 * Rewrites what an erasure emptied, so that the destroyed key's bytes are in no table file any more.
 * `call_keys` is rewritten whole (FULL: a plain vacuum leaves old bytes in free space); it is a few dozen bytes a call.
 */
export async function vacuumErased(store: Store): Promise<void> {
  await store.db.execute(sql`vacuum full call_keys`)
  await store.db.execute(sql`vacuum entries`)
  await store.db.execute(sql`vacuum events`)
  await store.db.execute(sql`vacuum calls`)
  // Without the right to (managed Postgres), the server's next own checkpoint does it.
  await store.db.execute(sql`checkpoint`).catch(() => undefined)
}
