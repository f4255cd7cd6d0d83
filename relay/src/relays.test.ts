import { randomBytes } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { afterEach, expect, it } from 'vitest'
import { createKeyring } from './access/encryption.ts'
import { createCallBook } from './calls/log/call-book.ts'
import { createCallLog } from './calls/log/call-log.ts'
import { createSweeper } from './calls/log/sweeper.ts'
import { TestClock } from './clock.test-kit.ts'
import { createPeers } from './live/peers.ts'
import { createLogger } from './logger.ts'
import { heirOf } from './relays.ts'
import { calls, relays } from './store/schema.ts'
import { onPostgres } from './store/store.test-kit.ts'

const BEAT_MS = 1500
const logger = createLogger({ level: 'silent' })

onPostgres('relays of one house', (room) => {
  const keyring = createKeyring({ current: randomBytes(32).toString('base64'), old: [] })
  const clock = new TestClock()
  const closing: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
    await room.store.db.delete(calls)
    await room.store.db.delete(relays)
  })

  function relay(id: string, { draining = false } = {}) {
    const { store } = room
    const log = createCallLog({ store, keyring, clock, owner: id, logger })
    const sweeper = createSweeper({ store, keyring, log, clock, owner: id, logger, everyMs: 15_000 })
    const hungUp: string[] = []
    const told: string[] = []
    const heir = heirOf({
      store,
      sweeper,
      settle: async (orphans) => void hungUp.push(...orphans.map(({ carrierCallId }) => carrierCallId)),
      changed: (organisationId, callId) => told.push(`${organisationId} ${callId}`),
      draining: () => draining,
    })
    let left = false
    const peers = createPeers({ store, id, url: `http://${id}.example`, clock, logger, onGone: heir })
    const die = async () => {
      if (!left) await peers.leave()
      left = true
      await log.stop()
    }
    closing.push(die)
    return { id, heir, log, peers, hungUp, told, die }
  }
  async function call(at: ReturnType<typeof relay>, carrierCallId?: string) {
    const id = `c${randomBytes(8).toString('hex')}`
    const line = carrierCallId === undefined ? {} : { carrier: 'toy', carrierCallId, phoneNumberId: 'pn_1' }
    const more = { sessionId: 's', agentId: 'demo', kind: 'phone', direction: 'inbound' } as const
    await at.log.open({ id, organisationId: 'org', ...more, startedAtMs: clock.nowMs(), details: {}, ...line })
    return id
  }
  /** Lets every relay that lives beat so often, each time until all have. */
  async function beats(times: number, living: readonly ReturnType<typeof relay>[]) {
    const read = async () => new Map((await room.store.db.select().from(relays)).map(({ beat, id }) => [id, beat]))
    for (let time = 0; time < times; time++) {
      const before = await read()
      await expect
        .poll(async () => {
          // A relay sets its next beat when it has done with this one.
          await clock.advance(BEAT_MS / 5)
          const now = await read()
          return living.every(({ id }) => now.get(id) !== before.get(id))
        })
        .toBe(true)
    }
  }

  it('know who holds a call, and who is gone; what that one left is ended, told and hung up once', async () => {
    const [one, two] = [relay('relay_one'), relay('relay_two')]
    for (const each of [one, two]) await each.peers.join()
    const dead = relay('relay_dead')
    await room.store.db.insert(relays).values({ id: dead.id, url: 'http://dead.example', beat: 7 })
    const lost = await Promise.all([call(dead, 'CA1'), call(dead, 'CA2'), call(dead)])
    const kept = await call(two, 'CA3')

    expect(await one.peers.holding(kept)).toEqual({ organisationId: 'org', is: 'there', id: two.id, url: 'http://relay_two.example' })
    expect(await two.peers.holding(kept)).toBeUndefined()
    expect(await one.peers.holding('nothing')).toBeUndefined()
    await beats(3, [one, two])
    expect(await one.peers.holding(lost[0] ?? '')).toMatchObject({ is: 'there', url: 'http://dead.example' })
    expect([...one.told, ...two.told]).toEqual([])

    await beats(6, [one, two])
    await expect.poll(async () => (await room.store.db.select().from(relays)).map(({ id }) => id).sort()).toEqual([one.id, two.id])
    expect([...one.told, ...two.told].sort()).toEqual(lost.map((id) => `org ${id}`).sort())
    expect([...one.hungUp, ...two.hungUp].sort()).toEqual(['CA1', 'CA2'])
    const book = createCallBook({ store: room.store, keyring })
    for (const id of lost) {
      expect(await book.get('org', id)).toMatchObject({ status: 'failed', endReason: 'error' })
      expect((await book.evidence('org', id))?.verified).toBe(true)
      expect(await one.peers.holding(id)).toBeUndefined()
    }
    const [row] = await room.store.db.select().from(calls).where(eq(calls.id, kept))
    expect(row?.endedAt).toBeNull()
  })

  it('leave what a dead one left to those that stay: who leaves has no time to hang up', async () => {
    const [leaving, staying, dead] = [relay('relay_leaving', { draining: true }), relay('relay_staying'), relay('relay_dead')]
    const lost = await call(dead, 'CA1')
    await expect(leaving.heir(dead.id)).rejects.toThrow('another one')
    expect([leaving.told, leaving.hungUp]).toEqual([[], []])
    await staying.heir(dead.id)
    expect([staying.told, staying.hungUp]).toEqual([[`org ${lost}`], ['CA1']])
  })

  it('say of a call that nobody ends yet that its relay is gone', async () => {
    const [one, dead] = [relay('relay_one'), relay('relay_dead')]
    await one.peers.join()
    // Its row went with an earlier look of another relay.
    const id = await call(dead)
    expect(await one.peers.holding(id)).toEqual({ organisationId: 'org', is: 'gone' })
  })

  it('leave without being missed, and their place is free', async () => {
    const [one, two] = [relay('relay_one'), relay('relay_two')]
    for (const each of [one, two]) await each.peers.join()
    await two.die()
    await beats(7, [one])
    expect((await room.store.db.select().from(relays)).map(({ id }) => id)).toEqual([one.id])
    expect(one.told).toEqual([])
  })
})
