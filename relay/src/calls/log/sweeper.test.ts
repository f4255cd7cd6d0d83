import { randomBytes } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { pino } from 'pino'
import { expect, it, vi } from 'vitest'
import { createKeyring } from '../../access/encryption.ts'
import { TestClock } from '../../clock.test-kit.ts'
import { calls } from '../../store/schema.ts'
import { eachStore } from '../../store/store.test-kit.ts'
import { createCallBook } from './call-book.ts'
import { createCallLog } from './call-log.ts'
import { createSweeper } from './sweeper.ts'

const logger = pino({ level: 'silent' })
const EVERY_MS = 1000

eachStore('the sweeper', (room) => {
  const keyring = createKeyring({ current: randomBytes(32).toString('base64'), old: [] })
  /** A call with two events stored, whose relay has said nothing for long. */
  async function lapsed() {
    const clock = new TestClock()
    const log = createCallLog({ store: room.store, keyring, clock, owner: 'first', logger })
    const id = `c_${randomBytes(8).toString('hex')}`
    const at = { startedAtMs: clock.nowMs(), details: {} }
    await log.open({ id, sessionId: 's', organisationId: 'org', agentId: 'demo', kind: 'web', direction: 'inbound', ...at })
    log.event(id, 'call.opened', { n: 1 })
    log.event(id, 'turn', { n: 2 })
    await flushed(clock, log)
    await room.store.db
      .update(calls)
      .set({ leaseUntil: new Date(clock.nowMs() - 1) })
      .where(eq(calls.id, id))
    return { clock, log, id }
  }
  const flushed = (clock: TestClock, log: { depth(): number }) =>
    vi.waitFor(async () => {
      await clock.advance(25)
      if (log.depth() > 0) throw new Error('not yet')
    })
  const sweeper = (clock: TestClock, log: { holds(id: string): boolean }) =>
    createSweeper({ store: room.store, keyring, log, clock, logger, everyMs: EVERY_MS })
  const stranger = { holds: () => false }
  const book = () => createCallBook({ store: room.store, keyring })
  const types = async (id: string) => (await book().events('org', id))?.map(({ type }) => type)

  it('ends a call whose relay is gone: failed, one terminal event, the chain sealed', async () => {
    const { clock, log, id } = await lapsed()
    await log.stop()
    const other = sweeper(clock, stranger)
    expect(await other.settleOwn()).toBe(1)
    expect(await other.settleOwn()).toBe(0)
    expect(await book().get('org', id)).toMatchObject({ status: 'failed', endReason: 'error' })
    expect(await types(id)).toEqual(['call.opened', 'turn', 'call.ended'])
    expect(await book().evidence('org', id)).toMatchObject({ verified: true, problems: [] })
  })

  it('leaves a call alone that lives here, though an outage let its lease lapse', async () => {
    const { clock, log, id } = await lapsed()
    const gone = await lapsed()
    await gone.log.stop()
    const own = sweeper(clock, log)
    own.start()
    await vi.waitFor(async () => {
      await clock.advance(EVERY_MS)
      expect(await book().get('org', gone.id)).toMatchObject({ status: 'failed' })
    })
    await own.stop()
    expect(await book().get('org', id)).toMatchObject({ status: 'initiated' })
    await log.close(id, { status: 'completed', endReason: 'visitor', at: clock.nowMs() })
    await log.stop()
    expect(await book().evidence('org', id)).toMatchObject({ verified: true })
  })

  it('puts nothing behind the seal when another relay settled the call first', async () => {
    const { clock, log, id } = await lapsed()
    await sweeper(clock, stranger).settleOwn()
    log.event(id, 'turn', { n: 3 })
    log.event(id, 'turn', { n: 4 })
    await clock.advance(25)
    await log.close(id, { status: 'completed', endReason: 'visitor', at: clock.nowMs() })
    await log.stop()
    expect(await types(id)).toEqual(['call.opened', 'turn', 'call.ended'])
    expect(await book().get('org', id)).toMatchObject({ status: 'failed', endReason: 'error' })
    expect(await book().evidence('org', id)).toMatchObject({ verified: true, problems: [] })
  })
})
