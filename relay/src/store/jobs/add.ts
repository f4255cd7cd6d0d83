import { sql } from 'drizzle-orm'
import type { Db } from '../open.ts'

/** A job with the key of one that waits is the same job: it runs at the earlier of the two times. A dead one is woken; one that runs loses its worker and so runs once more. */
export function addJob(
  db: Pick<Db, 'execute'>,
  job: { kind: string; key: string | null; payload: unknown; runAt: Date; maxAttempts: number },
) {
  return db.execute(sql`
    insert into jobs (kind, key, payload, run_at, max_attempts)
    values (${job.kind}, ${job.key}, ${JSON.stringify(job.payload)}::jsonb, ${job.runAt.toISOString()}, ${job.maxAttempts})
    on conflict (kind, key) do update set
      payload = excluded.payload,
      run_at = least(jobs.run_at, excluded.run_at),
      attempts = case when jobs.dead_at is null then jobs.attempts else 0 end,
      dead_at = null,
      locked_by = null`)
}
