import { randomBytes } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { createKeyring } from '../../access/encryption.ts'
import { createIdempotency, scopeOfCall } from '../../access/idempotency.ts'
import { systemClock as clock } from '../../clock.ts'
import type { Db } from '../../store/open.ts'
import { callKeys, calls, events, idempotentRequests } from '../../store/schema.ts'
import { eachStore } from '../../store/store.test-kit.ts'
import { createCallBook } from './call-book.ts'
import { createCallLog } from './call-log.ts'

const NUMBER = '+919876543210'

/** What somebody with the database in their hands may do to a call, and what its evidence says of it. */
const TAMPERINGS: [string, (db: Db, id: string) => PromiseLike<unknown>][] = [
  ['the payload of event 2 is missing', (db, id) => db.update(events).set({ payload: null }).where(turnOf(id))],
  [
    'the payload of event 2 is missing',
    (db, id) =>
      db
        .update(events)
        .set({ payload: randomBytes(80) })
        .where(turnOf(id)),
  ],
  ['event 1 has number -2', (db, id) => db.update(events).set({ seq: -2 }).where(turnOf(id))],
  ['event 2 has number 3', (db, id) => db.delete(events).where(turnOf(id))],
  ['event 2 does not follow', (db, id) => db.update(events).set({ type: 'quiet' }).where(turnOf(id))],
  [
    'event 2 does not follow',
    (db, id) =>
      db
        .update(events)
        .set({ at: new Date(0) })
        .where(turnOf(id)),
  ],
  ['the key of this call is missing', (db, id) => db.delete(callKeys).where(eq(callKeys.callId, id))],
  [
    'the key of this call cannot be opened',
    (db, id) =>
      db
        .update(callKeys)
        .set({ wrapped: randomBytes(93) })
        .where(eq(callKeys.callId, id)),
  ],
  ['the key of this call cannot be opened', (db, id) => db.update(callKeys).set({ keyId: 'gone' }).where(eq(callKeys.callId, id))],
  ['the chain is not sealed yet', (db, id) => db.update(calls).set({ head: null, signature: null }).where(eq(calls.id, id))],
  [
    'the seal was not made by this house',
    (db, id) =>
      db
        .update(calls)
        .set({ signature: randomBytes(64) })
        .where(eq(calls.id, id)),
  ],
]
const turnOf = (id: string) => and(eq(events.callId, id), eq(events.seq, 2))

eachStore('the call book', (room) => {
  const keyring = createKeyring({ current: randomBytes(32).toString('base64'), old: [] })
  const makeBook = () => createCallBook({ store: room.store, keyring })

  /** An ended call of three events. */
  async function call(o: { startedAtMs?: number; organisationId?: string; sessionId?: string } = {}) {
    const log = createCallLog({ store: room.store, keyring, clock, owner: 'relay', logger: pino({ level: 'silent' }) })
    const id = `c_${randomBytes(8).toString('hex')}`
    const whose = { organisationId: 'org', sessionId: id, startedAtMs: clock.nowMs(), ...o }
    await log.open({ id, agentId: 'demo', kind: 'phone', direction: 'inbound', details: { from: NUMBER, note: 'secret' }, ...whose })
    log.event(id, 'call.opened', { n: 1 })
    log.event(id, 'turn', { n: 2 })
    log.entry(id, { place: 0, seq: 1 }, { id: 'e', role: 'agent', text: 'hello', final: true, startedAt: new Date().toISOString() })
    await log.close(id, { status: 'completed', endReason: 'visitor', at: clock.nowMs() })
    await log.stop()
    return id
  }

  it.each(TAMPERINGS)('finds: %s', async (problem, tamper) => {
    const id = await call()
    expect((await makeBook().evidence('org', id))?.problems).toEqual([])
    await tamper(room.store.db, id)
    const evidence = await makeBook().evidence('org', id)
    expect(evidence).toMatchObject({ verified: false, erased: false })
    expect(evidence?.problems).toContainEqual(expect.stringContaining(problem))
  })

  it('shows the rest of a call of which something was spoilt', async () => {
    const id = await call({ sessionId: 'spoilt' })
    await room.store.db
      .update(events)
      .set({ payload: randomBytes(80) })
      .where(turnOf(id))
    expect((await makeBook().events('org', id))?.map(({ payload }) => payload !== undefined)).toEqual([true, false, true])
    await room.store.db
      .update(callKeys)
      .set({ wrapped: randomBytes(93) })
      .where(eq(callKeys.callId, id))
    const [row] = (await makeBook().list('org', { sessionId: 'spoilt' })).calls
    expect(row).toMatchObject({ id, status: 'completed' })
    expect(row).not.toHaveProperty('from')
    // Words are not shown as none when they are there and cannot be read.
    await expect(makeBook().transcript('org', id)).rejects.toThrow('cannot be opened')
  })

  it('tells numbers in lists too, and nothing else of the details', async () => {
    const id = await call({ sessionId: 'numbers' })
    const { calls: listed } = await makeBook().list('org', { sessionId: 'numbers' })
    expect(listed).toEqual([await makeBook().get('org', id)])
    expect(listed[0]).toMatchObject({ from: NUMBER })
    expect(JSON.stringify(listed)).not.toContain('secret')
  })

  it('gives each call once and in order, also those that began in the same millisecond', async () => {
    const startedAtMs = clock.nowMs()
    const made = await Promise.all(Array.from({ length: 7 }, () => call({ startedAtMs, sessionId: 'same' })))
    await call({ sessionId: 'same', organisationId: 'other' })
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await makeBook().list('org', { sessionId: 'same', limit: 2, cursor })
      expect(page.calls.length).toBeLessThanOrEqual(2)
      seen.push(...page.calls.map(({ id }) => id))
      cursor = page.nextCursor
      // What is new meanwhile moves no page.
      if (seen.length === 2) await call({ startedAtMs: startedAtMs + 1000, sessionId: 'same' })
    } while (cursor)
    expect(seen).toEqual(made.sort().reverse())
  })

  it('forgets with a call what its transfers and takeovers were answered, and no other’s', async () => {
    const [id, other] = [await call(), await call()]
    const idempotency = createIdempotency({ store: room.store, keyring, clock, owner: 'relay', logger: pino({ level: 'silent' }) })
    const scopes = [scopeOfCall(id, 'transfer'), scopeOfCall(id, 'takeover u_1'), scopeOfCall(other, 'transfer')]
    for (const scope of scopes)
      await idempotency.run({ scope, key: 'once', bodyHash: '' }, async () => ({ status: 200, body: { to: NUMBER } }))
    expect(await makeBook().erase('another', id)).toBe(false)
    const kept = async () =>
      (await room.store.db.select().from(idempotentRequests)).map(({ scope }) => scope).filter((scope) => scopes.includes(scope))
    expect((await kept()).toSorted()).toEqual(scopes.toSorted())
    expect(await makeBook().erase('org', id)).toBe(true)
    expect(await kept()).toEqual([scopeOfCall(other, 'transfer')])
  })

  it('keeps the time of the first erasure', async () => {
    const id = await call()
    const erasedAt = async () => (await room.store.db.select().from(calls).where(eq(calls.id, id)))[0]?.erasedAt?.getTime()
    expect(await makeBook().erase('org', id)).toBe(true)
    const first = await erasedAt()
    await room.store.db.update(calls).set({ erasedAt: new Date((first ?? 0) - 1000) })
    expect(await makeBook().erase('org', id)).toBe(true)
    expect(await erasedAt()).toBe((first ?? 0) - 1000)
    expect(await makeBook().evidence('org', id)).toMatchObject({ verified: true, problems: [], erased: true })
    expect(await makeBook().transcript('org', id)).toEqual([])
  })
})
