import { and, desc, eq, gt, isNull, ne, sql } from 'drizzle-orm'
import type { Clock } from '../calls/ports.ts'
import { Problem } from '../protocol/problem.ts'
import type { Store } from '../store/open.ts'
import { refreshTokens, users } from '../store/schema.ts'
import { type Principal, ROLES } from './roles.ts'

/** One sign-in of a person, on one browser or machine. */
export interface Session {
  id: string
  startedAt: string
  /** When it was last renewed. */
  lastSeenAt: string
  address?: string
  browser?: string
}

export interface Sessions {
  /** Those that still count, the newest first. */
  list(userId: string): Promise<Session[]>
  /** False when this person has no such sign-in. */
  end(userId: string, id: string): Promise<boolean>
  /** All of this person's, or all but one. */
  endAll(userId: string, but?: string): Promise<void>
}

type Person = Extract<Principal, { kind: 'user' }>

/** Whether a signed token's sign-in still counts, and as what. */
export interface Standings {
  /**
   * The person with the role they have now. Asked of the database at most every few seconds; while that is away, the token's own word counts.
   * @throws Problem unauthorized when the sign-in was ended or the person is gone
   */
  now(person: Person, session: string): Promise<Person>
}

/** An ended sign-in is refused everywhere within this. */
const TRUSTED_MS = 5_000
const MOST_KEPT = 2_000

export function createSessions(o: { store: Store; clock: Clock }): Sessions {
  const { db } = o.store
  const now = () => new Date(o.clock.nowMs())
  const counts = (userId: string) => and(eq(refreshTokens.userId, userId), isNull(refreshTokens.revokedAt))
  return {
    async list(userId) {
      const lastSeen = sql<Date>`max(${refreshTokens.createdAt})`.mapWith(refreshTokens.createdAt)
      const rows = await db
        .select({
          id: refreshTokens.family,
          started: sql<Date>`min(${refreshTokens.createdAt})`.mapWith(refreshTokens.createdAt),
          lastSeen,
          address: sql<string | null>`max(${refreshTokens.address})`,
          browser: sql<string | null>`max(${refreshTokens.browser})`,
        })
        .from(refreshTokens)
        .where(counts(userId))
        .groupBy(refreshTokens.family)
        .having(gt(sql`max(${refreshTokens.expiresAt})`, now()))
        .orderBy(desc(lastSeen))
      return rows.map(({ address, browser, id, lastSeen: seen, started }) => ({
        id,
        startedAt: started.toISOString(),
        lastSeenAt: seen.toISOString(),
        ...(address ? { address } : {}),
        ...(browser ? { browser } : {}),
      }))
    },
    async end(userId, id) {
      const gone = await db
        .update(refreshTokens)
        .set({ revokedAt: now() })
        .where(and(counts(userId), eq(refreshTokens.family, id)))
        .returning({ id: refreshTokens.id })
      return gone.length > 0
    },
    async endAll(userId, but) {
      await db
        .update(refreshTokens)
        .set({ revokedAt: now() })
        .where(and(counts(userId), but === undefined ? undefined : ne(refreshTokens.family, but)))
    },
  }
}

export function createStandings(o: { store: Store; clock: Clock }): Standings {
  const { db } = o.store
  const kept = new Map<string, { atMs: number; role: Promise<string | undefined> }>()

  async function look(userId: string, session: string): Promise<string | undefined> {
    const [row] = await db
      .select({ role: users.role })
      .from(refreshTokens)
      .innerJoin(users, eq(users.id, refreshTokens.userId))
      .where(and(eq(refreshTokens.family, session), eq(refreshTokens.userId, userId), isNull(refreshTokens.revokedAt)))
      .limit(1)
    return row?.role
  }

  return {
    async now(person, session) {
      const name = `${person.userId} ${session}`
      const nowMs = o.clock.monotonicMs()
      const before = kept.get(name)
      const fresh = before !== undefined && nowMs - before.atMs < TRUSTED_MS
      const role = fresh ? before.role : look(person.userId, session).catch(() => person.role)
      if (!fresh) {
        kept.delete(name)
        kept.set(name, { atMs: nowMs, role })
        while (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value ?? '')
      }
      const stands = await role
      if (stands === undefined) throw new Problem('unauthorized', 'This sign-in was ended: sign in again.')
      return { ...person, role: ROLES.find((each) => each === stands) ?? 'viewer' }
    },
  }
}
