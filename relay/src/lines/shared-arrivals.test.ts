import { randomBytes } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { afterEach, expect, it } from 'vitest'
import { createKeyring } from '../access/encryption.ts'
import { createCallLog } from '../calls/log/call-log.ts'
import { TestClock } from '../clock.test-kit.ts'
import { createLogger } from '../logger.ts'
import type { Store } from '../store/open.ts'
import { calls, expectedArrivals } from '../store/schema.ts'
import { eachStore } from '../store/store.test-kit.ts'
import { expectedCall } from './expected-call.ts'
import { createSharedArrivals } from './shared-arrivals.ts'

const VISITOR = '+919876543210'
const SHOWN = '+918044556677'
const WITHIN_MS = 150_000
const logger = createLogger({ level: 'silent' })

eachStore('what several relays wait for', (room) => {
  const keyring = createKeyring({ current: randomBytes(32).toString('base64'), old: [] })
  const clock = new TestClock()
  const relay = (store = room.store) => createSharedArrivals({ store, keyring, clock, logger })
  const log = () => createCallLog({ store: room.store, keyring, clock, owner: 'relay_one', logger })
  afterEach(async () => {
    await room.store.db.delete(expectedArrivals)
    await room.store.db.delete(calls)
  })
  const rows = () => room.store.db.select().from(expectedArrivals)

  /** Two relays, and calls that the first of them waits for. */
  async function house(...expected: { visitor?: string; unclear?: 'refuse' | 'first' }[]) {
    return houseOver(room.store, ...expected)
  }
  async function houseOver(store: Store, ...expected: { visitor?: string; unclear?: 'refuse' | 'first' }[]) {
    const [here, there] = [relay(store), relay()]
    const book = log()
    const ids: string[] = []
    for (const { unclear = 'refuse', visitor = VISITOR } of expected) {
      const callId = `c${randomBytes(8).toString('hex')}`
      ids.push(callId)
      const more = { sessionId: 's', agentId: 'demo', kind: 'bridge', direction: 'outbound' } as const
      await book.open({ id: callId, organisationId: 'org', ...more, startedAtMs: clock.nowMs(), details: {} })
      here.expect({ callId, numberId: 'pn_1', visitor, shown: [SHOWN], withinMs: WITHIN_MS, unclear })
      await clock.advance(10)
    }
    await here.settled()
    return { here, there, ids }
  }
  /** The store as one relay sees it, which takes nothing that is told until it is back. */
  function failing() {
    const link = { isAway: true }
    const away = () => {
      throw new Error('the store is away')
    }
    const db = new Proxy(room.store.db, { get: (real, name) => (name === 'insert' && link.isAway ? away : Reflect.get(real, name)) })
    return { link, store: { ...room.store, db } }
  }
  const everywhere = () => true
  const from = (number: string, carrierCallId = 'CB1') => ({ numberId: 'pn_1', carrierCallId, from: number })

  it('is found by the visitor’s number however it is written, else by what the carrier shows; not by another, nor at another number', async () => {
    const { ids, there } = await house({})
    const ours = { is: 'ours', callId: ids[0] }
    for (const number of [VISITOR, '09876543210', '919876543210', '9876543210', SHOWN])
      expect(await there.whose(from(number))).toEqual(ours)
    for (const number of ['+919876543211', '+19876543210', 'anonymous', '']) expect(await there.whose(from(number))).toBeUndefined()
    expect(await there.whose({ ...from(VISITOR), numberId: 'pn_2' })).toBeUndefined()
    const [row] = await rows()
    expect(JSON.stringify(row)).not.toContain(VISITOR.slice(3))
  })

  it('is taken once, at whatever relay; the same incoming call is answered the same', async () => {
    const { here, ids, there } = await house({ unclear: 'first' }, { unclear: 'first' })
    const claims = await Promise.all([
      here.claim(from(VISITOR, 'CB1'), everywhere),
      there.claim(from(VISITOR, 'CB2'), everywhere),
      here.claim(from(VISITOR, 'CB1'), everywhere),
    ])
    expect(new Set(claims.map((claim) => claim?.is === 'ours' && claim.callId))).toEqual(new Set(ids))
    expect(claims[2]).toEqual(claims[0])
    expect(await there.claim(from(VISITOR, 'CB1'), everywhere)).toEqual(claims[0])
    expect(await there.claim(from(VISITOR, 'CB3'), everywhere)).toBeUndefined()
  })

  it('two that are shown alike are told apart by nobody', async () => {
    const { ids, there } = await house({}, { visitor: '+919876500000' })
    expect(await there.claim(from(SHOWN), everywhere)).toEqual({ is: 'unclear' })
    expect(await there.claim(from('+919876500000', 'CB2'), everywhere)).toEqual({ is: 'ours', callId: ids[1] })
    expect(await there.claim(from(SHOWN), everywhere)).toEqual({ is: 'ours', callId: ids[0] })
  })

  it('is nobody’s after its time, once it is forgotten, and when its call is over; what a dead relay left goes', async () => {
    const { here, ids, there } = await house({}, { visitor: '+919876500000' }, { visitor: '+919876511111' })
    here.forget(ids[0] ?? '')
    await here.settled()
    expect(await there.whose(from(VISITOR))).toBeUndefined()
    expect((await rows()).length).toBe(2)
    await room.store.db
      .update(calls)
      .set({ endedAt: new Date(clock.nowMs()) })
      .where(eq(calls.id, ids[1] ?? ''))
    expect(await there.whose(from('+919876500000'))).toBeUndefined()
    await clock.advance(WITHIN_MS)
    expect(await there.whose(from('+919876511111'))).toBeUndefined()
    expect(await rows()).not.toEqual([])
    there.start()
    await there.settled()
    await clock.advance(60_000)
    await there.close()
    expect(await rows()).toEqual([])
  })

  it('is told again where the store did not take it: found at once where it is waited for, and everywhere a moment later', async () => {
    for (const asks of ['here', 'there'] as const) {
      const { link, store } = failing()
      const relays = await houseOver(store, {})
      expect(await relays.there.claim(from(VISITOR), everywhere)).toBeUndefined()
      link.isAway = false
      if (asks === 'there') {
        await clock.advance(1000)
        await relays.here.settled()
      }
      expect(await relays[asks].claim(from(VISITOR), everywhere)).toEqual({ is: 'ours', callId: relays.ids[0] })
      await relays.here.close()
      await room.store.db.delete(expectedArrivals)
    }
  })

  it('is told again no more once it is forgotten, or its time is over', async () => {
    const { link, store } = failing()
    const { here, ids } = await houseOver(store, {}, { visitor: '+919876500000' })
    here.forget(ids[0] ?? '')
    await clock.advance(WITHIN_MS)
    await here.settled()
    link.isAway = false
    await clock.advance(2000)
    await here.settled()
    expect(await rows()).toEqual([])
  })

  it('told again though it was written, it stays taken', async () => {
    const { here, ids, there } = await house({})
    expect(await there.claim(from(VISITOR), everywhere)).toMatchObject({ is: 'ours' })
    const [row] = await rows()
    const nowMs = row?.expectedAt.getTime() ?? 0
    // As the first relay has it whose answer from the store was lost.
    const same = createSharedArrivals({ store: room.store, keyring, clock: Object.assign(new TestClock(), { nowMs: () => nowMs }), logger })
    same.expect({ callId: ids[0] ?? '', numberId: 'pn_1', visitor: VISITOR, shown: [SHOWN], withinMs: WITHIN_MS, unclear: 'refuse' })
    await same.settled()
    expect(await rows()).toEqual([row])
    expect(await here.whose(from(VISITOR, 'CB2'))).toBeUndefined()
  })

  it('is another relay’s to take: who asks elsewhere is told of it, and takes nothing', async () => {
    const { here, ids, there } = await house({})
    const ours = { is: 'ours', callId: ids[0] }
    expect(await there.claim(from(VISITOR, 'CB1'), () => false)).toEqual(ours)
    expect(await here.claim(from(VISITOR, 'CB2'), (callId) => callId === ids[0])).toEqual(ours)
    expect((await rows()).map(({ takenBy }) => takenBy)).toEqual(['CB2'])
  })

  it('is found at all numbers that say they were called, and nothing is taken', async () => {
    const { ids, there } = await house({})
    const asked: string[][] = []
    const claimants = async (...who: [string, string]) => {
      asked.push(who)
      return [{ id: 'pn_0' }, { id: 'pn_1' }] as never
    }
    const expected = expectedCall({ numbers: { claimants }, arrivals: there })
    const came = { carrier: 'twilio', carrierCallId: 'CB1', from: VISITOR, to: '+12025550188' }
    for (let time = 0; time < 2; time++) expect(await expected({ ...came, carrierCallId: `CB${time}`, number: undefined })).toBe(ids[0])
    expect(asked[0]).toEqual(['twilio', '+12025550188'])
    expect(await expected({ ...came, number: { id: 'pn_9' } as never })).toBeUndefined()
    const before = asked.length
    for (const to of ['x'.repeat(60_000), '', 'client:shop']) expect(await expected({ ...came, to, number: undefined })).toBeUndefined()
    expect(asked.length, 'no text that is no number is remembered').toBe(before)
  })
})
