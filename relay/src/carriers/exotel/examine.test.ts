import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestClock } from '../../clock.test-kit.ts'
import { createLogger } from '../../logger.ts'
import { readSettings, SettingsError } from '../../settings.ts'
import { startVendor, type Vendor } from '../vendor.test-kit.ts'
import { exotel } from './index.ts'

let vendor: Vendor
beforeEach(async () => {
  vendor = await startVendor()
})
afterEach(() => vendor.close())

const HOUSE = { EXOTEL_API_KEY: 'key', EXOTEL_API_TOKEN: 'token', EXOTEL_SID: 'exampleacct', EXOTEL_CALLER_ID: '08012345678' }

async function examined(env: Record<string, string>, unreachable?: string): Promise<string[]> {
  const settings = readSettings({ EXOTEL_API_BASE_URL: vendor.origin, ...env })
  const found = await exotel.examine?.({ settings, clock: new TestClock(), logger: createLogger({ level: 'silent' }), unreachable })
  return (found ?? []).map(({ about, state, text }) => `${state} ${about}: ${text}`)
}

describe('the doctor at Exotel', () => {
  it('says that it is off, or which of its variables are missing, and asks nobody', async () => {
    expect(await examined({})).toEqual([expect.stringContaining('note carrier exotel: off: set EXOTEL_API_KEY, EXOTEL_API_TOKEN')])
    const { EXOTEL_SID: _, ...half } = HOUSE
    expect(await examined(half)).toEqual([expect.stringContaining('EXOTEL_SID is missing')])
    expect(vendor.requests).toEqual([])
  })

  it('says where the credentials may not go, as the start does', async () => {
    const wrong = { ...HOUSE, EXOTEL_DOMAIN: 'evil.example' }
    const said = 'EXOTEL_DOMAIN must lead to *.exotel.com: other hosts are allowed by EXOTEL_ALLOWED_HOSTS'
    expect(await examined(wrong)).toEqual([`broken carrier exotel: ${said}`])
    expect(() => exotel.fromEnvironment(readSettings(wrong))).toThrow(new SettingsError('EXOTEL_DOMAIN', said.slice(14)))
    expect(exotel.fromEnvironment(readSettings({ ...wrong, EXOTEL_ALLOWED_HOSTS: 'evil.example' }))).toBeDefined()
  })

  it.each([
    ['EXOTEL_DOMAIN', '*.exotel.com'],
    ['EXOTEL_DOMAIN', 'api.exotel.com:99999'],
    ['EXOTEL_DOMAIN', '1.2.3.999'],
    ['EXOTEL_SID', 'é'],
    ['EXOTEL_APP_ID', 'é'],
    ['EXOTEL_API_KEY', 'k'.repeat(513)],
  ])('what cannot work is named at the start: %s=%s', (name, value) => {
    expect(() => readSettings({ ...HOUSE, [name]: value })).toThrow(expect.objectContaining({ variable: name }))
  })

  it('what can be set makes a number', () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 })
    const variables = fc.record({
      EXOTEL_API_KEY: text,
      EXOTEL_API_TOKEN: text,
      EXOTEL_SID: text,
      EXOTEL_APP_ID: text,
      EXOTEL_DOMAIN: text,
    })
    fc.assert(
      fc.property(variables, (env) => {
        try {
          exotel.fromEnvironment(readSettings({ ...HOUSE, ...env }))
        } catch (error) {
          expect(error).toBeInstanceOf(SettingsError)
        }
      }),
    )
  })

  it('looks the ExoPhone up with the account’s credentials', async () => {
    vendor.answers({ status: 200, body: { Numbers: { DND: 'No' } } })
    expect(await examined(HOUSE)).toEqual([
      'ok carrier exotel: account, key, token and ExoPhone are set',
      'ok carrier exotel: Exotel takes the key and the token',
    ])
    expect(vendor.requests[0]).toMatchObject({ method: 'GET', path: '/v1/Accounts/exampleacct/Numbers/08012345678.json' })
    vendor.answers({ status: 400, body: { RestException: { Status: 400, Code: 34010 } } })
    expect(await examined(HOUSE)).toContain('ok carrier exotel: Exotel takes the key and the token')
  })

  it.each([
    [{ status: 401, body: '' }, 'does not accept the account’s credentials'],
    [{ status: 404, body: '' }, 'knows no such call or account'],
    [{ status: 500, body: '' }, 'a fault of its own'],
  ])('tells what Exotel says: %o', async (answer, words) => {
    vendor.answers(answer)
    expect((await examined(HOUSE)).at(-1)).toContain(words)
    expect(JSON.stringify(await examined(HOUSE))).not.toContain('token"')
  })

  it('names settings that ring no phone', async () => {
    vendor.answers({ status: 200, body: {} })
    expect(await examined({ ...HOUSE, EXOTEL_MODE: 'flow' })).toContainEqual(expect.stringContaining('EXOTEL_APP_ID is missing'))
    expect(await examined({ ...HOUSE, EXOTEL_MODE: 'numbers' })).toContainEqual(expect.stringContaining('joins two phones'))
  })
})
