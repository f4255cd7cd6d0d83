import { createHash, randomBytes } from 'node:crypto'
import { and, asc, eq, gt } from 'drizzle-orm'
import type { Clock } from '../calls/ports.ts'
import { Problem } from '../protocol/problem.ts'
import type { Store } from '../store/open.ts'
import { invitations, users } from '../store/schema.ts'
import { hashPassword, passwordFits } from './passwords.ts'
import { ROLES, type Role } from './roles.ts'
import type { Sessions } from './sessions.ts'

/** People of one organisation: invited, with a role, gone. */

const INVITED_MS = 7 * 24 * 3_600_000

export interface Member {
  id: string
  email: string
  role: Role
  createdAt: string
}
export interface Invitation {
  id: string
  email: string
  role: Role
  createdAt: string
  expiresAt: string
}

export interface Members {
  list(organisationId: string): Promise<Member[]>
  invitations(organisationId: string): Promise<Invitation[]>
  /** `token` is said this once. Asked again, the same e-mail's earlier invitation counts no more. @throws Problem conflict */
  invite(organisationId: string, o: { email: string; role: Role }): Promise<{ invitation: Invitation; token: string }>
  withdraw(organisationId: string, id: string): Promise<boolean>
  /** Whoever holds the token chooses a password, and is a member. @throws Problem not_found, conflict */
  accept(token: string, password: string): Promise<Member>
  /** @throws Problem not_found; conflict for the last admin */
  changeRole(organisationId: string, id: string, role: Role): Promise<Member>
  /** Their sign-ins end with them. @throws Problem not_found; conflict for the last admin */
  remove(organisationId: string, id: string): Promise<void>
  /** All their other sign-ins end. @throws Problem unauthorized when `current` is not the password */
  changePassword(userId: string, o: { current: string; next: string; session: string | undefined }): Promise<void>
}

const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url')
const roleOf = (stored: string): Role => ROLES.find((role) => role === stored) ?? 'viewer'
const taken = () => new Problem('conflict', 'Somebody with this e-mail is a member already, here or elsewhere.')
const nobody = () => new Problem('not_found', 'There is no member with this id.')

export function createMembers(o: { store: Store; clock: Clock; sessions: Sessions }): Members {
  const { db } = o.store
  const now = () => new Date(o.clock.nowMs())

  /** One change at a time to who is admin, so that two of them cannot each be the last but one. */
  function amongAdmins<T>(
    organisationId: string,
    id: string,
    act: (tx: Parameters<Parameters<typeof db.transaction>[0]>[0]) => Promise<T>,
  ) {
    return db.transaction(async (tx) => {
      const admins = await tx
        .select({ id: users.id })
        .from(users)
        .where(and(eq(users.organisationId, organisationId), eq(users.role, 'admin')))
        .for('update')
      if (admins.length === 1 && admins[0]?.id === id)
        throw new Problem('conflict', 'This is the last admin: make somebody else one first.')
      return act(tx)
    })
  }
  const their = (organisationId: string, id: string) => and(eq(users.organisationId, organisationId), eq(users.id, id))

  return {
    async list(organisationId) {
      const rows = await db
        .select()
        .from(users)
        .where(eq(users.organisationId, organisationId))
        .orderBy(asc(users.createdAt), asc(users.id))
      return rows.map(memberOf)
    },
    async invitations(organisationId) {
      const rows = await db
        .select()
        .from(invitations)
        .where(and(eq(invitations.organisationId, organisationId), gt(invitations.expiresAt, now())))
        .orderBy(asc(invitations.createdAt), asc(invitations.id))
      return rows.map(invitationOf)
    },
    async invite(organisationId, { email, role }) {
      const name = email.toLowerCase()
      const [known] = await db.select({ id: users.id }).from(users).where(eq(users.email, name))
      if (known) throw taken()
      const token = randomBytes(32).toString('base64url')
      const values = {
        id: `inv_${randomBytes(9).toString('base64url')}`,
        role,
        hash: hashOf(token),
        createdAt: now(),
        expiresAt: new Date(o.clock.nowMs() + INVITED_MS),
      }
      const [row] = await db
        .insert(invitations)
        .values({ ...values, organisationId, email: name })
        .onConflictDoUpdate({ target: [invitations.organisationId, invitations.email], set: values })
        .returning()
      if (!row) throw new Error('an inserted invitation did not come back')
      return { invitation: invitationOf(row), token }
    },
    async withdraw(organisationId, id) {
      const gone = await db
        .delete(invitations)
        .where(and(eq(invitations.organisationId, organisationId), eq(invitations.id, id)))
        .returning({ id: invitations.id })
      return gone.length > 0
    },
    async accept(token, password) {
      const stands = and(eq(invitations.hash, hashOf(token)), gt(invitations.expiresAt, now()))
      const gone = () => new Problem('not_found', 'This invitation was used, withdrawn or has expired: ask for another.')
      // A password is hashed for nobody who has no invitation.
      const [open] = await db.select({ id: invitations.id }).from(invitations).where(stands)
      if (!open) throw gone()
      const passwordHash = await hashPassword(password)
      return db.transaction(async (tx) => {
        const [used] = await tx.delete(invitations).where(stands).returning()
        if (!used) throw gone()
        const id = `u_${randomBytes(9).toString('base64url')}`
        const { email, organisationId, role } = used
        const [made] = await tx
          .insert(users)
          .values({ id, organisationId, email, passwordHash, role, createdAt: now() })
          .onConflictDoNothing()
          .returning()
        if (!made) throw taken()
        return memberOf(made)
      })
    },
    async changeRole(organisationId, id, role) {
      const change = async (tx: Pick<typeof db, 'update'>) => {
        const [row] = await tx.update(users).set({ role }).where(their(organisationId, id)).returning()
        if (!row) throw nobody()
        return memberOf(row)
      }
      return role === 'admin' ? change(db) : amongAdmins(organisationId, id, change)
    },
    async remove(organisationId, id) {
      await amongAdmins(organisationId, id, async (tx) => {
        const gone = await tx.delete(users).where(their(organisationId, id)).returning({ id: users.id })
        if (gone.length === 0) throw nobody()
      })
    },
    async changePassword(userId, { current, next, session }) {
      const [user] = await db.select().from(users).where(eq(users.id, userId))
      if (!(await passwordFits(current, user?.passwordHash))) throw new Problem('unauthorized', 'The current password is wrong.')
      await db
        .update(users)
        .set({ passwordHash: await hashPassword(next) })
        .where(eq(users.id, userId))
      await o.sessions.endAll(userId, session)
    },
  }
}

function memberOf(row: typeof users.$inferSelect): Member {
  return { id: row.id, email: row.email, role: roleOf(row.role), createdAt: row.createdAt.toISOString() }
}

function invitationOf(row: typeof invitations.$inferSelect): Invitation {
  const { createdAt, email, expiresAt, id, role } = row
  return { id, email, role: roleOf(role), createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() }
}
