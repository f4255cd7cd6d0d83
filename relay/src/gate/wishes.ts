import { eq, inArray, lt } from 'drizzle-orm'
import type { Store } from '../store/open.ts'
import { gateDecisions, callbacks as table } from '../store/schema.ts'
import { type Counting, figures, fullSince, type Keys, msOf, type Tx } from './counting.ts'
import type { Decision } from './decisions.ts'
import { createFullness } from './fullness.ts'
import type { Allowance } from './rules/limits.ts'

/**
 * Calls that visitors ask for now, to be made later. When they are asked for they are counted among each other, by the limits of calls; when they ring
 * they are counted among calls. Otherwise anybody might leave as many as they like.
 */
export interface Wishes {
  /** Counts, lets `decide` answer, and stores that answer and, where there is room, the wish: all or nothing. */
  take(
    o: { keys: Keys; nowMs: number; allowances: Allowance[] },
    decide: (fullSince: readonly (number | undefined)[]) => Decision,
    keep: KeepWish,
  ): Promise<void>
  /** Deletes those of before, a piece at a time, until the signal says stop. */
  forget(before: Date, signal: AbortSignal): Promise<void>
}

/** Stores the wish, with what it is counted by. */
export type KeepWish = (tx: Pick<Tx, 'insert'>, by: Pick<Keys, 'number' | 'asker' | 'address'>) => Promise<void>

const ROWS_FORGOTTEN_AT_ONCE = 1000

/** All of them are visitors', and asked for. */
const COLUMNS = {
  number: table.numberHash,
  asker: table.askerHash,
  address: table.addressHash,
  agent: table.agentId,
  organisation: table.organisationId,
} as const

/** `add` stores an answer that nothing is counted by. */
export function createWishes(o: { store: Store; counting: Counting; add: (decision: Decision) => Promise<void> }): Wishes {
  const { db } = o.store
  const { alone, inTurn } = o.counting
  const fullness = createFullness()
  return {
    async take(what, decide, keep) {
      const { allowances, keys, nowMs } = what
      if (await refusedUncounted()) return
      await inTurn(async () => {
        // Whoever was before us in the turn may have learnt it.
        if (await refusedUncounted()) return
        await alone(async (tx) => {
          const found = await figures(
            tx,
            allowances.map((allowance) =>
              fullSince(allowance, what, { table, at: table.createdAt, of: (key) => eq(COLUMNS[allowance.column], key) }),
            ),
          )
          const full = found.map(msOf)
          fullness.learn(allowances, full, keys)
          await tx.insert(gateDecisions).values(decide(full))
          if (full.every((since) => since === undefined)) await keep(tx, keys)
        })
      })

      async function refusedUncounted(): Promise<boolean> {
        const known = fullness.known(allowances, keys, nowMs)
        if (!known) return false
        await o.add(decide(known))
        return true
      }
    },
    async forget(before, signal) {
      for (;;) {
        const piece = db.select({ callId: table.callId }).from(table).where(lt(table.runAt, before)).limit(ROWS_FORGOTTEN_AT_ONCE)
        const gone = await db.delete(table).where(inArray(table.callId, piece)).returning({ callId: table.callId })
        if (gone.length === 0 || signal.aborted) return
      }
    },
  }
}
