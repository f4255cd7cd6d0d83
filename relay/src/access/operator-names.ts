import { eq } from 'drizzle-orm'
import type { Store } from '../store/open.ts'
import { apiKeys, users } from '../store/schema.ts'
import type { Principal } from './roles.ts'

/** What a member is called towards visitors and colleagues: the first name that their e-mail tells; a key goes by its own name. */
export function createOperatorNames({ db }: Store): (principal: Principal) => Promise<string> {
  return async (principal) => {
    if (principal.kind === 'key') {
      const [key] = await db.select({ name: apiKeys.name }).from(apiKeys).where(eq(apiKeys.id, principal.keyId))
      return key?.name ?? 'Operator'
    }
    const [user] = await db.select({ email: users.email }).from(users).where(eq(users.id, principal.userId))
    return firstNameOf(user?.email ?? '')
  }
}

/** `asha.rao+work@shop.example` → `Asha`; `admin@…` and the like name nobody. */
export function firstNameOf(email: string): string {
  const [first = ''] = email.split('@')[0]?.split(/[^\p{L}\p{M}]+/u) ?? []
  return first.length < 2 || ROLES.has(first.toLowerCase()) ? 'Operator' : first.charAt(0).toLocaleUpperCase() + first.slice(1)
}

const ROLES = new Set(['admin', 'office', 'info', 'support', 'sales', 'service', 'contact', 'hello', 'operator', 'team'])
