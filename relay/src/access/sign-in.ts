import { createHash, randomBytes } from 'node:crypto'
import { and, eq, gt, isNull, lt } from 'drizzle-orm'
import type { Clock } from '../calls/ports.ts'
import type { Logger } from '../logger.ts'
import { Problem } from '../protocol/problem.ts'
import type { Store } from '../store/open.ts'
import { refreshTokens, users } from '../store/schema.ts'
import type { Limits } from './limits.ts'
import type { OperatorTokens } from './operator-tokens.ts'
import { passwordFits } from './passwords.ts'
import { ROLES, type Role } from './roles.ts'

/** A sign-in nobody uses for this long is over. */
const REFRESH_MS = 14 * 24 * 3_600_000
const MAX_BROWSER = 300

export interface SignedIn {
  access: { token: string; expiresAtMs: number }
  refresh: { token: string; ttlMs: number }
  user: { id: string; email: string; role: Role; organisationId: string }
}

export interface SignIn {
  /** @throws Problem unauthorized, rate_limited */
  login(o: { email: string; password: string; address: string; browser?: string | undefined }): Promise<SignedIn>
  /**
   * Each refresh token works once. A second use means that somebody else has it, so the whole family of its sign-in ends.
   * @throws Problem unauthorized
   */
  refresh(token: string): Promise<SignedIn>
  /** Ends the family of this token. Never says whether it existed. */
  logout(token: string): Promise<void>
}

const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url')
const refused = () => new Problem('unauthorized', 'Your sign-in has ended: sign in again.')

/** A role that a later version stored, and this one does not know, may only look. */
const roleOf = (stored: string): Role => ROLES.find((role) => role === stored) ?? 'viewer'

export function createSignIn(o: { store: Store; tokens: OperatorTokens; limits: Limits; clock: Clock; logger: Logger }): SignIn {
  const { db } = o.store
  const now = () => new Date(o.clock.nowMs())

  type User = typeof users.$inferSelect

  /** `from`: where it was begun, kept through every renewal. */
  async function session(
    user: User,
    family: string,
    from: { address: string | null; browser: string | null },
    tx: Pick<typeof db, 'insert'> = db,
  ): Promise<SignedIn> {
    const token = randomBytes(32).toString('base64url')
    const { id, email, organisationId } = user
    const role = roleOf(user.role)
    const access = await o.tokens.issue({ id, organisationId, role, session: family })
    await tx.insert(refreshTokens).values({
      id: `rt_${randomBytes(12).toString('base64url')}`,
      hash: hashOf(token),
      family,
      userId: user.id,
      createdAt: now(),
      expiresAt: new Date(o.clock.nowMs() + REFRESH_MS),
      ...from,
    })
    return { access, refresh: { token, ttlMs: REFRESH_MS }, user: { id, email, role, organisationId } }
  }

  const revoke = (family: string) =>
    db
      .update(refreshTokens)
      .set({ revokedAt: now() })
      .where(and(eq(refreshTokens.family, family), isNull(refreshTokens.revokedAt)))

  return {
    async login({ email, password, address, browser }) {
      const name = email.toLowerCase()
      await o.limits.signIn.attempt(address, name)
      const [user] = name.includes('\0') ? [] : await db.select().from(users).where(eq(users.email, name))
      if (!(await passwordFits(password, user?.passwordHash)) || !user) {
        throw new Problem('unauthorized', 'E-mail or password is wrong.')
      }
      await o.limits.signIn.succeeded(address, name)
      await db.delete(refreshTokens).where(and(eq(refreshTokens.userId, user.id), lt(refreshTokens.expiresAt, now())))
      return session(user, randomBytes(16).toString('base64url'), { address, browser: browser?.slice(0, MAX_BROWSER) ?? null })
    },
    async refresh(token) {
      const hash = hashOf(token)
      // One statement decides who was first, however many ask at once; the others wait for its successor, so that none outlives a revocation.
      const renewed = await db.transaction(async (tx) => {
        const [used] = await tx
          .update(refreshTokens)
          .set({ usedAt: now() })
          .where(
            and(
              eq(refreshTokens.hash, hash),
              isNull(refreshTokens.usedAt),
              isNull(refreshTokens.revokedAt),
              gt(refreshTokens.expiresAt, now()),
            ),
          )
          .returning()
        const [user] = used ? await tx.select().from(users).where(eq(users.id, used.userId)) : []
        return used && user && session(user, used.family, { address: used.address, browser: used.browser }, tx)
      })
      if (renewed) return renewed
      const [known] = await db.select().from(refreshTokens).where(eq(refreshTokens.hash, hash))
      if (known?.usedAt && !known.revokedAt) {
        o.logger.warn({ userId: known.userId }, 'a refresh token was used twice: its sign-in is revoked')
        await revoke(known.family)
      }
      throw refused()
    },
    async logout(token) {
      const [known] = await db
        .select()
        .from(refreshTokens)
        .where(eq(refreshTokens.hash, hashOf(token)))
      if (known) await revoke(known.family)
    },
  }
}
