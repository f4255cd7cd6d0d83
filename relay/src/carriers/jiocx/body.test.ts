import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { VendorAnswer } from '../vendor.test-kit.ts'
import { type JiocxHouse, openHouse, saidIn } from './house.test-kit.ts'

/** Accounts that want user and password in every request: the vendor refuses whatever comes without them. */

const OWN = { organization: 'ORG', username: 'USER', password: 'PASS' }
const CONNECTED = { call_id: 'c1', status: 'connected' }
const ok = (body: object): VendorAnswer => ({ status: 200, body })
let house: JiocxHouse
const start = async (env: Record<string, string> = {}) => {
  house = await openHouse({ JIOCX_AUTH: 'body', ...env })
  house.vendor.answers((request) => {
    const { username, password } = saidIn(request)
    if (username !== 'USER' || password !== 'PASS') return { status: 401, body: {} }
    return request.path.includes('balance') ? ok({ balance: 7 }) : request.path.includes('hangup') ? ok({ success: true }) : ok(CONNECTED)
  })
}
beforeEach(() => start())
afterEach(() => house.close())

describe('credentials in the body', () => {
  it('go with what is read, too, which is asked for by POST', async () => {
    expect(await house.open().status('c1')).toMatchObject({ status: 'connected' })
    await house.open().hangUp('c1')
    expect(house.lines()).toEqual(['POST /voice/status/c1', 'POST /voice/hangup/c1'])
    expect(house.vendor.requests.map(saidIn)).toEqual([OWN, OWN])
  })

  it('stand beside the call’s id, where it has no place in the path', async () => {
    const own = { paths: { status: '/status', hangUp: '/end' }, fields: { callId: 'call' }, body: { channel: 'voice' } }
    await house.open(own).status('c1')
    await house.open(own).hangUp('c1')
    expect(house.lines()).toEqual(['POST /status', 'POST /end'])
    expect(house.vendor.requests.map(saidIn)).toEqual(Array(2).fill({ ...OWN, channel: 'voice', call: 'c1' }))
  })

  it('stay away where a GET is wanted, whose headers show who asks', async () => {
    house.vendor.answers(() => ok(CONNECTED))
    await house.open({ paths: { status: 'GET /status/{call_id}' }, headers: { 'X-Key': 'K' } }).status('c1')
    expect(house.vendor.requests).toMatchObject([{ method: 'GET', body: '', headers: { 'x-key': 'K' } }])
  })

  it('show the credit', async () => {
    await house.close()
    await start({ JIOCX_PATHS: '{"credit":"/balance"}' })
    expect(await house.examined()).toContain('ok credit 7')
    expect(house.lines().at(-1)).toBe('POST /balance')
  })
})

describe('fields of every request', () => {
  it('are in the login’s body', async () => {
    house.vendor.answers(() => ok({ ...CONNECTED, token: 'T' }))
    await house.open({ auth: 'login', body: { client: 'web' } }).status('c1')
    expect(house.lines()).toEqual(['POST /auth/login', 'GET /voice/status/c1'])
    expect(house.vendor.requests.map(saidIn)).toEqual([{ ...OWN, client: 'web' }, {}])
  })
})
