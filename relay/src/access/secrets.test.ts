import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readSettings } from '../settings.ts'
import { deriveKey, loadSecrets } from './secrets.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'secrets-'))
})
afterEach(() => rmSync(dir, { recursive: true }))
const settings = (env: Record<string, string> = {}) => readSettings({ DATA_DIR: join(dir, 'data'), ...env })
const file = () => join(dir, 'data', 'secrets.json')
const AUTH_SECRET = 'x'.repeat(40)
const ENCRYPTION_KEY = Buffer.alloc(32, 3).toString('base64')

describe('secrets', () => {
  it('are made once, kept 0600 and found again', async () => {
    const first = await loadSecrets(settings())
    expect(Buffer.from(first.encryptionKey, 'base64')).toHaveLength(32)
    expect(first.authSecret.length).toBeGreaterThanOrEqual(32)
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    expect(await loadSecrets(settings())).toEqual(first)
    expect(readdirSync(join(dir, 'data'))).toEqual(['secrets.json'])
  })

  it('come from the environment when they are there, and then no file is written', async () => {
    expect(await loadSecrets(settings({ AUTH_SECRET, ENCRYPTION_KEY, ENCRYPTION_KEYS_OLD: ENCRYPTION_KEY }))).toEqual({
      authSecret: AUTH_SECRET,
      encryptionKey: ENCRYPTION_KEY,
      encryptionKeysOld: [ENCRYPTION_KEY],
    })
    expect(() => statSync(file())).toThrow()
  })

  it('are made only where one is missing', async () => {
    const { encryptionKey } = await loadSecrets(settings({ AUTH_SECRET }))
    expect(readFileSync(file(), 'utf8')).not.toContain(AUTH_SECRET)
    const later = await loadSecrets(settings())
    expect(later.encryptionKey).toBe(encryptionKey)
    expect(later.authSecret).not.toBe(AUTH_SECRET)
  })

  it('are never made anew over a damaged file, since that would lose every stored call', async () => {
    await loadSecrets(settings())
    for (const damage of ['', '{', '{"ENCRYPTION_KEY":"short"}']) {
      writeFileSync(file(), damage)
      await expect(loadSecrets(settings())).rejects.toMatchObject({ variable: 'DATA_DIR', message: expect.stringContaining('damaged') })
      expect(readFileSync(file(), 'utf8')).toBe(damage)
    }
  })

  it('give every purpose a key of its own', () => {
    const keys = (['media', 'operators', 'visitors'] as const).map((purpose) =>
      Buffer.from(deriveKey(AUTH_SECRET, purpose)).toString('hex'),
    )
    expect(new Set(keys).size).toBe(3)
  })
})
