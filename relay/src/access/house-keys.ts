import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { eq } from 'drizzle-orm'
import type { Store } from '../store/open.ts'
import { houseKeys } from '../store/schema.ts'
import { hashNumber, type Keyring, open, seal } from './encryption.ts'

/** Secrets that outlive a change of ENCRYPTION_KEY: made once, kept wrapped in the store. */
export interface HouseKeys {
  numberHash(e164: string): string
  /** Ed25519, so that whoever holds the public key can check a call's evidence without any secret of ours. */
  sign(message: Uint8Array): Uint8Array
  readonly publicKey: KeyObject
  /** A secret that an owner gave us, for storage. `place` says whose it is and must be the same to open it. */
  sealSecret(text: string, place: string): Uint8Array
  /** @throws when it was changed, or sealed for another place */
  openSecret(sealed: Uint8Array, place: string): string
}

const opened = new WeakMap<Store, Promise<HouseKeys>>()

export function openHouseKeys(store: Store, keyring: Keyring): Promise<HouseKeys> {
  const known = opened.get(store)
  if (known) return known
  const opening = load(store, keyring)
  opened.set(store, opening)
  // A database that was away is asked again the next time.
  opening.catch(() => opened.delete(store))
  return opening
}

async function load(store: Store, keyring: Keyring): Promise<HouseKeys> {
  const numbers = await secret(store, keyring, 'numbers', () => randomBytes(32))
  const evidence = await secret(store, keyring, 'evidence', () =>
    generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }),
  )
  const secrets = await secret(store, keyring, 'secrets', () => randomBytes(32))
  const privateKey = createPrivateKey({ key: Buffer.from(evidence), format: 'der', type: 'pkcs8' })
  return {
    numberHash: (e164) => hashNumber(numbers, e164),
    sign: (message) => sign(null, message, privateKey),
    publicKey: createPublicKey(privateKey),
    sealSecret: (text, place) => seal(secrets, place, Buffer.from(text)),
    openSecret: (sealed, place) => Buffer.from(open(secrets, place, sealed)).toString(),
  }
}

async function secret(store: Store, keyring: Keyring, name: string, make: () => Uint8Array): Promise<Uint8Array> {
  const aad = `house:${name}`
  // Two relays that start at once agree on whichever came first.
  await store.db
    .insert(houseKeys)
    .values({ name, ...keyring.wrap(make(), aad) })
    .onConflictDoNothing()
  const [row] = await store.db.select().from(houseKeys).where(eq(houseKeys.name, name))
  if (!row) throw new Error(`The house key ${name} could not be stored.`)
  return keyring.unwrap(row, aad)
}
