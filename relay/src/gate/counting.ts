import { type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { Db } from '../store/open.ts'
import type { Allowance } from './rules/limits.ts'

/** Counting what is stored, and storing what was counted, with nobody in between. */

/** Any number: whoever counts waits here for whoever counts before them, in every relay on this database. */
const COUNTING = 8_787_004

export type Tx = Pick<Db, 'execute' | 'insert' | 'select' | 'update'>

/** What is counted by. */
export interface Keys {
  readonly number: string
  readonly asker: string | null
  readonly address: string | null
  readonly agent: string
  readonly organisation: string
}

export interface Counting {
  /** Nobody of this process counts meanwhile. */
  inTurn<T>(work: () => Promise<T>): Promise<T>
  /** Nor anybody else on this database. To be asked for in turn. */
  alone<T>(work: (tx: Tx) => Promise<T>): Promise<T>
}

export function createCounting(db: Db): Counting {
  // One waiter a process: a flood of questions must not hold every connection while it waits for the lock.
  let turn: Promise<unknown> = Promise.resolve()
  return {
    inTurn(work) {
      const mine = turn.then(work)
      turn = mine.catch(() => undefined)
      return mine
    },
    alone: (work) =>
      db.transaction(async (tx) => {
        await tx.execute(sql`select pg_advisory_xact_lock(${COUNTING}::bigint)`)
        return work(tx)
      }),
  }
}

/** One statement, so that every figure is of one moment. */
export async function figures(tx: Pick<Tx, 'execute'>, parts: readonly SQL[]): Promise<(string | undefined)[]> {
  const columns = parts.map((part, place) => sql`${part} as ${sql.identifier(`f${place}`)}`)
  const { rows } = await tx.execute<Record<string, string | null>>(sql`select ${sql.join([sql`1 as one`, ...columns], sql`, `)}`)
  return parts.map((_, place) => rows[0]?.[`f${place}`] ?? undefined)
}

/** When the count-th newest row in the window came; null while there are fewer. `of` are the rows of this key. */
export function fullSince(
  { column, windowMs, count }: Allowance,
  { keys, nowMs }: { keys: Keys; nowMs: number },
  rows: { table: SQLWrapper; at: SQLWrapper; of: (key: string) => SQL },
): SQL {
  const key = keys[column]
  if (key === null) return sql`null::text`
  if (count === 0) return sql`${String(nowMs)}::text`
  return sql`(select (extract(epoch from ${rows.at}) * 1000)::bigint::text from ${rows.table}
    where ${rows.of(key)} and ${rows.at} > ${new Date(nowMs - windowMs)}
    order by ${rows.at} desc offset ${count - 1} limit 1)`
}

export const msOf = (figure: string | undefined) => (figure === undefined ? undefined : Number(figure))
