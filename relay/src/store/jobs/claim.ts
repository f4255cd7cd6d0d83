import { sql } from 'drizzle-orm'
import type { Db } from '../open.ts'

export interface Claimed {
  id: number
  kind: string
  payload: unknown
  attempts: number
  max_attempts: number
}

/** Takes due jobs nobody works on; one whose worker died is due again when its lock runs out, unless it was its last attempt (`bury.ts`). */
export async function claimJobs(
  db: Db,
  o: { kinds: string[]; now: Date; lockedBy: string; lockedUntil: Date; limit: number },
): Promise<Claimed[]> {
  const kinds = sql.join(
    o.kinds.map((kind) => sql`${kind}`),
    sql`, `,
  )
  const { rows } = await db.execute<Record<string, unknown> & Claimed>(sql`
    update jobs set locked_by = ${o.lockedBy}, locked_until = ${o.lockedUntil.toISOString()}, attempts = attempts + 1
    where id in (
      select id from jobs
      where dead_at is null and attempts < max_attempts and run_at <= ${o.now.toISOString()} and (locked_until is null or locked_until < ${o.now.toISOString()})
        and kind in (${kinds})
      order by run_at, id
      limit ${o.limit}
      for update skip locked
    )
    returning id::int as id, kind, payload, attempts, max_attempts`)
  return rows
}
