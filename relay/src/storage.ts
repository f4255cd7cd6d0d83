import { type Keyring, UnknownKey } from './access/encryption.ts'
import { openHouseKeys } from './access/house-keys.ts'
import type { Clock } from './calls/ports.ts'
import type { Closers } from './lifetime.ts'
import type { Logger } from './logger.ts'
import { type Settings, SettingsError } from './settings.ts'
import { takeDataFolder } from './store/data-folder.ts'
import { openStore, type Store } from './store/open.ts'

/** What Postgres or the network says when it is DATABASE_URL that is wrong. */
const DATABASE_FAULTS: Record<string, string> = {
  ECONNREFUSED: 'names a server that does not answer: check the address, and that Postgres runs',
  ETIMEDOUT: 'names a server that does not answer: check the address, and that Postgres runs',
  CONNECT_TIMEOUT: 'names a server that does not answer: check the address, and that Postgres runs',
  ENOTFOUND: 'names a host that is not known',
  EAI_AGAIN: 'names a host that is not known',
  '28P01': 'holds a user name or password that Postgres refuses',
  '28000': 'holds a user name that Postgres refuses',
  '3D000': 'names a database that does not exist: create it first',
  '42501': 'names a user who may not make tables',
}
const FOLDER_FAULTS = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC'])

/**
 * The store, behind a lock on the data folder: PGlite brings its own, with Postgres the folder still belongs to one relay.
 * @throws StoreInUse; SettingsError when DATABASE_URL or DATA_DIR cannot be used
 */
export async function openStorage(o: { settings: Settings; clock: Clock; logger: Logger; closers: Closers }): Promise<Store> {
  const { clock, closers, logger } = o
  const { dataDir, storage } = o.settings
  const databaseUrl = storage.DATABASE_URL
  try {
    if (databaseUrl) {
      const folder = await takeDataFolder(dataDir)
      closers.add('data folder', () => folder.release())
    }
    const store = await openStore({ dataDir, logger, clock, ...(databaseUrl ? { databaseUrl } : {}) })
    closers.add('store', () => store.close())
    return store
  } catch (error) {
    throw plainer(error, databaseUrl !== undefined)
  }
}

/** The variable behind a fault, where it is one; the fault itself otherwise. */
function plainer(error: unknown, withPostgres: boolean): unknown {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause ? String(cause.code) : ''
    const fault = withPostgres ? DATABASE_FAULTS[code] : undefined
    if (fault) return new SettingsError('DATABASE_URL', fault)
    if (FOLDER_FAULTS.has(code))
      return new SettingsError('DATA_DIR', `cannot be used (${code}): choose another folder, or change its rights`)
  }
  return error
}

/** The first thing that ENCRYPTION_KEY has to open: a wrong one shows here, not in every visitor's call. @throws SettingsError */
export async function openHouse(store: Store, keyring: Keyring): Promise<void> {
  try {
    await openHouseKeys(store, keyring)
  } catch (error) {
    if (error instanceof UnknownKey)
      throw new SettingsError('ENCRYPTION_KEY', 'is not the one this storage was made with: add that one to ENCRYPTION_KEYS_OLD')
    throw error
  }
}
