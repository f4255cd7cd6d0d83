import { sql } from 'drizzle-orm'
import type { Db } from '../open.ts'

/** Says that these jobs are still being worked on: a long one is not a dead worker's. */
export function keepJobs(db: Db, o: { ids: number[]; lockedBy: string; lockedUntil: Date }) {
  const ids = sql.join(
    o.ids.map((id) => sql`${id}`),
    sql`, `,
  )
  return db.execute(sql`
    update jobs set locked_until = ${o.lockedUntil.toISOString()}
    where id in (${ids}) and locked_by = ${o.lockedBy}`)
}
