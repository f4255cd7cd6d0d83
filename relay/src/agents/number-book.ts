import { createHash, timingSafeEqual } from 'node:crypto'
import { and, asc, desc, eq } from 'drizzle-orm'
import type { Keyring } from '../access/encryption.ts'
import { type HouseKeys, openHouseKeys } from '../access/house-keys.ts'
import type { Carrier } from '../carriers/carrier.ts'
import type { Store } from '../store/open.ts'
import { phoneNumbers as table } from '../store/schema.ts'
import type { EnvironmentNumbers } from './environment-numbers.ts'
import type { HouseNumber, NumberBook } from './house-number.ts'
import type { KeptNumber } from './kept-number.ts'
import { newestAgent } from './newest.ts'
import { openPart } from './number-config.ts'

/** Looking numbers up: what calls and webhooks need. */
export interface PhoneBook extends NumberBook {
  find(id: string): Promise<KeptNumber | undefined>
  /** Like `withSecret`, for the token in a number's own `websocketUrl`. */
  withStreamToken(id: string, token: string): Promise<HouseNumber | undefined>
  /** Everybody who says that this number is theirs, the environment first, then the oldest: a signature tells who is right. */
  claimants(provider: string, phoneNumber: string): Promise<readonly HouseNumber[]>
  /** All that are in use with this provider, whosever they are, in the same order: for carriers that tell of calls by the account. */
  ofProvider(provider: string): Promise<readonly HouseNumber[]>
  /** Whose turn it is when this number is called: its agent, else its organisation's most recent; undefined when there is none. */
  answeringAgent(number: HouseNumber): Promise<string | undefined>
}

type Row = typeof table.$inferSelect

export function createNumberBook(o: {
  store: Store
  keyring: Keyring
  carriers: readonly Carrier[]
  environment: EnvironmentNumbers
}): PhoneBook {
  const { db } = o.store
  const open = async (row: Row | undefined) => row && toNumber(row, await openHouseKeys(o.store, o.keyring))
  const able = (number: { provider: string }) => o.carriers.find(({ name }) => name === number.provider)?.abilities
  const works = (number: { provider: string }) => able(number)?.places ?? false
  /** Without the help of another number. */
  const worksAlone = (number: { provider: string }) => works(number) && (able(number)?.streams ?? false)

  async function find(id: string): Promise<KeptNumber | undefined> {
    const fixed = await o.environment.find(id)
    if (fixed) return fixed
    const [row] = await db.select().from(table).where(eq(table.id, id))
    return open(row)
  }
  async function proved(id: string, given: string, expected: (number: KeptNumber) => string): Promise<KeptNumber | undefined> {
    const number = await find(id)
    return number && same(expected(number), given) ? number : undefined
  }
  async function claimants(provider: string, phoneNumber: string): Promise<KeptNumber[]> {
    const fixed = (await o.environment.list()).filter((each) => each.provider === provider && each.phoneNumber === phoneNumber)
    const rows = await db
      .select()
      .from(table)
      .where(and(eq(table.provider, provider), eq(table.phoneNumber, phoneNumber)))
      .orderBy(asc(table.createdAt), asc(table.id))
    const keys = await openHouseKeys(o.store, o.keyring)
    return [...fixed, ...rows.map((row) => toNumber(row, keys))]
  }
  /** The newest first; what is kept and what the environment sets up. */
  async function ofOrganisation(
    organisationId: string,
    fits: (number: { provider: string; active: boolean; phoneNumber: string }) => boolean,
  ) {
    const rows = await db
      .select()
      .from(table)
      .where(eq(table.organisationId, organisationId))
      .orderBy(desc(table.createdAt), desc(table.id))
    return { fitting: rows.filter(fits), fixed: (await o.environment.list(organisationId)).filter(fits) }
  }
  async function ofProvider(provider: string): Promise<KeptNumber[]> {
    const fixed = (await o.environment.list()).filter((each) => each.provider === provider)
    const rows = await db
      .select()
      .from(table)
      .where(and(eq(table.provider, provider), eq(table.active, true)))
      .orderBy(asc(table.createdAt), asc(table.id))
    const keys = rows.length > 0 ? await openHouseKeys(o.store, o.keyring) : undefined
    return [...fixed, ...(keys ? rows.map((row) => toNumber(row, keys)) : [])]
  }
  return {
    find,
    claimants,
    ofProvider,
    withSecret: (id, secret) => proved(id, secret, (number) => number.secret),
    withStreamToken: (id, token) => proved(id, token, (number) => number.streamToken),
    async forCall({ organisationId, agentId, carrier, phoneNumberId }) {
      const fits = (number: { provider: string; active: boolean }) =>
        number.active && (carrier === undefined || number.provider === carrier)
      if (phoneNumberId !== undefined) {
        const named = await find(phoneNumberId)
        return named?.organisationId === organisationId && fits(named) ? named : undefined
      }
      const { fitting, fixed } = await ofOrganisation(organisationId, fits)
      const own = (number: { agentId?: string | null | undefined }) => number.agentId === agentId
      return (
        (await open(fitting.find(own))) ??
        fixed.find(own) ??
        (await open(fitting.find(worksAlone))) ??
        fixed.find(worksAlone) ??
        (await open(fitting.find(works))) ??
        fixed.find(works) ??
        // Of a carrier that was asked for by name, though it cannot ring yet: the caller says so.
        (carrier === undefined ? undefined : ((await open(fitting[0])) ?? fixed[0]))
      )
    },
    async forAnswer({ organisationId, agentId, phoneNumberId }) {
      const hears = ({ active, phoneNumber, provider }: { provider: string; active: boolean; phoneNumber: string }) => {
        const { receives = false, streams = false } = able({ provider }) ?? {}
        return active && receives && streams && /^\+\d+$/.test(phoneNumber)
      }
      if (phoneNumberId !== undefined) {
        const named = await find(phoneNumberId)
        return named?.organisationId === organisationId && hears(named) ? named : undefined
      }
      const { fitting, fixed } = await ofOrganisation(organisationId, hears)
      const own = (number: { agentId?: string | null | undefined }) => number.agentId === agentId
      return (await open(fitting.find(own))) ?? fixed.find(own) ?? (await open(fitting[0])) ?? fixed[0]
    },
    async answeringAgent({ agentId, organisationId }) {
      if (agentId !== undefined) return agentId
      return (await newestAgent(db, organisationId))?.id
    },
  }
}

export function toNumber(row: Row, keys: Pick<HouseKeys, 'openSecret'>): KeptNumber {
  const { id } = row
  return {
    id,
    organisationId: row.organisationId,
    provider: row.provider,
    phoneNumber: row.phoneNumber,
    displayName: row.displayName,
    config: JSON.parse(openPart(keys, id, 'config', row.config)),
    secret: openPart(keys, id, 'secret', row.secret),
    streamToken: openPart(keys, id, 'stream token', row.streamToken),
    active: row.active,
    agentId: row.agentId ?? undefined,
    inboundAnswer: row.inboundAnswer,
    carriers: row.carriers,
    allowedAddresses: row.allowedIps,
    fromEnvironment: false,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  }
}

/** In a time that tells nothing of where they differ, nor of their lengths. */
function same(one: string, other: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(one), hash(other))
}
