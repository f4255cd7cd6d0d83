import { randomBytes } from 'node:crypto'
import { and, desc, eq } from 'drizzle-orm'
import type { Keyring } from '../access/encryption.ts'
import { openHouseKeys } from '../access/house-keys.ts'
import type { Clock } from '../calls/ports.ts'
import type { Carrier, CarrierName } from '../carriers/carrier.ts'
import { Problem } from '../protocol/index.ts'
import type { Settings } from '../settings.ts'
import type { Store } from '../store/open.ts'
import { agents, phoneNumbers as table } from '../store/schema.ts'
import { e164 } from './e164.ts'
import { createEnvironmentNumbers } from './environment-numbers.ts'
import type { HouseNumber } from './house-number.ts'
import type { KeptNumber } from './kept-number.ts'
import { createNumberBook, type PhoneBook, toNumber } from './number-book.ts'
import { configField, mergedConfig, sealPart, shownOf } from './number-config.ts'

/** What an owner may say of a number. `agentId` null: nobody in particular answers. */
export interface NumberChange {
  readonly phoneNumber?: string
  readonly displayName?: string
  /** By carrier; the number's own counts. Fields replace one by one, null takes one away. */
  readonly configs?: Readonly<Partial<Record<CarrierName, Readonly<Record<string, unknown>>>>>
  readonly agentId?: string | null
  readonly active?: boolean
  readonly inboundAnswer?: HouseNumber['inboundAnswer']
  readonly allowedIps?: readonly string[]
  readonly carriers?: readonly string[]
}
export interface NewNumber extends NumberChange {
  readonly phoneNumber: string
  readonly provider: CarrierName
}

/** The numbers of the house: the book that calls read, and what owners do with them. */
export interface PhoneNumbers extends PhoneBook {
  /** Newest first; those of the environment last. */
  list(organisationId: string): Promise<KeptNumber[]>
  get(organisationId: string, id: string): Promise<KeptNumber | undefined>
  /** @throws Problem invalid_request, invalid_phone_number, conflict */
  create(organisationId: string, given: NewNumber): Promise<KeptNumber>
  /** @throws Problem like `create`; conflict for what only the environment may change */
  update(organisationId: string, id: string, change: NumberChange & { provider?: CarrierName }): Promise<KeptNumber | undefined>
  /** @throws Problem conflict for a number of the environment */
  remove(organisationId: string, id: string): Promise<boolean>
  /** A new secret and a new stream token: the old URLs are wrong at once. */
  rotateSecret(organisationId: string, id: string): Promise<KeptNumber | undefined>
}

type Db = Pick<Store['db'], 'select'>
const newSecret = () => randomBytes(32).toString('base64url')

export function createPhoneNumbers(o: {
  store: Store
  keyring: Keyring
  clock: Clock
  carriers: readonly Carrier[]
  settings: Settings
  authSecret: string
}): PhoneNumbers {
  const { store, settings } = o
  const { db } = store
  const environment = createEnvironmentNumbers(o)
  const book = createNumberBook({ ...o, environment })
  const mine = (organisationId: string, id: string) => and(eq(table.organisationId, organisationId), eq(table.id, id))
  // Asked before every transaction: the embedded store would wait for itself.
  const openKeys = () => openHouseKeys(store, o.keyring)
  const fixedOf = async (organisationId: string, id: string) => (await environment.list(organisationId)).find((each) => each.id === id)
  const get: PhoneNumbers['get'] = async (organisationId, id) => {
    const found = await book.find(id)
    return found?.organisationId === organisationId ? found : undefined
  }

  const carrierOf = (name: CarrierName): Carrier => {
    const known = o.carriers.find((each) => each.name === name)
    if (!known) throw new Problem('invalid_request', `provider: this relay knows no carrier named ${name}`)
    return known
  }
  async function insistOnFree(organisationId: string, phoneNumber: string): Promise<void> {
    if ((await environment.list(organisationId)).some((each) => each.phoneNumber === phoneNumber)) throw taken()
  }
  async function linkEnvironment(fixed: KeptNumber, change: NumberChange & { provider?: CarrierName }): Promise<KeptNumber | undefined> {
    const { agentId, configs = {}, phoneNumber, ...rest } = change
    const shown = { [fixed.provider]: shownOf(carrierOf(fixed.provider), fixed.config as Record<string, unknown>) }
    const same =
      (phoneNumber === undefined || e164(phoneNumber) === fixed.phoneNumber) &&
      isWithin(rest, { ...fixed, allowedIps: fixed.allowedAddresses, carriers: fixed.carriers ?? [] }) &&
      Object.entries(configs).every(([carrier, config]) => isWithin(config ?? {}, shown[carrier] ?? {}))
    if (!same) throw new Problem('conflict', 'This number is set up by variables: only its agent can be changed here.')
    if (agentId !== undefined) {
      await insistOnAgent(db, fixed.organisationId, agentId)
      await environment.link(fixed.id, agentId ?? undefined)
    }
    return book.find(fixed.id) as Promise<KeptNumber | undefined>
  }

  return {
    ...book,
    get,
    async list(organisationId) {
      const keys = await openKeys()
      const rows = await db
        .select()
        .from(table)
        .where(eq(table.organisationId, organisationId))
        .orderBy(desc(table.createdAt), desc(table.id))
      return [...rows.map((row) => toNumber(row, keys)), ...(await environment.list(organisationId))]
    },
    async create(organisationId, given) {
      const { provider } = given
      const config = configFor(provider, given.configs ?? {}) ?? {}
      const phoneNumber = normalised(given.phoneNumber)
      const usable = mergedConfig({ carrier: carrierOf(provider), given: config, settings })
      await insistOnFree(organisationId, phoneNumber)
      await insistOnAgent(db, organisationId, given.agentId)
      const keys = await openKeys()
      const id = `pn_${randomBytes(12).toString('base64url')}`
      const now = new Date(o.clock.nowMs())
      const [row] = await db
        .insert(table)
        .values({
          id,
          organisationId,
          provider,
          phoneNumber,
          displayName: given.displayName ?? phoneNumber,
          config: sealPart(keys, id, 'config', JSON.stringify(usable)),
          secret: sealPart(keys, id, 'secret', newSecret()),
          streamToken: sealPart(keys, id, 'stream token', newSecret()),
          active: given.active ?? true,
          agentId: given.agentId ?? null,
          inboundAnswer: given.inboundAnswer ?? 'auto',
          allowedIps: [...(given.allowedIps ?? [])],
          carriers: [...(given.carriers ?? [])],
          createdAt: now,
          updatedAt: now,
        })
        .onConflictDoNothing({ target: [table.organisationId, table.phoneNumber] })
        .returning()
      if (!row) throw taken()
      return toNumber(row, keys)
    },
    async update(organisationId, id, change) {
      const fixed = await fixedOf(organisationId, id)
      if (fixed) return linkEnvironment(fixed, change)
      const phoneNumber = change.phoneNumber === undefined ? undefined : normalised(change.phoneNumber)
      if (phoneNumber !== undefined) await insistOnFree(organisationId, phoneNumber)
      const keys = await openKeys()
      return db
        .transaction(async (tx) => {
          const [row] = await tx.select().from(table).where(mine(organisationId, id)).for('update')
          if (!row) return undefined
          const before = toNumber(row, keys)
          if (change.provider !== undefined && change.provider !== before.provider) {
            throw new Problem('invalid_request', `provider: is ${before.provider} and stays so; import the number anew for another carrier`)
          }
          await insistOnAgent(tx, organisationId, change.agentId)
          const news = configFor(before.provider, change.configs ?? {})
          const config =
            news &&
            mergedConfig({ carrier: carrierOf(before.provider), before: before.config as Record<string, unknown>, given: news, settings })
          const [changed] = await tx
            .update(table)
            .set({
              ...given('phoneNumber', phoneNumber),
              ...given('displayName', change.displayName),
              ...given('active', change.active),
              ...given('agentId', change.agentId),
              ...given('inboundAnswer', change.inboundAnswer),
              ...given('allowedIps', change.allowedIps && [...change.allowedIps]),
              ...given('carriers', change.carriers && [...change.carriers]),
              ...given('config', config && sealPart(keys, id, 'config', JSON.stringify(config))),
              updatedAt: new Date(o.clock.nowMs()),
            })
            .where(mine(organisationId, id))
            .returning()
          return changed && toNumber(changed, keys)
        })
        .catch((error: unknown) => {
          throw isDuplicate(error) ? taken() : error
        })
    },
    async remove(organisationId, id) {
      if (await fixedOf(organisationId, id)) {
        throw new Problem('conflict', 'This number is set up by variables: remove them from the environment and start again.')
      }
      const gone = await db.delete(table).where(mine(organisationId, id)).returning({ id: table.id })
      return gone.length > 0
    },
    async rotateSecret(organisationId, id) {
      if (await fixedOf(organisationId, id)) {
        await environment.rotate(id)
        return get(organisationId, id)
      }
      const keys = await openKeys()
      const [row] = await db
        .update(table)
        .set({
          secret: sealPart(keys, id, 'secret', newSecret()),
          streamToken: sealPart(keys, id, 'stream token', newSecret()),
          updatedAt: new Date(o.clock.nowMs()),
        })
        .where(mine(organisationId, id))
        .returning()
      return row && toNumber(row, keys)
    },
  }
}

/** Whether what is given is there already, word for word: sending back what was told is fine. */
function isWithin(given: object, there: object): boolean {
  const known = new Map(Object.entries(there))
  return Object.entries(given).every(([name, value]) => JSON.stringify(value) === JSON.stringify(known.get(name)))
}

/** @throws Problem invalid_request when only other carriers' were given */
function configFor(provider: CarrierName, configs: NonNullable<NumberChange['configs']>): Readonly<Record<string, unknown>> | undefined {
  if (configs[provider] || Object.keys(configs).length === 0) return configs[provider]
  const path = configField(provider)
  const message = `is missing: the number is at ${provider}`
  throw new Problem('invalid_request', `${path}: ${message}`, { errors: [{ path, message }] })
}

function normalised(text: string): string {
  const number = e164(text)
  if (number === undefined) {
    throw new Problem('invalid_phone_number', 'phoneNumber: write the whole number with + and its country code, such as +919876543210', {
      errors: [{ path: 'phoneNumber', message: 'is not a phone number in international form' }],
    })
  }
  return number
}

/** @throws Problem invalid_request when the agent is not this organisation's */
async function insistOnAgent(db: Db, organisationId: string, agentId: string | null | undefined): Promise<void> {
  if (agentId === null || agentId === undefined) return
  const [found] = await db
    .select({ id: agents.id })
    .from(agents)
    .where(and(eq(agents.organisationId, organisationId), eq(agents.id, agentId)))
  if (found) return
  const errors = [{ path: 'linkedAgentId', message: 'is no agent of yours' }]
  throw new Problem('invalid_request', 'linkedAgentId: is no agent of yours', { errors })
}

const taken = () => new Problem('conflict', 'This number is in your list already: change that one, or delete it first.')

function given<N extends string, T>(name: N, value: T | undefined): { [K in N]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { [K in N]?: T }
}

/** Postgres says 23505 for a row that would be there twice; the driver's error is the query error's cause. */
function isDuplicate(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === '23505'
}
