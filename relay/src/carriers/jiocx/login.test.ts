import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestClock } from '../../clock.test-kit.ts'
import { CarrierFault } from '../carrier.ts'
import type { VendorAnswer, VendorRequest } from '../vendor.test-kit.ts'
import { type JiocxHouse, openHouse } from './house.test-kit.ts'
import { createLogins } from './login.ts'

const ok = (body: object): VendorAnswer => ({ status: 200, body })
const LOCKED: VendorAnswer = { status: 401, body: { message: 'wrong password' } }

let house: JiocxHouse
let logIn: (request: VendorRequest) => VendorAnswer
beforeEach(async () => {
  house = await openHouse()
  logIn = () => ok({ token: 'T' })
  house.vendor.answers((request) => (request.path === '/auth/login' ? logIn(request) : ok({ call_id: 'c1', status: 'connected' })))
})
afterEach(() => house.close())

const logins = () => house.vendor.requests.filter(({ path }) => path === '/auth/login')
const bearers = () =>
  house.vendor.requests.flatMap(({ headers }) => (headers.authorization ? [[headers.authorization, headers['x-tenant']]] : []))

describe('a login is another’s', () => {
  it('when its headers differ: nobody acts with a token of somebody else', async () => {
    logIn = ({ headers }) => ok({ token: `T-${headers['x-tenant']}` })
    for (const tenant of ['shop', 'clinic', 'shop']) await house.open({ headers: { 'X-Tenant': tenant } }).status('c1')
    expect(bearers()).toEqual([
      ['Bearer T-shop', 'shop'],
      ['Bearer T-clinic', 'clinic'],
      ['Bearer T-shop', 'shop'],
    ])
    expect(logins()).toHaveLength(2)
  })

  it.each([
    ['headers', { headers: { 'X-Tenant': 'shop' } }],
    ['the API key', { apiKey: 'K' }],
    ['fields', { fields: { username: 'user_name' } }],
    ['answers', { answers: { token: 'jwt' } }],
    ['the path', { paths: { login: '/session' } }],
    ['the password', { password: 'NEW' }],
  ])('when %s changed, at once, also after a failure', async (_, corrected) => {
    logIn = () => LOCKED
    await expect(house.open().status('c1')).rejects.toMatchObject({ code: 'unauthorized' })
    house.vendor.answers(() => ok({ token: 'T', jwt: 'T', call_id: 'c1', status: 'connected' }))
    expect(await house.open(corrected).status('c1')).toMatchObject({ status: 'connected' })
  })

  it('in another house, where nobody has logged in yet', async () => {
    await house.open().status('c1')
    const other = await openHouse()
    other.vendor.answers(() => ok({ token: 'U', call_id: 'c1', status: 'connected' }))
    await other.open().status('c1')
    expect(other.lines()).toEqual(['POST /auth/login', 'GET /voice/status/c1'])
    await other.close()
  })

  it('kept for so many and no more', async () => {
    const all = createLogins(new TestClock())
    const first = all.of('first')
    await first.token(() => Promise.resolve('T'))
    for (let n = 0; n < 199; n++) all.of(n)
    expect(all.of('first')).toBe(first)
    for (let n = 0; n < 200; n++) all.of(n)
    expect(all.of('first')).not.toBe(first)
  })
})

describe('a login that was refused', () => {
  const poll = () => house.open().status('c1')
  const waits = async () => {
    const { length } = logins()
    await expect(poll()).rejects.toMatchObject({ code: 'unauthorized', placed: 'no', message: expect.stringContaining('credentials') })
    return logins().length === length
  }

  it('is not asked for again by many calls for an hour, but seldom', async () => {
    logIn = () => LOCKED
    const HOUR_S = 3600
    for (let second = 0; second < HOUR_S; second += 10) {
      for (let call = 0; call < 5; call++) await waits()
      await house.clock.advance(10_000)
    }
    // 0, 10, 20, 40, 80, 160, 320 s, then every five minutes.
    expect(logins()).toHaveLength(17)
  })

  it('waits 5 s, then twice as long each time, up to five minutes; a good one ends that', async () => {
    logIn = () => LOCKED
    for (const waitMs of [5000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]) {
      expect([waitMs, await waits()]).toEqual([waitMs, false])
      await house.clock.advance(waitMs - 1)
      expect([waitMs, await waits()]).toEqual([waitMs, true])
      await house.clock.advance(1)
    }
    logIn = () => ok({ token: 'T' })
    expect(await poll()).toMatchObject({ status: 'connected' })
    house.vendor.answers(() => LOCKED)
    expect(await waits()).toBe(false)
    await house.clock.advance(5000)
    expect(await waits()).toBe(false)
  })

  it.each([
    ['a clear no', { status: 403, body: {} }, 1],
    ['an answer without a token', ok({}), 1],
    ['a fault that goes by itself', { status: 503, body: {} }, 2],
    ['a cut line', 'cut', 2],
  ] as const)('counts as refused or not, after %s', async (_, answer, asked) => {
    logIn = () => answer
    for (let n = 0; n < 2; n++) await expect(poll()).rejects.toBeInstanceOf(CarrierFault)
    expect(logins()).toHaveLength(asked)
  })

  it('is no examination: the doctor looks for itself, each time anew, and knocks no oftener than a call', async () => {
    logIn = () => LOCKED
    await waits()
    logIn = () => ok({ token: 'T' })
    const TAKEN = 'ok JioCX takes the user name and password'
    for (let n = 0; n < 2; n++) expect(await house.examined()).toContain(TAKEN)
    expect(logins()).toHaveLength(3)
    logIn = () => LOCKED
    for (let n = 0; n < 3; n++) expect(await house.examined()).not.toContain(TAKEN)
    expect(logins()).toHaveLength(4)
    logIn = () => ok({ token: 'T' })
    await house.clock.advance(5000)
    expect(await house.examined()).toContain(TAKEN)
  })
})
