import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestClock } from '../../clock.test-kit.ts'
import { createLogger } from '../../logger.ts'
import { readSettings } from '../../settings.ts'
import { startVendor, type Vendor, type VendorAnswer } from '../vendor.test-kit.ts'
import { twilio } from './index.ts'

let vendor: Vendor
beforeEach(async () => {
  vendor = await startVendor()
})
afterEach(() => vendor.close())

const SID = `AC${'ab'.repeat(16)}`
const HOUSE = { TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: 'hunter2', TWILIO_PHONE_NUMBER: '+12025550123' }
const KEY = { TWILIO_API_KEY_SID: `SK${'cd'.repeat(16)}`, TWILIO_API_KEY_SECRET: 'hunter3' }
const ACCOUNT = `/2010-04-01/Accounts/${SID}.json`
const unknown: VendorAnswer = { status: 401, body: { code: 20003, message: 'Authenticate', status: 401 } }
const active: VendorAnswer = { status: 200, body: { sid: SID, status: 'active' } }

async function examined(env: Record<string, string>, clock = new TestClock()): Promise<string[]> {
  const settings = readSettings({ TWILIO_API_BASE_URL: vendor.origin, ...env })
  const o = { settings, clock, logger: createLogger({ level: 'silent' }), unreachable: undefined }
  const found = ((await twilio.examine?.(o)) ?? []).map(({ about, state, text }) => `${state} ${about}: ${text}`)
  expect(found.join()).not.toContain('hunter')
  return found
}

describe('the doctor at Twilio', () => {
  it('asks nobody before all is set', async () => {
    await examined({})
    await examined({ ...HOUSE, TWILIO_AUTH_TOKEN: '' })
    expect(vendor.requests).toEqual([])
  })

  it('looks the account up with its own token, for that proves webhooks too, and the API key where there is one', async () => {
    vendor.answers(active)
    expect(await examined({ ...HOUSE, ...KEY })).toEqual([
      'ok carrier twilio: account, token and number are set',
      'note carrier twilio: calls in the page over Twilio are off: they want TWILIO_TWIML_APP_SID beside the API key',
      'ok carrier twilio: Twilio takes the account’s SID and token',
      'ok carrier twilio: Twilio takes the API key',
    ])
    const basic = (user: string) => `Basic ${Buffer.from(user).toString('base64')}`
    expect(vendor.requests.map(({ headers, method, path }) => [method, path, headers.authorization])).toEqual([
      ['GET', ACCOUNT, basic(`${SID}:hunter2`)],
      ['GET', ACCOUNT.replace('.json', '/Calls.json?PageSize=1'), basic(`${KEY.TWILIO_API_KEY_SID}:hunter3`)],
    ])
  })

  it.each([
    [unknown, 'note carrier twilio: Twilio does not take these credentials: check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN'],
    [{ status: 404, body: { code: 20404 } }, 'does not take these credentials'],
    [{ status: 200, body: { status: 'suspended' } }, 'note carrier twilio: Twilio has suspended this account'],
    [{ status: 200, body: { status: 'closed' } }, 'note carrier twilio: this account is closed'],
    [{ status: 500, body: '' }, 'a fault of its own'],
    [{ status: 200, body: 'no JSON' }, 'could not be understood'],
    ['cut', 'could not be reached. Check that this machine reaches it'],
  ] as [VendorAnswer, string][])('tells what Twilio says: %o', async (answer, words) => {
    vendor.answers(answer)
    const found = await examined({ ...HOUSE, ...KEY, TWILIO_TWIML_APP_SID: `AP${'ef'.repeat(16)}` })
    expect([found.length, found.at(-1)]).toEqual([2, expect.stringContaining(words)])
  })

  it('names a key that Twilio does not know, and none that may only do less', async () => {
    vendor.answers(({ path }) => (path === ACCOUNT ? active : unknown))
    expect((await examined({ ...HOUSE, ...KEY })).at(-1)).toContain('TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET are no pair')
    vendor.answers(({ path }) => (path === ACCOUNT ? active : { status: 403, body: { code: 20403 } }))
    expect((await examined({ ...HOUSE, ...KEY })).at(-1)).toContain('ok')
  })

  it('waits for no answer that does not come', async () => {
    vendor.answers('silence')
    const clock = new TestClock()
    const found = examined(HOUSE, clock)
    await vendor.asked(1)
    await clock.advance(15_000)
    expect((await found).at(-1)).toContain('did not answer in time')
  })
})
