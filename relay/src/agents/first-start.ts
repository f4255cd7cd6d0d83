import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Keyring } from '../access/encryption.ts'
import { openHouseKeys } from '../access/house-keys.ts'
import { hashPassword } from '../access/passwords.ts'
import { HOUSE_ORGANISATION } from '../access/roles.ts'
import { writePrivate } from '../access/secrets.ts'
import type { Clock } from '../calls/ports.ts'
import type { Logger } from '../logger.ts'
import { type Settings, SettingsError } from '../settings.ts'
import type { Store } from '../store/open.ts'
import { agents, organisations, users } from '../store/schema.ts'
import { storedPersona } from './agents.ts'

const DEFAULT_EMAIL = 'admin@localhost.localdomain'

/** Who answers in a fresh house: says what it is and how to make it useful. */
const PLAIN_AGENT = {
  name: 'Assistant',
  greeting: 'Hello. I am a new agent, and I know little yet. How can I help you?',
  knowledge: {
    questions: [
      {
        question: 'How do I teach you something? Where does your knowledge come from?',
        answer: 'My owner teaches me. They give me knowledge, a voice and an engine of their choice over the API.',
      },
    ],
  },
  // An office or a test bench behind one address is one visitor.
  limits: { callsPerVisitorPerHour: 600 },
}

export interface FirstStart {
  /** Who signs in first, and where their password was written (unset: it came from the environment). */
  email: string
  passwordPath?: string
}

/**
 * Makes one organisation, its admin and the agent `demo` in an empty store; does nothing in any other.
 * @throws SettingsError when the store is shared and ADMIN_EMAIL or ADMIN_PASSWORD is missing
 */
export async function makeFirst(o: {
  store: Store
  keyring: Keyring
  settings: Pick<Settings, 'access' | 'dataDir' | 'storage' | 'tools'>
  firstAgent?: { id: string; persona: unknown }
  /** Their names. */
  carriers: readonly string[]
  clock: Clock
  logger: Logger
}): Promise<FirstStart | undefined> {
  const { db } = o.store
  const [known] = await db.select({ id: organisations.id }).from(organisations).limit(1)
  if (known) return undefined
  const { ADMIN_EMAIL, ADMIN_PASSWORD } = o.settings.access
  if (o.settings.storage.DATABASE_URL) {
    if (!ADMIN_EMAIL) throw new SettingsError('ADMIN_EMAIL', 'is required on the first start with DATABASE_URL')
    if (!ADMIN_PASSWORD) throw new SettingsError('ADMIN_PASSWORD', 'is required on the first start with DATABASE_URL')
  }
  const email = (ADMIN_EMAIL ?? DEFAULT_EMAIL).toLowerCase()
  const password = ADMIN_PASSWORD ?? randomBytes(18).toString('base64url')
  const passwordHash = await hashPassword(password)
  const passwordPath = ADMIN_PASSWORD ? undefined : join(o.settings.dataDir, 'admin-password')
  // The file goes first: an admin whose password nobody can read would lock everybody out.
  if (passwordPath) await writePrivate(passwordPath, `${password}\n`)
  const first = o.firstAgent ?? { id: 'demo', persona: PLAIN_AGENT }
  const persona = storedPersona(first.persona, {
    id: first.id,
    privateHosts: o.settings.tools.TOOL_PRIVATE_HOSTS ?? [],
    carriers: o.carriers,
    secrets: await openHouseKeys(o.store, o.keyring),
  })
  const organisationId = HOUSE_ORGANISATION
  const createdAt = new Date(o.clock.nowMs())
  const made = await db.transaction(async (tx) => {
    // Two relays that start at once over one database: one of them makes it.
    const rows = await tx.insert(organisations).values({ id: organisationId, name: 'Main', createdAt }).onConflictDoNothing().returning()
    if (rows.length === 0) return false
    const userId = `u_${randomBytes(9).toString('base64url')}`
    await tx.insert(users).values({ id: userId, organisationId, email, passwordHash, role: 'admin', createdAt })
    await tx.insert(agents).values({ id: first.id, organisationId, persona, createdAt, updatedAt: createdAt })
    return true
  })
  if (!made) return undefined
  o.logger.info({ email, agent: first.id }, 'first start: made an organisation, an admin and an agent')
  return passwordPath ? { email, passwordPath } : { email }
}
