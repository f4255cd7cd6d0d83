import { randomBytes } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { pino } from 'pino'
import { describe, expect, it, vi } from 'vitest'
import { createKeyring } from '../../access/encryption.ts'
import { rewrapAll } from '../../access/rewrap.ts'
import { TestClock } from '../../clock.test-kit.ts'
import { systemClock as clock } from '../../clock.ts'
import type { Entry } from '../../protocol/index.ts'
import type { Store } from '../../store/open.ts'
import { callKeys, calls, entries, events } from '../../store/schema.ts'
import { eachStore } from '../../store/store.test-kit.ts'
import { vacuumErased } from '../../store/vacuum.ts'
import type { NewCall } from '../ports.ts'
import { createCallBook } from './call-book.ts'
import { createCallLog } from './call-log.ts'

const logger = pino({ level: 'silent' })
const secretKey = () => randomBytes(32).toString('base64')
const newId = () => `c_${randomBytes(8).toString('hex')}`
const SAID = 'the lamp from Kochi is broken'
const NUMBER = '+919876543210'
const newCall = (id: string): NewCall => ({
  id,
  sessionId: 'session',
  organisationId: 'org',
  agentId: 'demo',
  kind: 'web',
  direction: 'inbound',
  startedAtMs: clock.nowMs(),
  details: { from: NUMBER, page: SAID },
})
const entry = (id: string, text: string, more: Partial<Entry> = {}): Entry => ({
  id,
  role: 'visitor',
  text,
  final: true,
  startedAt: new Date(clock.nowMs()).toISOString(),
  ...more,
})
const over = () => ({ status: 'completed' as const, endReason: 'visitor' as const, at: clock.nowMs() })

/** The store with a database that is away: `before` loses the work, `after` does it and loses the answer. */
function shaky(store: Store, faults: ('before' | 'after')[]): Store {
  const transaction: Store['db']['transaction'] = async (work, config) => {
    const fault = faults.shift()
    if (fault === 'before') throw new Error('the database is away')
    const done = await store.db.transaction(work, config)
    if (fault === 'after') throw new Error('the answer was lost')
    return done
  }
  const db = new Proxy(store.db, { get: (target, name) => (name === 'transaction' ? transaction : Reflect.get(target, name)) })
  return { ...store, db }
}

eachStore('the call log', (room) => {
  const first = secretKey()
  const keyring = createKeyring({ current: first, old: [] })
  const makeLog = (store = room.store) => createCallLog({ store, keyring, clock, owner: 'relay', logger })
  const makeBook = () => createCallBook({ store: room.store, keyring })

  /** A call with words in every place words can be, not ended yet. */
  async function talk(log = makeLog(), id = newId()) {
    await log.open(newCall(id))
    log.event(id, 'call.opened', { said: SAID })
    log.entry(id, { place: 0, seq: 0 + 1 }, entry('e1', 'the', { final: false }))
    log.entry(id, { place: 1, seq: 1 + 1 }, entry('e2', SAID, { role: 'agent', interrupted: true }))
    log.status(id, { status: 'connected', at: clock.nowMs() })
    await log.flush()
    log.entry(id, { place: 0, seq: 0 + 1 }, entry('e1', SAID))
    log.event(id, 'turn', { said: SAID })
    await log.flush()
    return { log, id }
  }
  async function whole(log = makeLog()) {
    const { id } = await talk(log)
    await log.close(id, over())
    await log.stop()
    return id
  }

  it('keeps a call as it went, in places, and seals it at the end', async () => {
    const { log, id } = await talk()
    const book = makeBook()
    expect(await book.get('org', id)).toMatchObject({ status: 'connected', from: NUMBER, connectedAt: expect.any(String) })
    expect((await book.evidence('org', id))?.verified).toBe(false)
    await Promise.all([log.close(id, over()), log.close(id, { ...over(), status: 'failed', endReason: 'error' })])
    expect(log.depth()).toBe(0)
    await log.stop()
    expect(await book.get('org', id)).toMatchObject({ status: 'completed', endReason: 'visitor', endedAt: expect.any(String) })
    const lines = (await book.transcript('org', id))?.map((line) => [line.id, line.text, line.final, line.interrupted])
    expect(lines).toEqual([
      ['e1', SAID, true, undefined],
      ['e2', SAID, true, true],
    ])
    expect((await book.events('org', id))?.map(({ seq, type }) => [seq, type])).toEqual([
      [1, 'call.opened'],
      [2, 'turn'],
      [3, 'call.ended'],
    ])
    expect(await book.evidence('org', id)).toMatchObject({ verified: true, problems: [], events: 3, erased: false })
  })

  it('shows a call to its own organisation alone', async () => {
    const id = await whole()
    const book = makeBook()
    for (const ask of [book.get, book.transcript, book.events, book.evidence]) {
      expect(await ask('org', id)).toBeDefined()
      expect(await ask('other', id)).toBeUndefined()
    }
    expect(await book.erase('other', id)).toBe(false)
    expect((await book.list('other', {})).calls).toEqual([])
    expect((await book.transcript('org', id))?.[0]?.text).toBe(SAID)
  })

  it('gives every call of a list once, newest first', async () => {
    const made = new Set([await whole(), await whole(), await whole()])
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await makeBook().list('org', { limit: 2, cursor })
      seen.push(...page.calls.map(({ id }) => id))
      cursor = page.nextCursor
    } while (cursor)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.slice(0, 3)).toEqual([...made].reverse())
  })

  it('writes a line that grows now and then, and what is settled at once', async () => {
    let writes = 0
    const db = new Proxy(room.store.db, {
      get(target, name) {
        if (name === 'transaction') writes += 1
        return Reflect.get(target, name)
      },
    })
    const time = new TestClock()
    const log = createCallLog({ store: { ...room.store, db }, keyring, clock: time, owner: 'relay', logger })
    const id = newId()
    await log.open(newCall(id))
    writes = 0
    const grow = (text: string) => log.entry(id, { place: 0, seq: 1 }, entry('e1', text, { final: false }))
    for (let words = 1; words <= 29; words++) {
      grow(SAID.slice(0, words))
      await time.advance(100)
    }
    expect(writes).toBe(0)
    await time.advance(100)
    expect(writes).toBe(1)
    await log.flush()
    grow(SAID)
    log.event(id, 'turn', { said: SAID })
    await time.advance(25)
    expect(writes).toBe(2)
    await log.flush()
    grow('of which nothing is lost at the end')
    await log.close(id, over())
    expect(writes).toBe(3)
    expect((await makeBook().transcript('org', id))?.[0]?.text).toBe('of which nothing is lost at the end')
    await log.stop()
  })

  it('writes many calls together, each once a second in a full house, and an end at once', async () => {
    let writes = 0
    const db = new Proxy(room.store.db, {
      get(target, name) {
        if (name === 'transaction') writes += 1
        return Reflect.get(target, name)
      },
    })
    const time = new TestClock()
    const log = createCallLog({ store: { ...room.store, db }, keyring, clock: time, owner: 'relay', logger })
    const ids = Array.from({ length: 120 }, newId)
    for (const id of ids) await log.open(newCall(id))
    const tellAll = () => {
      for (const id of ids) {
        log.event(id, 'turn', { said: SAID })
        log.entry(id, { place: writes, seq: writes + 1 }, entry(`e${writes}`, SAID))
      }
    }
    writes = 0
    tellAll()
    await time.advance(25)
    expect(writes).toBe(1)
    await time.advance(300)
    expect(writes).toBe(1)
    await time.advance(400)
    expect(writes).toBe(3)
    await log.flush()
    expect(writes).toBe(3)
    tellAll()
    await log.flush()
    expect(writes).toBe(6)
    writes = 2
    const [first = '', ...others] = ids
    await log.close(first, over())
    expect(writes).toBe(3)
    await Promise.all(others.map((id) => log.close(id, over())))
    await log.stop()
    for (const id of [first, others.at(-1) ?? '']) {
      expect(await makeBook().evidence('org', id)).toMatchObject({ verified: true, events: 3 })
      expect((await makeBook().transcript('org', id))?.map(({ text }) => text)).toEqual([SAID, SAID])
    }
  })

  it('writes on for the others when one call cannot be written', async () => {
    const log = makeLog()
    const [good, bad] = [newId(), newId()]
    for (const id of [good, bad]) await log.open(newCall(id))
    // No database takes this one.
    log.entry(bad, { place: Number.NaN, seq: 1 }, entry('e1', SAID))
    for (const id of [good, bad]) log.event(id, 'turn', { said: SAID })
    await vi.waitFor(async () => expect(await makeBook().events('org', good)).toHaveLength(1), { timeout: 30_000 })
    await log.close(good, over())
    expect(await makeBook().evidence('org', good)).toMatchObject({ verified: true, events: 2 })
    expect(await makeBook().events('org', bad)).toEqual([])
    await log.stop()
  })

  it.each([
    ['away', ['before', 'before', 'before']],
    ['losing its answers', ['after', 'after']],
    ['both', ['after', 'before', 'after']],
  ] as const)('writes everything once when the database is %s', async (_, faults) => {
    const pending: ('before' | 'after')[] = []
    const log = makeLog(shaky(room.store, pending))
    const { id } = await talk(log)
    pending.push(...faults)
    for (let n = 0; n < 5; n++) log.event(id, 'turn', { n })
    log.entry(id, { place: 2, seq: 2 + 1 }, entry('e3', 'late'))
    await log.flush()
    await log.close(id, over())
    await log.stop()
    expect(pending).toEqual([])
    expect((await makeBook().events('org', id))?.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(await makeBook().evidence('org', id)).toMatchObject({ verified: true, events: 8 })
    expect((await makeBook().transcript('org', id))?.map(({ text }) => text)).toEqual([SAID, SAID, 'late'])
  })

  it.each([
    ['long', 'x'.repeat(1000), 3000],
    ['many', '', 7000],
  ])('holds only so much of %s events while the database is away, and says how many it missed', async (_, text, told) => {
    const faults: ('before' | 'after')[] = []
    const log = makeLog(shaky(room.store, faults))
    const { id } = await talk(log)
    faults.push(...Array.from({ length: 1000 }, () => 'before' as const))
    for (let n = 0; n < told; n++) log.event(id, 'turn', { n, text })
    const kept = log.depth()
    expect(kept).toBeLessThan(0.8 * told)
    log.entry(id, { place: 2, seq: 2 + 1 }, entry('e3', 'an entry always has room'))
    faults.length = 0
    await log.flush()
    log.event(id, 'turn', { back: true })
    await log.close(id, over())
    await log.stop()
    const stored = (await makeBook().events('org', id)) ?? []
    expect(stored.slice(-3).map(({ type, payload }) => ({ type, payload }))).toEqual([
      { type: 'log.gap', payload: { events: told - kept } },
      { type: 'turn', payload: { back: true } },
      { type: 'call.ended', payload: { status: 'completed', reason: 'visitor' } },
    ])
    expect(stored).toHaveLength(2 + kept + 3)
    expect((await makeBook().evidence('org', id))?.problems).toEqual([])
    expect(await makeBook().transcript('org', id)).toHaveLength(3)
  })

  it('remembers when a call was first connected, whatever its status says later', async () => {
    const faults: ('before' | 'after')[] = []
    const log = makeLog(shaky(room.store, faults))
    const id = newId()
    await log.open(newCall(id))
    const at = clock.nowMs()
    faults.push('before')
    log.status(id, { status: 'connected', at })
    log.status(id, { status: 'connected', at: at + 1000, ai: 'paused' })
    await log.flush()
    log.status(id, { status: 'connected', at: at + 2000, ai: 'active' })
    await log.close(id, over())
    await log.stop()
    expect((await makeBook().get('org', id))?.connectedAt).toBe(new Date(at).toISOString())
  })

  it('shows a change made in the database itself', async () => {
    const id = await whole()
    await room.store.db.update(events).set({ type: 'other' }).where(eq(events.callId, id))
    expect(await makeBook().evidence('org', id)).toMatchObject({ verified: false })
  })

  describe('secrecy', () => {
    it('leaves no word and no number readable in any file, during a call or after', async () => {
      const { log, id } = await talk()
      const readable = async () => [await room.filesWith(Buffer.from(SAID)), await room.filesWith(Buffer.from(NUMBER))].flat()
      expect(await readable()).toEqual([])
      // The search itself works: an id is not secret and is found.
      expect(await room.filesWith(Buffer.from(id))).not.toEqual([])
      await log.close(id, over())
      await log.stop()
      expect(await readable()).toEqual([])
    })

    it('destroys a call’s key for good, and the chain still verifies', async () => {
      const { log, id } = await talk()
      const book = makeBook()
      expect(await book.erase('org', id)).toBe(false)
      await log.close(id, over())
      await log.stop()
      const [row] = await room.store.db.select().from(callKeys).where(eq(callKeys.callId, id))
      if (!row) throw new Error('the call has no key')
      expect(await room.filesWith(row.wrapped)).not.toEqual([])
      expect(await book.erase('org', id)).toBe(true)
      await vacuumErased(room.store)
      expect(await room.filesWith(row.wrapped)).toEqual([])
      expect(await book.evidence('org', id)).toMatchObject({ verified: true, problems: [], erased: true, events: 3 })
      expect(await book.transcript('org', id)).toEqual([])
      expect((await book.events('org', id))?.every(({ payload }) => payload === undefined)).toBe(true)
      expect(await book.get('org', id)).not.toHaveProperty('from')
      expect(await room.store.db.select({ text: entries.text }).from(entries).where(eq(entries.callId, id))).toEqual([
        { text: null },
        { text: null },
      ])
    })

    it('opens everything after the house’s key changed, and needs the old one no more', async () => {
      const id = await whole()
      const hashOf = async () => (await room.store.db.select().from(calls).where(eq(calls.id, id)))[0]?.fromHash
      const second = secretKey()
      const rotated = createKeyring({ current: second, old: [first] })
      expect(await rewrapAll(room.store, rotated)).toBeGreaterThan(0)
      expect(await rewrapAll(room.store, rotated)).toBe(0)
      const alone = createKeyring({ current: second, old: [] })
      // A store object of its own, as after a restart: nothing is remembered.
      const restarted = { ...room.store }
      const book = createCallBook({ store: restarted, keyring: alone })
      expect((await book.transcript('org', id))?.[0]?.text).toBe(SAID)
      expect((await book.evidence('org', id))?.verified).toBe(true)
      const log = createCallLog({ store: restarted, keyring: alone, clock, owner: 'relay', logger })
      const later = newId()
      await log.open(newCall(later))
      await log.close(later, over())
      await log.stop()
      const [row] = await room.store.db.select().from(calls).where(eq(calls.id, later))
      expect(row?.fromHash).toBe(await hashOf())
    })
  })
})
