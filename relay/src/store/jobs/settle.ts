import { sql } from 'drizzle-orm'
import type { Db } from '../open.ts'

/** Done: the row goes. Only its own worker may say so; a job that was added again meanwhile has none and is free to run. */
export function completeJob(db: Db, o: { id: number; lockedBy: string }) {
  return db.execute(sql`
    with done as (delete from jobs where id = ${o.id} and locked_by = ${o.lockedBy})
    update jobs set locked_until = null, attempts = 0 where id = ${o.id} and locked_by is null`)
}

/** Failed: again at `runAt`, or, after its last attempt, kept dead with its error. One that was added again meanwhile is not its last. */
export function failJob(db: Db, o: { id: number; lockedBy: string; error: string; runAt: Date; deadAt: Date | null }) {
  return db.execute(sql`
    update jobs set locked_by = null, locked_until = null, last_error = ${o.error}, run_at = ${o.runAt.toISOString()},
      dead_at = case when locked_by is null then null else ${o.deadAt?.toISOString() ?? null}::timestamptz end,
      attempts = case when locked_by is null then 0 else attempts end
    where id = ${o.id} and (locked_by = ${o.lockedBy} or (locked_by is null and locked_until is not null))`)
}
