import type { Db } from '../store/open.ts'
import { gateDecisions as table } from '../store/schema.ts'

type Row = typeof table.$inferInsert

const ROWS_AT_ONCE = 500

/** Stores answers that nothing is counted by: many that come together go in one statement. Each promise ends when its own answer is stored. */
export function createRefusalWriter(db: Db): (row: Row) => Promise<void> {
  const waiting: { row: Row; done: PromiseWithResolvers<void> }[] = []
  let writing = false

  async function write(): Promise<void> {
    writing = true
    while (waiting.length > 0) {
      const batch = waiting.splice(0, ROWS_AT_ONCE)
      await db
        .insert(table)
        .values(batch.map(({ row }) => row))
        .then(
          () => {
            for (const { done } of batch) done.resolve()
          },
          () => oneByOne(batch),
        )
    }
    writing = false
  }

  /** One row that cannot be stored must not take the others with it. */
  async function oneByOne(batch: typeof waiting): Promise<void> {
    for (const { row, done } of batch)
      await db
        .insert(table)
        .values(row)
        .then(() => done.resolve(), done.reject)
  }

  return (row) => {
    const done = Promise.withResolvers<void>()
    waiting.push({ row, done })
    if (!writing) void write()
    return done.promise
  }
}
