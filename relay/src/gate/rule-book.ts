import { eq } from 'drizzle-orm'
import type { z } from 'zod'
import { mergePatch, patchBetween } from '../agents/merge-patch.ts'
import type { Clock } from '../calls/ports.ts'
import { Problem } from '../protocol/index.ts'
import type { Store } from '../store/open.ts'
import { callingRules as table } from '../store/schema.ts'
import { CallingRules, DEFAULT_RULES, rulesOf } from './calling-rules.ts'

/** Each organisation's calling rules: its own values over the house's defaults. */
export interface RuleBook {
  of(organisationId: string): Promise<CallingRules>
  /** JSON merge patch; null goes back to the default. @throws Problem invalid_request */
  patch(organisationId: string, patch: Record<string, unknown>): Promise<CallingRules>
  /** These, whole; what is like the default stays the default’s. @throws Problem invalid_request */
  put(organisationId: string, rules: CallingRules): Promise<CallingRules>
}

export function createRuleBook(o: { store: Store; clock: Clock }): RuleBook {
  const { db } = o.store
  return {
    async of(organisationId) {
      const [row] = await db.select().from(table).where(eq(table.organisationId, organisationId))
      return rulesOf(row?.document)
    },
    patch: (organisationId, patch) => write(organisationId, (document) => mergePatch(document, patch)),
    put: (organisationId, rules) => write(organisationId, () => patchBetween(DEFAULT_RULES, rules)),
  }

  function write(organisationId: string, change: (document: unknown) => unknown): Promise<CallingRules> {
    return db.transaction(async (tx) => {
      const updatedAt = new Date(o.clock.nowMs())
      // A row to hold on to, so that two patches at once both count.
      await tx.insert(table).values({ organisationId, document: {}, updatedAt }).onConflictDoNothing()
      const [row] = await tx.select().from(table).where(eq(table.organisationId, organisationId)).for('update')
      const document = change(row?.document ?? {})
      const read = CallingRules.safeParse(mergePatch(DEFAULT_RULES, document))
      if (!read.success) throw unusable(read.error)
      if (!isStorable(document)) throw new Problem('invalid_request', 'The rules must not hold the character U+0000 or broken surrogates.')
      await tx.update(table).set({ document, updatedAt }).where(eq(table.organisationId, organisationId))
      return read.data
    })
  }
}

function unusable(error: z.ZodError): Problem {
  const errors = error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }))
  const [first] = errors
  return new Problem('invalid_request', first ? `${first.path || 'The rules'}: ${first.message}` : 'The rules do not fit.', { errors })
}

/** Postgres stores neither U+0000 nor half a surrogate pair as JSON. */
function isStorable(document: unknown): boolean {
  return !/\\u(0000|d[89a-f])/i.test(JSON.stringify(document))
}
