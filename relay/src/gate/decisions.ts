import { randomBytes } from 'node:crypto'
import { and, desc, eq, inArray, lt, not, or, sql } from 'drizzle-orm'
import type { Store } from '../store/open.ts'
import { olderThan, pageOf, timeCursor } from '../store/page.ts'
import { gateDecisions as table } from '../store/schema.ts'
import { byPieces } from './by-pieces.ts'
import { type Counting, figures, fullSince, type Keys, msOf, type Tx } from './counting.ts'
import type { Purpose } from './question.ts'
import { createRefusalWriter } from './refusal-writer.ts'
import type { Allowance } from './rules/limits.ts'
import { type Ceiling, costMicros } from './rules/spend.ts'
import { createUnlessFull } from './unless-full.ts'

/** The gate's book: every answer, and what the allowed calls were to cost. Limits and ceilings are counted over it. */

type Row = typeof table.$inferInsert
export type Decision = Omit<Row, 'settledAt'>

export interface Tally {
  /** For each allowance: since when it is used up. */
  readonly fullSince: readonly (number | undefined)[]
  /** For each ceiling: what is spent and set aside. */
  readonly spentMicros: readonly number[]
}

export interface Decisions {
  add(decision: Decision): Promise<void>
  /** Counts, lets `decide` answer and stores that answer; nobody counts in between. */
  decide(o: { keys: Keys; nowMs: number; allowances: Allowance[]; ceilings: Ceiling[] }, decide: (tally: Tally) => Decision): Promise<void>
  /**
   * What was set aside for the answer `failed` is free again, for its phone clearly did not ring; then counts the ceilings alone, lets `decide` answer
   * for another carrier and stores that. The wish was counted already.
   * @throws Error when there is no such answer, or it was replaced before
   */
  replace(
    o: { keys: Keys; nowMs: number; ceilings: Ceiling[]; failed: { id: string; callId: string } },
    decide: (tally: Tally) => Decision,
  ): Promise<void>
  /** The same count, with nothing stored. */
  tally(o: { keys: Keys; nowMs: number; allowances: Allowance[]; ceilings: Ceiling[] }): Promise<Tally>
  captchaUsed(hash: string): Promise<boolean>
  /** What the call cost replaces what was set aside for it. Settling again replaces it again. */
  settle(callId: string, used: { durationMs: number; amountMicros?: number }, at: Date): Promise<void>
  /** Deletes what is older, a piece at a time, until the signal says stop. */
  forget(before: { refusedBefore: Date; allowedBefore: Date }, signal: AbortSignal): Promise<number>
  list(organisationId: string, q: ListQuery): Promise<{ decisions: (typeof table.$inferSelect)[]; nextCursor?: string }>
}

export interface ListQuery {
  cursor?: string | undefined
  limit: number
  callId?: string | undefined
  allowed?: boolean | undefined
  purpose?: Purpose | undefined
}

export const newDecisionId = () => `gd_${randomBytes(12).toString('base64url')}`

export function createDecisions(o: { store: Store; counting: Counting }): Decisions {
  const { db } = o.store
  const { alone, inTurn } = o.counting
  const unlessFull = createUnlessFull(o.counting)
  const add = createRefusalWriter(db)
  return {
    add,
    decide: (what, decide) =>
      unlessFull(
        what,
        (fullSince) => add(decide({ fullSince, spentMicros: [] })),
        async (tx, learn) => {
          const tally = await count(tx, what)
          learn(tally.fullSince)
          await tx.insert(table).values(decide(tally))
        },
      ),
    replace: ({ failed, ...what }, decide) =>
      inTurn(() =>
        alone(async (tx) => {
          const [given] = await tx
            .update(table)
            .set({ amountMicros: 0, settledAt: new Date(what.nowMs) })
            .where(
              and(
                eq(table.id, failed.id),
                eq(table.callId, failed.callId),
                eq(table.numberHash, what.keys.number),
                table.allowed,
                sql`not exists (select 1 from ${table} as later where later.instead_of = ${failed.id})`,
              ),
            )
            .returning({ id: table.id })
          if (!given) throw new Error('only an answer that allowed this very call can be replaced, and once')
          await tx.insert(table).values(decide(await count(tx, { ...what, allowances: [] })))
        }),
      ),
    tally: (what) => count(db, what),
    async captchaUsed(hash) {
      const [row] = await db.select({ id: table.id }).from(table).where(eq(table.captchaHash, hash))
      return row !== undefined
    },
    settle: (callId, used, at) =>
      db.transaction(async (tx) => {
        const rows = await tx
          .select()
          .from(table)
          .where(and(eq(table.callId, callId), eq(table.allowed, true)))
          .orderBy(table.at, table.id)
          .for('update')
        const replaced = new Set(rows.map(({ insteadOf }) => insteadOf))
        for (const [place, row] of rows.filter(({ id }) => !replaced.has(id)).entries()) {
          // The carrier's own sum is for the call; a second phone in it is reckoned by the price table.
          const amountMicros =
            place === 0 && used.amountMicros !== undefined ? used.amountMicros : costMicros(row.perMinuteMicros, used.durationMs)
          await tx.update(table).set({ amountMicros, settledAt: at }).where(eq(table.id, row.id))
        }
      }),
    forget({ refusedBefore, allowedBefore }, signal) {
      const old = or(and(not(table.allowed), lt(table.at, refusedBefore)), and(table.allowed, lt(table.at, allowedBefore)))
      return byPieces(async (rows) => {
        const piece = db.select({ id: table.id }).from(table).where(old).limit(rows)
        return (await db.delete(table).where(inArray(table.id, piece)).returning({ id: table.id })).length
      }, signal)
    },
    async list(organisationId, { cursor, limit, callId, allowed, purpose }) {
      const rows = await db
        .select()
        .from(table)
        .where(
          and(
            eq(table.organisationId, organisationId),
            olderThan(cursor, table),
            callId === undefined ? undefined : eq(table.callId, callId),
            allowed === undefined ? undefined : eq(table.allowed, allowed),
            purpose === undefined ? undefined : eq(table.purpose, purpose),
          ),
        )
        .orderBy(desc(table.at), desc(table.id))
        .limit(limit + 1)
      const { rows: decisions, ...next } = pageOf(rows, limit, ({ at, id }) => timeCursor(at, id))
      return { decisions, ...next }
    },
  }
}

const COLUMNS = {
  number: table.numberHash,
  asker: table.askerHash,
  address: table.addressHash,
  agent: table.agentId,
  organisation: table.organisationId,
} as const

async function count(
  tx: Pick<Tx, 'execute'>,
  { keys, nowMs, allowances, ceilings }: { keys: Keys; nowMs: number; allowances: Allowance[]; ceilings: Ceiling[] },
): Promise<Tally> {
  const found = await figures(tx, [
    ...allowances.map((allowance) =>
      fullSince(allowance, { keys, nowMs }, { table, at: table.at, of: (key) => allowedOf(allowance, key) }),
    ),
    ...ceilings.map(({ of, fromMs }) => {
      const whose = of === 'house' ? sql`true` : sql`${COLUMNS[of]} = ${keys[of]}`
      return sql`(select coalesce(sum(${table.amountMicros}), 0)::text from ${table} where ${table.allowed} and ${whose} and ${table.at} >= ${new Date(fromMs)})`
    }),
  ])
  return {
    fullSince: allowances.map((_, place) => msOf(found[place])),
    spentMicros: ceilings.map((_, place) => Number(found[allowances.length + place] ?? 0)),
  }
}

/** The answers that an allowance counts. */
function allowedOf({ column, only }: Allowance, key: string) {
  const kind =
    only === undefined ? sql`true` : 'purpose' in only ? sql`${table.purpose} = ${only.purpose}` : sql`${table.asker} = ${only.asker}`
  return sql`${table.allowed} and ${table.insteadOf} is null and ${COLUMNS[column]} = ${key} and ${kind}`
}
