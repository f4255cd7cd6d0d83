import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { expect, it, vi } from 'vitest'
import { createKeyring } from '../../access/encryption.ts'
import { systemClock as clock } from '../../clock.ts'
import { onPostgres } from '../../store/store.test-kit.ts'
import { createCallBook } from './call-book.ts'
import { createCallLog } from './call-log.ts'

const logger = pino({ level: 'silent' })

onPostgres('the database away', (room) => {
  it('ends no call: the log catches up once it is back, without the driver’s long back-off', async () => {
    const keyring = createKeyring({ current: randomBytes(32).toString('base64'), old: [] })
    const log = createCallLog({ store: room.store, keyring, clock, owner: 'relay', logger })
    const book = createCallBook({ store: room.store, keyring })
    const details = { startedAtMs: clock.nowMs(), details: {} }
    const id = 'c_outage'
    await log.open({ id, sessionId: 's', organisationId: 'org', agentId: 'demo', kind: 'web', direction: 'inbound', ...details })
    log.event(id, 'call.opened', {})
    await log.flush()

    room.door().shut()
    for (let n = 0; n < 50; n++) log.event(id, 'turn', { n })
    log.status(id, { status: 'connected', at: clock.nowMs() })
    const closed = log.close(id, { status: 'completed', endReason: 'visitor', at: clock.nowMs() })
    await expect(
      log.open({ ...details, id: 'c_new', sessionId: 's', organisationId: 'org', agentId: 'demo', kind: 'web', direction: 'inbound' }),
    ).rejects.toThrow()
    // More tries than the driver’s own back-off, which grows to twenty seconds, would make in all this time.
    await vi.waitFor(
      async () => {
        expect(await room.store.alive(200)).toBe(false)
        expect(room.door().knocks()).toBeGreaterThan(80)
      },
      { timeout: 60_000, interval: 20 },
    )
    expect(log.depth()).toBe(51)

    room.door().open()
    expect(await room.store.alive(5000)).toBe(true)
    await closed
    await log.stop()
    expect(await book.evidence('org', id)).toMatchObject({ verified: true, events: 52 })
    expect(await book.get('org', id)).toMatchObject({ status: 'completed', connectedAt: expect.any(String) })
  }, 120_000)
})
