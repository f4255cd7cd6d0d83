import { eq, inArray, lt } from 'drizzle-orm'
import type { Store } from '../store/open.ts'
import { gateDecisions, callbacks as table } from '../store/schema.ts'
import { byPieces } from './by-pieces.ts'
import { type Counting, figures, fullSince, type Keys, msOf, type Tx } from './counting.ts'
import type { Decision } from './decisions.ts'
import type { Allowance } from './rules/limits.ts'
import { createUnlessFull } from './unless-full.ts'

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
  const unlessFull = createUnlessFull(o.counting)
  return {
    take: (what, decide, keep) =>
      unlessFull(
        what,
        (fullSince) => o.add(decide(fullSince)),
        async (tx, learn) => {
          const found = await figures(
            tx,
            what.allowances.map((allowance) =>
              fullSince(allowance, what, { table, at: table.createdAt, of: (key) => eq(COLUMNS[allowance.column], key) }),
            ),
          )
          const full = found.map(msOf)
          learn(full)
          await tx.insert(gateDecisions).values(decide(full))
          if (full.every((since) => since === undefined)) await keep(tx, what.keys)
        },
      ),
    async forget(before, signal) {
      await byPieces(async (rows) => {
        const piece = db.select({ callId: table.callId }).from(table).where(lt(table.runAt, before)).limit(rows)
        return (await db.delete(table).where(inArray(table.callId, piece)).returning({ callId: table.callId })).length
      }, signal)
    },
  }
}
