import { randomBytes } from 'node:crypto'
import { and, asc, eq, gt } from 'drizzle-orm'
import { z } from 'zod'
import type { Keyring } from '../access/encryption.ts'
import { openHouseKeys } from '../access/house-keys.ts'
import { normalOrigin } from '../access/origins.ts'
import type { Clock } from '../calls/ports.ts'
import { Problem, type PublicAgent } from '../protocol/index.ts'
import type { Store } from '../store/open.ts'
import { pageOf } from '../store/page.ts'
import { agents as table } from '../store/schema.ts'
import { carrierNameFaults } from './carrier-names.ts'
import { mergePatch } from './merge-patch.ts'
import { newestAgent } from './newest.ts'
import { Persona, PersonaInput } from './persona.ts'
import { readPersona } from './shared-persona.ts'
import { toolFaults } from './tool-faults.ts'
import { type Fault, maskToolSecrets, sealToolSecrets } from './tool-secrets.ts'

export interface Agent {
  id: string
  organisationId: string
  persona: Persona
  createdAt: Date
  updatedAt: Date
}

/** How operators see an agent. */
export const AgentView = PersonaInput.extend({ id: z.string(), createdAt: z.iso.datetime(), updatedAt: z.iso.datetime() })

export interface Agents {
  /** Any organisation's: for visitors, who know nothing but the id. */
  find(id: string): Promise<Agent | undefined>
  list(organisationId: string, q: { cursor?: string | undefined; limit: number }): Promise<{ agents: Agent[]; nextCursor?: string }>
  get(organisationId: string, id: string): Promise<Agent | undefined>
  /** The one made last: who answers where nobody else is named. */
  newest(organisationId: string): Promise<Agent | undefined>
  /** @throws Problem invalid_request */
  create(organisationId: string, persona: unknown): Promise<Agent>
  /** JSON merge patch. @throws Problem invalid_request */
  patch(organisationId: string, id: string, patch: Record<string, unknown>): Promise<Agent | undefined>
  remove(organisationId: string, id: string): Promise<boolean>
}

/** `privateHosts`: what tools may reach although it is private. `carriers`: their names here. */
export function createAgents(o: {
  store: Store
  keyring: Keyring
  clock: Clock
  privateHosts: readonly string[]
  carriers: readonly string[]
}): Agents {
  const { carriers, privateHosts } = o
  const { db } = o.store
  const mine = (organisationId: string, id: string) => and(eq(table.organisationId, organisationId), eq(table.id, id))
  const now = () => new Date(o.clock.nowMs())
  return {
    async find(id) {
      const [row] = await db.select().from(table).where(eq(table.id, id))
      return row && toAgent(row)
    },
    async list(organisationId, { cursor, limit }) {
      const after = cursor === undefined ? undefined : gt(table.id, cursor)
      const rows = await db
        .select()
        .from(table)
        .where(and(eq(table.organisationId, organisationId), after))
        .orderBy(asc(table.id))
        .limit(limit + 1)
      const { rows: agents, ...next } = pageOf(rows, limit, ({ id }) => id)
      return { agents: agents.map(toAgent), ...next }
    },
    async get(organisationId, id) {
      const [row] = await db.select().from(table).where(mine(organisationId, id))
      return row && toAgent(row)
    },
    async newest(organisationId) {
      const row = await newestAgent(db, organisationId)
      return row && toAgent(row)
    },
    async create(organisationId, raw) {
      const at = now()
      const id = `a_${randomBytes(12).toString('base64url')}`
      const persona = storedPersona(raw, { id, privateHosts, carriers, secrets: await openHouseKeys(o.store, o.keyring) })
      const [row] = await db.insert(table).values({ id, organisationId, persona, createdAt: at, updatedAt: at }).returning()
      if (!row) throw new Error('an inserted agent did not come back')
      return toAgent(row)
    },
    async patch(organisationId, id, patch) {
      // Before the transaction: the embedded store would wait for itself.
      const secrets = await openHouseKeys(o.store, o.keyring)
      return db.transaction(async (tx) => {
        const [row] = await tx.select().from(table).where(mine(organisationId, id)).for('update')
        if (!row) return undefined
        const before = Persona.parse(row.persona)
        const persona = storedPersona(mergePatch(row.persona, patch), { id, privateHosts, carriers, secrets, before })
        const [changed] = await tx.update(table).set({ persona, updatedAt: now() }).where(mine(organisationId, id)).returning()
        return changed && toAgent(changed)
      })
    },
    async remove(organisationId, id) {
      const gone = await db.delete(table).where(mine(organisationId, id)).returning({ id: table.id })
      return gone.length > 0
    },
  }
}

function toAgent(row: typeof table.$inferSelect): Agent {
  return { ...row, persona: readPersona(row.persona) }
}

/**
 * A persona that can be stored and used as it is, its secrets sealed for this agent; `before` is what it had until now.
 * @throws Problem invalid_request
 */
export function storedPersona(
  raw: unknown,
  o: {
    id: string
    privateHosts: readonly string[]
    carriers: readonly string[]
    secrets: Parameters<typeof sealToolSecrets>[0]['secrets']
    before?: Persona
  },
): Persona {
  const persona = usablePersona(raw)
  const wrong = [...toolFaults(persona.tools, o.privateHosts), ...carrierNameFaults(persona.phone, o.carriers)]
  if (wrong.length > 0) throw invalidPersona(wrong)
  const { tools, faults } = sealToolSecrets({ tools: persona.tools, before: o.before?.tools ?? [], agentId: o.id, secrets: o.secrets })
  if (faults.length > 0) throw invalidPersona(faults)
  return { ...persona, tools }
}

function usablePersona(raw: unknown): Persona {
  const read = Persona.safeParse(raw)
  if (!read.success) throw invalidPersona(read.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message })))
  const persona = read.data
  const errors = [
    ...persona.allowedOrigins.flatMap((text, place) =>
      normalOrigin(text) ? [] : [{ path: `allowedOrigins.${place}`, message: 'must be an origin such as https://shop.example, or null' }],
    ),
    ...persona.languages.flatMap((tag, place) =>
      isLanguage(tag) ? [] : [{ path: `languages.${place}`, message: 'must be a language tag such as en or hi-IN' }],
    ),
    ...(isStorable(persona) ? [] : [{ path: '', message: 'must not hold the character U+0000 or broken surrogates' }]),
  ]
  if (errors.length > 0) throw invalidPersona(errors)
  return { ...persona, allowedOrigins: persona.allowedOrigins.map((text) => normalOrigin(text) ?? text) }
}

function invalidPersona(errors: Fault[]): Problem {
  const [first] = errors
  return new Problem('invalid_request', first ? `${first.path || 'The agent'}: ${first.message}` : 'The agent does not fit.', { errors })
}

function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}

/** Postgres stores neither U+0000 nor half a surrogate pair as JSON. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([name, inner]) => isStorable(name) && isStorable(inner))
}

/** What only the running house knows of an agent. */
export interface PublicFacts {
  /** An engine that can run now hears sound for this agent. */
  understandsSpeech: boolean
  /** A number is there that can ring for it. */
  canCall: boolean
  /** ISO 3166 alpha-2. */
  countries: readonly string[]
  captchaSiteKey: string | undefined
}

/** What the widget may know. */
export function publicView(agent: Agent, { canCall, captchaSiteKey, countries, understandsSpeech }: PublicFacts): PublicAgent {
  const { name, greeting, languages, modes, disclosure, terms, keyMenu, browserRecognition } = agent.persona
  return {
    id: agent.id,
    name,
    greeting,
    languages,
    modes: modes.filter((mode) => mode !== 'call-me' || canCall),
    disclosure,
    ...(terms ? { terms: { text: terms.text, version: terms.version, ...(terms.url === undefined ? {} : { url: terms.url }) } } : {}),
    callbackCountries: canCall ? [...countries] : [],
    keyMenu: keyMenu.map(({ digit, label }) => ({ digit, label })),
    browserRecognition,
    understandsSpeech,
    ...(captchaSiteKey === undefined ? {} : { captcha: { provider: 'turnstile' as const, siteKey: captchaSiteKey } }),
  }
}

export function viewOf(agent: Agent): z.infer<typeof AgentView> {
  const tools = maskToolSecrets(agent.persona.tools)
  return { id: agent.id, createdAt: agent.createdAt.toISOString(), updatedAt: agent.updatedAt.toISOString(), ...agent.persona, tools }
}
