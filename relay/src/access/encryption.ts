import { createCipheriv, createDecipheriv, createHash, createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'

/** What a call's words are sealed with: one data key and one chain salt a call, both wrapped under the house's ENCRYPTION_KEY. */
export interface CallKey {
  /** AES-256. */
  readonly data: Uint8Array
  /** Blinds the commitments of the call's chain, so that nobody can guess an erased payload. */
  readonly salt: Uint8Array
}

export interface Wrapped {
  /** Which ENCRYPTION_KEY wraps it. */
  keyId: string
  wrapped: Uint8Array
}

export interface Keyring {
  readonly currentId: string
  /** Seals a secret under the current key; `aad` says whose it is and must be the same to open it. */
  wrap(secret: Uint8Array, aad: string): Wrapped
  /** @throws UnknownKey when neither the current nor an old key made it; an error when it was changed or belongs elsewhere. */
  unwrap(wrapped: Wrapped, aad: string): Uint8Array
  newCallKey(callId: string): Wrapped & { key: CallKey }
  openCallKey(callId: string, wrapped: Wrapped): CallKey
}

/** The key that wrapped this is neither in ENCRYPTION_KEY nor in ENCRYPTION_KEYS_OLD. */
export class UnknownKey extends Error {
  constructor(keyId: string) {
    super(`The encryption key ${keyId} is missing: add the key that was used before to ENCRYPTION_KEYS_OLD.`)
    this.name = 'UnknownKey'
  }
}

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** First byte of everything sealed, so that another way of sealing can come later. */
const VERSION = 1
/** So much longer is what is sealed. */
export const SEAL_BYTES = 1 + NONCE_BYTES + TAG_BYTES

/**
 * Keys by their id (a short hash): the current one wraps, all of them open. Keys are base64 of 32 bytes.
 * @throws when a key has another length
 */
export function createKeyring(o: { current: string; old: string[] }): Keyring {
  const keys = new Map([o.current, ...o.old].map((text) => readKey(text)).map((key) => [idOf(key), key] as const))
  const currentId = idOf(readKey(o.current))
  const keyOf = (id: string) => {
    const key = keys.get(id)
    if (!key) throw new UnknownKey(id)
    return key
  }
  const wrap: Keyring['wrap'] = (secret, aad) => ({ keyId: currentId, wrapped: seal(keyOf(currentId), aad, secret) })
  const unwrap: Keyring['unwrap'] = ({ keyId, wrapped }, aad) => open(keyOf(keyId), aad, wrapped)
  return {
    currentId,
    wrap,
    unwrap,
    newCallKey(callId) {
      const secret = randomBytes(2 * KEY_BYTES)
      return { key: split(secret), ...wrap(secret, `call:${callId}`) }
    },
    openCallKey: (callId, wrapped) => split(unwrap(wrapped, `call:${callId}`)),
  }
}

const keyObjects = new WeakMap<Uint8Array, KeyObject>()

/** A key made ready once: handing its bytes over costs more than sealing a sentence. */
export function prepared(key: Uint8Array): KeyObject {
  let made = keyObjects.get(key)
  if (!made) {
    made = createSecretKey(key)
    keyObjects.set(key, made)
  }
  return made
}

/** Drawn from the system so many at a time: each by itself would cost half as much as the sealing. */
const NONCES_A_DRAW = 256
let nonces = Buffer.alloc(0)
let nonceAt = 0

/** Never the same again; good until the next is asked for. */
function newNonce(): Uint8Array {
  if (nonceAt === nonces.length) {
    nonces = randomBytes(NONCES_A_DRAW * NONCE_BYTES)
    nonceAt = 0
  }
  nonceAt += NONCE_BYTES
  return nonces.subarray(nonceAt - NONCE_BYTES, nonceAt)
}

/** AES-256-GCM: version, nonce, text, tag. `place` (call and field) is authenticated, so that sealed bytes cannot be moved elsewhere. */
export function seal(key: Uint8Array, place: string, plain: Uint8Array): Uint8Array {
  const nonce = newNonce()
  const cipher = createCipheriv('aes-256-gcm', prepared(key), nonce).setAAD(Buffer.from(place))
  // In memory of its own: a piece of Node's shared pool would hold all 64 kB of it for as long as a sentence waits to be stored.
  const sealed = Buffer.allocUnsafeSlow(SEAL_BYTES + plain.length)
  sealed[0] = VERSION
  sealed.set(nonce, 1)
  sealed.set(cipher.update(plain), 1 + NONCE_BYTES)
  cipher.final()
  sealed.set(cipher.getAuthTag(), sealed.length - TAG_BYTES)
  return sealed
}

/** @throws when the bytes were changed, cut, or sealed for another place or key */
export function open(key: Uint8Array, place: string, sealed: Uint8Array): Uint8Array {
  if (sealed[0] !== VERSION || sealed.length < SEAL_BYTES) throw new Error('Sealed bytes have an unknown shape.')
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES)
  const end = sealed.length - TAG_BYTES
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(end))
  return Buffer.concat([decipher.update(sealed.subarray(1 + NONCE_BYTES, end)), decipher.final()])
}

/** A JSON value under a call's data key. */
export function sealJson(key: CallKey, place: string, value: unknown): Uint8Array {
  return sealText(key, place, JSON.stringify(value ?? null))
}

/** JSON that is written already. */
export function sealText(key: CallKey, place: string, json: string): Uint8Array {
  return seal(key.data, place, Buffer.from(json))
}

/** @throws like `open` */
export function openJson(key: CallKey, place: string, sealed: Uint8Array): unknown {
  return JSON.parse(Buffer.from(open(key.data, place, sealed)).toString())
}

/** A number as look-ups know it: the same number gives the same hash, and nobody without the key can try numbers out. */
export function hashNumber(key: Uint8Array, e164: string): string {
  return createHmac('sha256', key).update(e164).digest('hex')
}

const idOf = (key: Uint8Array) => createHash('sha256').update('voice-agent key id').update(key).digest('hex').slice(0, 12)

const split = (secret: Uint8Array): CallKey => ({ data: secret.subarray(0, KEY_BYTES), salt: secret.subarray(KEY_BYTES) })

function readKey(text: string): Uint8Array {
  const key = Buffer.from(text, 'base64')
  if (key.length !== KEY_BYTES) throw new Error('An encryption key must be 32 bytes in base64.')
  return key
}
