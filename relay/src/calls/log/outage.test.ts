import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { afterEach, expect, it, vi } from 'vitest'
import { createKeyring } from '../../access/encryption.ts'
import { systemClock as clock } from '../../clock.ts'
import { onPostgres } from '../../store/store.test-kit.ts'
import { createCallBook } from './call-book.ts'
import { createCallLog, type StoredCallLog } from './call-log.ts'

const logger = pino({ level: 'silent' })
const over = () => ({ status: 'completed' as const, endReason: 'visitor' as const, at: clock.nowMs() })

onPostgres('the database away', (room) => {
  const keyring = createKeyring({ current: randomBytes(32).toString('base64'), old: [] })
  const logs: StoredCallLog[] = []
  const makeLog = () => {
    const log = createCallLog({ store: room.store, keyring, clock, owner: 'relay', logger })
    logs.push(log)
    return log
  }
  const makeBook = () => createCallBook({ store: room.store, keyring })
  const newCall = (id: string) => ({
    id,
    sessionId: 's',
    organisationId: 'org',
    agentId: 'demo',
    kind: 'web' as const,
    direction: 'inbound' as const,
    startedAtMs: clock.nowMs(),
    details: {},
  })
  afterEach(async () => {
    room.door().open()
    for (const log of logs.splice(0)) await log.stop()
  })

  it('ends no call: the log catches up once it is back', async () => {
    const log = makeLog()
    await log.open(newCall('c_outage'))
    log.event('c_outage', 'call.opened', {})
    await log.flush()

    room.door().shut()
    for (let n = 0; n < 50; n++) log.event('c_outage', 'turn', { n })
    log.status('c_outage', { status: 'connected', at: clock.nowMs() })
    const closed = log.close('c_outage', over())
    await expect(log.open(newCall('c_new'))).rejects.toThrow()
    await vi.waitFor(
      async () => {
        expect(await room.store.alive(200)).toBe(false)
        expect(room.door().knocks()).toBeGreaterThan(20)
      },
      { timeout: 60_000, interval: 20 },
    )
    expect(log.depth()).toBe(51)

    room.door().open()
    expect(await room.store.alive(5000)).toBe(true)
    await closed
    expect(await makeBook().evidence('org', 'c_outage')).toMatchObject({ verified: true, events: 52 })
    expect(await makeBook().get('org', 'c_outage')).toMatchObject({ status: 'completed', connectedAt: expect.any(String) })
  }, 120_000)

  it('again and again, amid transactions, loses nothing, doubles nothing and stops nothing', async () => {
    const log = makeLog()
    const ids = Array.from({ length: 10 }, (_, n) => `c_${n}`)
    for (const id of ids) await log.open(newCall(id))
    let told = 0
    const tell = () => {
      for (const id of ids) {
        log.event(id, 'turn', { told })
        const entry = { id: `e${told}`, role: 'agent' as const, text: 'hello', final: true, startedAt: new Date().toISOString() }
        log.entry(id, { place: told, seq: told + 1 }, entry)
      }
      told += 1
    }
    for (let cut = 0; cut < 5; cut++) {
      for (let n = 0; n < 20; n++) tell()
      // Somewhere amid the writing of these: every cut a little further on.
      await vi.waitFor(() => expect(log.depth()).toBeLessThan(400 - 50 * cut), { timeout: 60_000, interval: 1 })
      tell()
      room.door().shut()
      await vi.waitFor(() => expect(room.door().knocks()).toBeGreaterThan(0), { timeout: 60_000, interval: 5 })
      room.door().open()
    }
    await Promise.all(ids.map((id) => log.close(id, over())))
    for (const id of ids) {
      expect(await makeBook().evidence('org', id)).toMatchObject({ verified: true, events: told + 1 })
      expect(await makeBook().transcript('org', id)).toHaveLength(told)
    }
    const idle = await room.store.db.transaction(async () => 'still in order')
    expect(idle).toBe('still in order')
  }, 120_000)
})
