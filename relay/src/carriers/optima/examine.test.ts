import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../clock.ts'
import { createLogger } from '../../logger.ts'
import { readSettings } from '../../settings.ts'
import { startVendor, type Vendor } from '../vendor.test-kit.ts'
import { optima } from './index.ts'
import { type OptimaSockets, openOptimaSockets, TOKEN } from './optima.test-kit.ts'

let vendor: Vendor
let sockets: OptimaSockets
beforeEach(async () => {
  vendor = await startVendor()
  sockets = openOptimaSockets(vendor.server)
})
afterEach(async () => {
  await sockets.close()
  await vendor.close()
})

const examined = async (env: Record<string, string>) => {
  const settings = readSettings({ OPTIMA_API_BASE_URL: vendor.origin, ...env })
  const found = await optima.examine?.({
    settings,
    clock: systemClock,
    logger: createLogger({ level: 'silent' }),
    unreachable: 'PUBLIC_URL is localhost',
  })
  return found?.map(({ state, text }) => `${state}: ${text}`) ?? []
}

describe('the doctor, of Optima', () => {
  it('says how it is switched on, and never that it must reach us', async () => {
    expect(await examined({})).toEqual([expect.stringContaining('off: set OPTIMA_TOKEN')])
    expect(await examined({ OPTIMA_TOKEN: TOKEN })).toEqual(['ok: token is set', 'ok: Optima takes the token (1.0.3)'])
    expect(sockets.said).toEqual([])
  })

  it('says that the token is not taken', async () => {
    for (const env of [{ OPTIMA_TOKEN: 'another' }, { OPTIMA_TOKEN: 'another', OPTIMA_VERSION: '1.0.5' }])
      expect(await examined(env)).toContainEqual(expect.stringMatching(/^note: Optima does not accept the token/))
  })

  it('asks by REST where sound goes over a WebSocket of each call', async () => {
    const env = { OPTIMA_TOKEN: TOKEN, OPTIMA_VERSION: '1.0.5-ws', OPTIMA_PHONE_NUMBER: '+622112345678' }
    vendor.answers({ status: 404, body: {} })
    expect(await examined(env)).toEqual(['ok: token is set', 'ok: Optima takes the token (1.0.5-ws)'])
    expect(vendor.requests[0]).toMatchObject({ method: 'GET', headers: { authorization: `Bearer ${TOKEN}` } })
    vendor.answers({ status: 401, body: {} })
    expect(await examined(env)).toContainEqual(expect.stringMatching(/^note: Optima does not accept the token/))
    expect(await examined({ ...env, OPTIMA_PHONE_NUMBER: '' })).toContainEqual(expect.stringContaining('OPTIMA_PHONE_NUMBER is missing'))
  })

  it('says that nobody is there', async () => {
    await sockets.close()
    await vendor.close()
    expect(await examined({ OPTIMA_TOKEN: TOKEN, OPTIMA_VERSION: '1.0.5-ws' })).toContainEqual(
      'note: Optima could not be reached. Check that this machine reaches it, then try again.',
    )
    vendor = await startVendor()
    sockets = openOptimaSockets(vendor.server)
  })
})
