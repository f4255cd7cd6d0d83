import { afterEach, describe, expect, it } from 'vitest'
import type { VendorAnswer } from '../vendor.test-kit.ts'
import { type JiocxHouse, openHouse, saidIn } from './house.test-kit.ts'

/** What the doctor learns where nobody logs in. */

let house: JiocxHouse
afterEach(() => house.close())
async function look(answer: VendorAnswer, env: Record<string, string>) {
  house = await openHouse(env)
  house.vendor.answers(answer)
  const [, found = ''] = await house.examined()
  return found
}
const message = (text: string, more: object = {}) => ({ message: text, ...more })

describe.each([
  ['api-key', 'API key', /check JIOCX_API_KEY, or ask JioCX whether .* another JIOCX_AUTH than api-key$/],
  ['body', 'user name and password', /check JIOCX_ORGANIZATION_NAME, JIOCX_USERNAME and JIOCX_PASSWORD, and in JIOCX_FIELDS .* than body$/],
])('the doctor, by %s,', (JIOCX_AUTH, shown, check) => {
  const env = { JIOCX_AUTH, JIOCX_API_KEY: 'K' }

  it.each([
    { status: 404, body: message('Call not found') },
    { status: 200, body: message('unknown call', { success: false }) },
  ])('asks for nobody’s call, and knows by %j that it is let in', async (answer) => {
    expect(await look(answer, env)).toBe(`ok JioCX takes the ${shown}`)
    const byBody = JIOCX_AUTH === 'body'
    expect(house.lines()).toEqual([`${byBody ? 'POST' : 'GET'} /voice/status/voice-agent-doctor`])
    const [asked] = house.vendor.requests
    expect(asked?.headers['x-api-key']).toBe('K')
    expect(asked && saidIn(asked)).toEqual(byBody ? { organization: 'ORG', username: 'USER', password: 'PASS' } : {})
  })

  it.each([
    { status: 401, body: {} },
    { status: 403, body: {} },
    { status: 200, body: message('Invalid API Key', { success: false }) },
  ])('knows by %j that it is not, and says where to look', async (answer) => {
    const found = await look(answer, env)
    expect(found).toMatch(/^note JioCX does not accept the account’s credentials: /)
    expect(found).toMatch(check)
  })

  it('believes the credit’s answer, where there is a path for it', async () => {
    const JIOCX_PATHS = '{"credit":"/credits"}'
    expect(await look({ status: 401, body: {} }, { ...env, JIOCX_PATHS })).toMatch(check)
    expect(house.lines()).toHaveLength(1)
    await house.close()
    expect(await look({ status: 200, body: { credit: 3 } }, { ...env, JIOCX_PATHS })).toBe('ok credit 3')
  })

  it.each([400, 405, 422])('says that nobody knows after %i, and what to do', async (status) => {
    expect(await look({ status, body: {} }, env)).toBe(
      `note whether JioCX takes the ${shown} is not known: asked for a call that there is not, it answers HTTP ${status}. Check status in JIOCX_PATHS, or name a path as credit there`,
    )
  })

  it('says what else is wrong', async () => {
    expect(await look({ status: 503, body: {} }, env)).toBe(
      'note JioCX had a fault of its own. Try again; when it stays, look at its status page.',
    )
    await house.close()
    expect(await look({ status: 200, body: '<html>' }, env)).toMatch(/^note JioCX’s answer could not be understood: check/)
  })
})
