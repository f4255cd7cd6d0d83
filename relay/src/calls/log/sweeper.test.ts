import { randomBytes } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { pino } from 'pino'
import { afterEach, expect, it, vi } from 'vitest'
import { createKeyring, UnknownKey } from '../../access/encryption.ts'
import { TestClock } from '../../clock.test-kit.ts'
import { callKeys, calls } from '../../store/schema.ts'
import { eachStore } from '../../store/store.test-kit.ts'
import { createCallBook } from './call-book.ts'
import { createCallLog, type StoredCallLog } from './call-log.ts'
import { LEASE_MS } from './leases.ts'
import { createSweeper } from './sweeper.ts'

const EVERY_MS = 15_000
const logger = pino({ level: 'silent' })

eachStore('the sweeper', (room) => {
  const keyring = createKeyring({ current: randomBytes(32).toString('base64'), old: [] })
  const closing: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
    await room.store.db.delete(calls)
    await room.store.db.delete(callKeys)
  })

  /** One relay's log and sweeper. */
  function relay(owner: string, clock = new TestClock()) {
    const log = createCallLog({ store: room.store, keyring, clock, owner, logger })
    const sweeper = createSweeper({ store: room.store, keyring, log, clock, owner, logger, everyMs: EVERY_MS })
    const close = async () => {
      await sweeper.stop()
      await log.stop()
    }
    closing.push(close)
    return { owner, clock, log, sweeper, close }
  }
  async function call(log: StoredCallLog, clock: TestClock) {
    const id = `c_${randomBytes(8).toString('hex')}`
    await log.open({
      id,
      sessionId: 'session',
      organisationId: 'org',
      agentId: 'demo',
      kind: 'web',
      direction: 'inbound',
      startedAtMs: clock.nowMs(),
      details: {},
    })
    log.event(id, 'call.opened', { n: 1 })
    log.entry(
      id,
      { place: 0, seq: 0 + 1 },
      { id: 'e1', role: 'visitor', text: 'hello', final: true, startedAt: new Date(clock.nowMs()).toISOString() },
    )
    await until(clock, () => log.depth() === 0)
    await log.flush()
    return id
  }
  /** The database answers in its own time: the clock is moved on a little until this is so. */
  const until = (clock: TestClock, so: () => boolean | Promise<boolean>, stepMs = 30) =>
    vi.waitFor(
      async () => {
        await clock.advance(stepMs)
        if (!(await so())) throw new Error('not yet')
      },
      { timeout: 20_000, interval: 5 },
    )
  const book = () => createCallBook({ store: room.store, keyring })
  const stateOf = async (id: string) => (await book().get('org', id))?.status
  const leaseOf = async (id: string) => (await room.store.db.select().from(calls).where(eq(calls.id, id)))[0]?.leaseUntil.getTime() ?? 0
  const runOut = (id: string) =>
    room.store.db
      .update(calls)
      .set({ leaseUntil: new Date(0) })
      .where(eq(calls.id, id))
  const types = async (id: string) => (await book().events('org', id))?.map(({ type }) => type)
  it('ends what an earlier run of this relay left open, and seals it', async () => {
    const killed = relay('a')
    const id = await call(killed.log, killed.clock)
    await killed.close()
    const next = relay('a', killed.clock)
    expect(await next.sweeper.settleOwn()).toBe(1)
    expect(await book().get('org', id)).toMatchObject({ status: 'failed', endReason: 'error', ai: 'off', endedAt: expect.any(String) })
    expect(await types(id)).toEqual(['call.opened', 'call.ended'])
    expect(await book().evidence('org', id)).toMatchObject({ verified: true, events: 2 })
    expect((await book().transcript('org', id))?.[0]?.text).toBe('hello')
    expect(await next.sweeper.settleOwn()).toBe(0)
  })

  it('leaves another relay’s calls at start, unless the store is one relay’s alone', async () => {
    const other = relay('b')
    const id = await call(other.log, other.clock)
    const mine = relay('a', other.clock)
    const alone = room.store.kind === 'pglite'
    expect(await mine.sweeper.settleOwn()).toBe(alone ? 1 : 0)
    expect(await stateOf(id)).toBe(alone ? 'failed' : 'initiated')
  })

  it('ends a gone relay’s call when its lease was seen run out twice', async () => {
    const gone = relay('b')
    const id = await call(gone.log, gone.clock)
    await gone.close()
    const here = relay('a', gone.clock)
    expect(await here.sweeper.sweep()).toBe(0)
    await here.clock.advance(LEASE_MS + 1)
    expect(await here.sweeper.sweep()).toBe(0)
    expect(await stateOf(id)).toBe('initiated')
    expect(await here.sweeper.sweep()).toBe(1)
    expect(await stateOf(id)).toBe('failed')
    expect(await book().evidence('org', id)).toMatchObject({ verified: true, events: 2 })
    expect(await here.sweeper.sweep()).toBe(0)
  })

  it('lets an owner live that renews its lease late, as after an outage of the database', async () => {
    const owner = relay('b')
    const id = await call(owner.log, owner.clock)
    const here = relay('a')
    await runOut(id)
    expect(await here.sweeper.sweep()).toBe(0)
    await until(owner.clock, async () => (await leaseOf(id)) > here.clock.nowMs(), 5000)
    expect(await here.sweeper.sweep()).toBe(0)
    await runOut(id)
    expect(await here.sweeper.sweep()).toBe(0)
    expect(await stateOf(id)).toBe('initiated')
  })

  it('never ends a call whose book is open here, however late its lease', async () => {
    const here = relay('a')
    const id = await call(here.log, here.clock)
    await runOut(id)
    expect(await here.sweeper.sweep()).toBe(0)
    expect(await here.sweeper.sweep()).toBe(0)
    expect(await stateOf(id)).toBe('initiated')
  })

  it('looks by itself, again and again, until it is stopped', async () => {
    const gone = relay('b')
    const id = await call(gone.log, gone.clock)
    await gone.close()
    const here = relay('a', gone.clock)
    here.sweeper.start()
    await until(here.clock, async () => (await stateOf(id)) === 'failed', EVERY_MS)
    await here.sweeper.stop()
    expect(here.clock.waiting).toBe(1) // the log's own leases
  })

  it('keeps the seal whole when the owner writes on behind it', async () => {
    const owner = relay('b')
    const id = await call(owner.log, owner.clock)
    const other = relay('b', owner.clock)
    expect(await other.sweeper.settleOwn()).toBe(1)
    owner.log.event(id, 'turn', { n: 2 })
    owner.log.event(id, 'turn', { n: 3 })
    owner.log.entry(
      id,
      { place: 1, seq: 1 + 1 },
      { id: 'e2', role: 'agent', text: 'late', final: true, startedAt: new Date().toISOString() },
    )
    const closed = owner.log.close(id, { status: 'completed', endReason: 'visitor', at: owner.clock.nowMs() })
    await until(owner.clock, () => !owner.log.holds(id))
    await closed
    expect(await types(id)).toEqual(['call.opened', 'call.ended'])
    expect(await book().get('org', id)).toMatchObject({ status: 'failed', endReason: 'error' })
    expect(await book().evidence('org', id)).toMatchObject({ verified: true, events: 2 })
    expect(await book().transcript('org', id)).toHaveLength(1)
  })

  it('lets one call that cannot be ended stop no other', async () => {
    const killed = relay('a')
    const ids = [await call(killed.log, killed.clock), await call(killed.log, killed.clock)]
    await killed.close()
    await room.store.db
      .update(callKeys)
      .set({ wrapped: randomBytes(93) })
      .where(eq(callKeys.callId, ids[0] ?? ''))
    expect(await relay('a', killed.clock).sweeper.settleOwn()).toBe(1)
    expect(await stateOf(ids[1] ?? '')).toBe('failed')
  })

  it('says at start that the ENCRYPTION_KEY is not the one the store was sealed with', async () => {
    const here = relay('a')
    await here.sweeper.settleOwn()
    const wrong = createKeyring({ current: randomBytes(32).toString('base64'), old: [] })
    // A store object of its own, as after a restart: nothing is remembered.
    const store = { ...room.store }
    const sweeper = createSweeper({ ...here, store, keyring: wrong, logger, everyMs: EVERY_MS })
    await expect(sweeper.settleOwn()).rejects.toThrow(UnknownKey)
  })
})
