import { and, desc, eq, lt } from 'drizzle-orm'
import type { Clock } from '../calls/ports.ts'
import type { Logger } from '../logger.ts'
import type { Store } from '../store/open.ts'
import { pageOf } from '../store/page.ts'
import { audit as table } from '../store/schema.ts'
import { actorOf, type Principal } from './roles.ts'

/** Who did what to which call or setting. */
export interface Deed {
  at: string
  actor: { kind: 'user' | 'key'; id: string }
  /** `POST /api/calls/{id}/hangup` */
  action: string
  target?: string
  address: string
}

export interface Audit {
  /** Never rejects, and keeps nobody waiting for long: what was done is done. */
  write(principal: Principal, deed: { action: string; target: string | undefined; address: string }): Promise<void>
  list(
    organisationId: string,
    q: { cursor?: string | undefined; limit: number; target?: string | undefined },
  ): Promise<{ deeds: Deed[]; nextCursor?: string }>
}

const WRITE_WITHIN_MS = 1_000

export function createAudit(o: { store: Store; clock: Clock; logger: Logger }): Audit {
  const { db } = o.store
  return {
    async write(principal, { action, address, target }) {
      const actor = actorOf(principal)
      const written = db
        .insert(table)
        .values({
          organisationId: principal.organisationId,
          at: new Date(o.clock.nowMs()),
          actorKind: principal.kind,
          actorId: actor,
          action,
          target: target ?? null,
          address,
        })
        .then(
          () => undefined,
          // The log of the process keeps what the table could not.
          (error: unknown) => o.logger.error({ err: error, actor, action, target }, 'a deed was not written into the audit trail'),
        )
      const late = Promise.withResolvers<void>()
      const cancel = o.clock.after(WRITE_WITHIN_MS, late.resolve)
      await Promise.race([written, late.promise])
      cancel()
    },
    async list(organisationId, { cursor, limit, target }) {
      const before = cursor === undefined ? Number.NaN : Number(cursor)
      const rows = await db
        .select()
        .from(table)
        .where(
          and(
            eq(table.organisationId, organisationId),
            target === undefined ? undefined : eq(table.target, target),
            Number.isSafeInteger(before) ? lt(table.seq, before) : undefined,
          ),
        )
        .orderBy(desc(table.seq))
        .limit(limit + 1)
      const { rows: deeds, ...next } = pageOf(rows, limit, ({ seq }) => String(seq))
      return { deeds: deeds.map(deedOf), ...next }
    },
  }
}

function deedOf(row: typeof table.$inferSelect): Deed {
  const { action, actorId, actorKind, address, at, target } = row
  return { at: at.toISOString(), actor: { kind: actorKind, id: actorId }, action, ...(target ? { target } : {}), address }
}
