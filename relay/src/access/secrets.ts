import { hkdfSync, randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { key32, longSecret } from '../settings/kinds.ts'
import { type Settings, SettingsError } from '../settings.ts'

export interface Secrets {
  authSecret: string
  /** 32 bytes, base64. */
  encryptionKey: string
  encryptionKeysOld: string[]
}

const SecretsFile = z.object({ AUTH_SECRET: longSecret.optional(), ENCRYPTION_KEY: key32.optional() })
type SecretsFile = z.infer<typeof SecretsFile>

/**
 * The relay's own secrets: from the environment, else from DATA_DIR/secrets.json, else made and kept there (0600).
 * Call it while the data folder is locked.
 * @throws SettingsError when the file cannot be used: making new keys would leave every stored call unreadable
 */
export async function loadSecrets(settings: Pick<Settings, 'access' | 'dataDir'>): Promise<Secrets> {
  const { AUTH_SECRET, ENCRYPTION_KEY, ENCRYPTION_KEYS_OLD } = settings.access
  if (AUTH_SECRET && ENCRYPTION_KEY) {
    return { authSecret: AUTH_SECRET, encryptionKey: ENCRYPTION_KEY, encryptionKeysOld: ENCRYPTION_KEYS_OLD ?? [] }
  }
  const path = join(settings.dataDir, 'secrets.json')
  const kept = await readKept(path)
  const authSecret = AUTH_SECRET ?? kept.AUTH_SECRET ?? randomBytes(48).toString('base64url')
  const encryptionKey = ENCRYPTION_KEY ?? kept.ENCRYPTION_KEY ?? randomBytes(32).toString('base64')
  const made = {
    ...(AUTH_SECRET ? {} : { AUTH_SECRET: authSecret }),
    ...(ENCRYPTION_KEY ? {} : { ENCRYPTION_KEY: encryptionKey }),
  }
  const known = Object.keys(made).every((name) => name in kept)
  if (!known) await writePrivate(path, `${JSON.stringify({ ...kept, ...made }, null, 2)}\n`)
  return { authSecret, encryptionKey, encryptionKeysOld: ENCRYPTION_KEYS_OLD ?? [] }
}

/** The secret of a relay that may be running, without making one. @throws SettingsError like `loadSecrets` */
export async function knownAuthSecret({ access, dataDir }: Pick<Settings, 'access' | 'dataDir'>): Promise<string | undefined> {
  return access.AUTH_SECRET ?? (await readKept(join(dataDir, 'secrets.json'))).AUTH_SECRET
}

async function readKept(path: string): Promise<SecretsFile> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new SettingsError('DATA_DIR', 'holds a secrets.json that cannot be read: check its owner and rights')
  }
  try {
    return SecretsFile.parse(JSON.parse(text))
  } catch {
    throw new SettingsError('DATA_DIR', 'holds a secrets.json that is damaged: restore it, or set AUTH_SECRET and ENCRYPTION_KEY')
  }
}

/** Whole or not at all, readable by its owner only. */
export async function writePrivate(path: string, text: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
  const half = `${path}.${randomBytes(4).toString('hex')}`
  await writeFile(half, text, { mode: 0o600, flush: true })
  await rename(half, path)
}

/** A key of its own for every purpose, so that a token made for one never opens another. */
export function deriveKey(
  authSecret: string,
  purpose:
    | 'media'
    | 'operator-media'
    | 'operators'
    | 'visitors'
    | 'numbers'
    | 'callbacks'
    | 'page-calls'
    | 'relays'
    | 'relays-bus'
    | 'reach',
): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', authSecret, 'voice-agent', purpose, 32))
}
