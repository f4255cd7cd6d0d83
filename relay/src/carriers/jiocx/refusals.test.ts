import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CarrierFault } from '../carrier.ts'
import type { VendorAnswer, VendorRequest } from '../vendor.test-kit.ts'
import { type JiocxHouse, openHouse } from './house.test-kit.ts'

/** Where nobody logs in, every request shows the credentials: what is refused is not sent on and on. */

const TAKEN: VendorAnswer = { status: 200, body: { success: true, status: 'connected' } }
const REFUSED: VendorAnswer = { status: 401, body: { message: 'wrong password' } }

describe.each(['body', 'api-key'])('credentials that are refused, by %s,', (JIOCX_AUTH) => {
  let house: JiocxHouse
  let answer: (request: VendorRequest) => VendorAnswer
  beforeEach(async () => {
    house = await openHouse({ JIOCX_AUTH, JIOCX_API_KEY: 'K' })
    answer = () => REFUSED
    house.vendor.answers((request) => answer(request))
  })
  afterEach(() => house.close())

  /** Whether it was sent, and what came of it. */
  async function poll(call: string, own: Record<string, unknown> = {}) {
    const before = house.vendor.requests.length
    const came = await house
      .open({ apiKey: 'K', ...own })
      .status(call)
      .then(
        () => 'taken',
        (error: unknown) => (error instanceof CarrierFault ? error.code : 'error'),
      )
    return [house.vendor.requests.length > before ? 'sent' : 'held', came]
  }
  const SENT = ['sent', 'unauthorized']
  const HELD = ['held', 'unauthorized']

  it('for one call hold that call alone: 5 s, then twice as long, up to five minutes', async () => {
    answer = ({ path }) => (path.endsWith('/one') ? REFUSED : TAKEN)
    for (const waitMs of [5000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]) {
      expect([waitMs, await poll('one')]).toEqual([waitMs, SENT])
      await house.clock.advance(waitMs - 1)
      expect([waitMs, await poll('one')]).toEqual([waitMs, HELD])
      await house.clock.advance(1)
    }
    expect(await poll('two')).toEqual(['sent', 'taken'])
    // The account is taken, so nothing is held against it.
    for (let n = 0; n < 3; n++) expect([await poll('one'), await poll('two')]).toEqual([SENT, ['sent', 'taken']])
  })

  it('for two of them hold whatever is asked: of many calls in an hour few requests go out', async () => {
    for (let second = 0; second < 3600; second += 10) {
      for (let call = 0; call < 5; call++) expect((await poll(`c${call}`))[1]).toBe('unauthorized')
      await house.clock.advance(10_000)
    }
    // Two at once, then after 10, 20, 40, 80, 160, 320 s, and every five minutes.
    expect(house.vendor.requests.length).toBeLessThan(20)
    answer = () => TAKEN
    await house.clock.advance(300_000)
    for (const call of ['c0', 'c1']) expect(await poll(call)).toEqual(['sent', 'taken'])
  })

  it('are found out by one request, while the others wait for what it learns', async () => {
    await poll('one')
    await poll('two')
    await house.clock.advance(5000)
    const all = await Promise.all(['one', 'two', 'three'].map((call) => poll(call)))
    expect([all.map(([, came]) => came), house.vendor.requests.length]).toEqual([Array(3).fill('unauthorized'), 3])
    // An outage says nothing of them: the next one finds out.
    await house.clock.advance(10_000)
    answer = () => ({ status: 503, body: {} })
    expect(await poll('one')).toEqual(['sent', 'server_error'])
    answer = () => TAKEN
    expect(await poll('two')).toEqual(['sent', 'taken'])
  })

  it('many at once count once', async () => {
    const all = Array.from({ length: 20 }, (_, n) => poll(`c${n}`))
    expect((await Promise.all(all)).map(([, came]) => came)).toEqual(Array(20).fill('unauthorized'))
    expect(await poll('c0')).toEqual(HELD)
    await house.clock.advance(5000)
    expect(await poll('c0')).toEqual(SENT)
  })

  it('and are corrected, are shown at once', async () => {
    await poll('one')
    await poll('two')
    answer = () => TAKEN
    expect(await poll('one', JIOCX_AUTH === 'body' ? { password: 'NEW' } : { apiKey: 'NEW' })).toEqual(['sent', 'taken'])
    expect(await poll('one')).toEqual(HELD)
  })
})
