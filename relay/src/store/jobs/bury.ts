import { sql } from 'drizzle-orm'
import type { Db } from '../open.ts'

/** Jobs whose workers died at every attempt do not get another one: whatever they do may be what kills. Kept dead, to be looked at. */
export async function buryJobs(db: Db, o: { now: Date }) {
  const { rows } = await db.execute<{ id: number; kind: string }>(sql`
    update jobs set dead_at = ${o.now.toISOString()}, locked_by = null, locked_until = null,
      last_error = coalesce(last_error || ' ', '') || '(its worker died at the last attempt)'
    where dead_at is null and locked_until < ${o.now.toISOString()} and attempts >= max_attempts
    returning id::int as id, kind`)
  return rows
}
