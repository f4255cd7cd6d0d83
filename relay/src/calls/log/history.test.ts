import { randomBytes } from 'node:crypto'
import { eq } from 'drizzle-orm'
import fc from 'fast-check'
import { pino } from 'pino'
import { beforeAll, describe, expect, it } from 'vitest'
import { createKeyring } from '../../access/encryption.ts'
import { TestClock } from '../../clock.test-kit.ts'
import { callKeys } from '../../store/schema.ts'
import { eachStore } from '../../store/store.test-kit.ts'
import { createCallBook } from './call-book.ts'
import { createCallLog } from './call-log.ts'
import type { CallFilters } from './filters.ts'
import { createHistory, type HistoryQuery } from './history.ts'
import { hasWords, wordsOf } from './words.ts'

const BEGAN_MS = Date.UTC(2026, 0, 1)
const NUMBERS = ['+12025550101', '+919000000001', '+12025550103'] as const
const SAID = ['Hello.', 'I want to return a café latte.', 'मुझे चाय चाहिए', 'The order 12-77 came broken.'] as const

interface Made {
  id: string
  atMs: number
  agentId: string
  kind: 'web' | 'phone'
  direction: 'inbound' | 'outbound'
  carrier: string | undefined
  number: string | undefined
  /** Without the house's own remarks. */
  said: string[]
}

eachStore('the history', (room) => {
  const keyring = createKeyring({ current: randomBytes(32).toString('base64'), old: [] })
  const history = (mostSearched?: number) => createHistory({ store: room.store, keyring, ...(mostSearched ? { mostSearched } : {}) })
  const made: Made[] = []

  async function call(place: number, organisationId = 'org'): Promise<Made> {
    const log = createCallLog({ store: room.store, keyring, clock: new TestClock(), owner: 'relay', logger: pino({ level: 'silent' }) })
    const phone = place % 3 !== 0
    const one: Made = {
      id: `c_${String(place).padStart(3, '0')}_${randomBytes(4).toString('hex')}`,
      // Pairs in one millisecond.
      atMs: BEGAN_MS + Math.floor(place / 2) * 60_000,
      agentId: place % 2 === 0 ? 'demo' : 'desk',
      kind: phone ? 'phone' : 'web',
      direction: place % 5 === 0 ? 'outbound' : 'inbound',
      carrier: phone ? (place % 2 === 0 ? 'twilio' : 'exotel') : undefined,
      number: phone ? NUMBERS[place % 2] : undefined,
      said: Array.from({ length: place % 5 }, (_, nth) => SAID[(place + nth) % SAID.length] ?? ''),
    }
    const { atMs, carrier, number, said, ...row } = one
    await log.open({
      ...row,
      ...(carrier ? { carrier } : {}),
      organisationId,
      sessionId: one.id,
      startedAtMs: atMs,
      details: number ? (one.direction === 'inbound' ? { from: number, to: NUMBERS[2] } : { from: NUMBERS[2], to: number }) : {},
    })
    const startedAt = new Date(atMs).toISOString()
    for (const [nth, text] of [...said, 'A remark of the house.'].entries()) {
      const role = nth === said.length ? 'system' : nth % 2 === 0 ? 'visitor' : 'agent'
      log.entry(one.id, { place: nth, seq: nth + 1 }, { id: `e${nth}`, role, text, final: true, startedAt })
    }
    await log.close(one.id, { status: 'completed', endReason: 'visitor', at: atMs + 1000 })
    await log.stop()
    return one
  }
  beforeAll(async () => {
    for (let place = 0; place < 24; place++) made.push(await call(place))
    await call(3, 'other')
  })
  const newestFirst = (fits: (each: Made) => boolean) =>
    made
      .filter(fits)
      .toSorted((a, b) => b.atMs - a.atMs || (a.id < b.id ? 1 : -1))
      .map(({ id }) => id)
  async function all(q: HistoryQuery, from = history(), onPage?: (pages: number) => Promise<unknown>): Promise<string[]> {
    const seen: string[] = []
    let cursor: string | undefined
    let pages = 0
    do {
      const page = await from.list('org', { ...q, cursor })
      expect(page.calls.length).toBeLessThanOrEqual(q.limit ?? 50)
      seen.push(...page.calls.map(({ id }) => id))
      cursor = page.nextCursor
      await onPage?.(++pages)
    } while (cursor)
    return seen
  }

  const option = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 2 })
  const filters: fc.Arbitrary<CallFilters> = fc.record({
    agentId: option('demo', 'desk', 'nobody'),
    kind: option('web' as const, 'phone' as const),
    direction: option('inbound' as const, 'outbound' as const),
    carrier: option('twilio', 'exotel'),
    number: option(...NUMBERS, '+12025550199'),
    minMessages: option(0, 1, 3, 9),
    from: option(new Date(BEGAN_MS + 120_000)),
    to: option(new Date(BEGAN_MS + 540_000)),
  })
  const fits = (q: CallFilters) => (each: Made) =>
    (q.agentId ?? each.agentId) === each.agentId &&
    (q.kind ?? each.kind) === each.kind &&
    (q.direction ?? each.direction) === each.direction &&
    (q.carrier ?? each.carrier) === each.carrier &&
    (q.number === undefined || (each.number !== undefined && [each.number, NUMBERS[2] as string].includes(q.number))) &&
    each.said.length >= (q.minMessages ?? 0) &&
    each.atMs >= (q.from?.getTime() ?? 0) &&
    each.atMs < (q.to?.getTime() ?? Number.POSITIVE_INFINITY)

  it('holds what fits every filter, newest first, each once, however long its pages are', async () => {
    await fc.assert(
      fc.asyncProperty(filters, fc.constantFrom(1, 2, 7, 50), async (q, limit) => {
        expect(await all({ ...q, limit })).toEqual(newestFirst(fits(q)))
      }),
      { numRuns: 40 },
    )
  })

  it('finds words in whatever was said, together with filters, in as many pages as it takes', async () => {
    for (const [words, minMessages] of [
      ['return CAFE', 0],
      ['order 12-77', 3],
      ['चाय', 0],
      ['hello broken', 0],
      ['remark', 0],
      ['nothing of the kind', 0],
    ] as const) {
      const expected = newestFirst(
        (each) => each.said.length >= minMessages && (words === 'remark' || wordsOf(words).every((word) => hasWords(each.said, [word]))),
      )
      for (const [limit, mostSearched] of [
        [50, 500],
        [2, 500],
        [50, 3],
        [1, 1],
      ] as const)
        expect([words, await all({ words, minMessages, limit }, history(mostSearched))]).toEqual([words, expected])
    }
  })

  it('says how far back it looked, and opens no more calls in one go than it may', async () => {
    const page = await history(4).list('org', { words: 'nowhere' })
    expect(page).toEqual({ calls: [], nextCursor: expect.any(String), searchedTo: new Date(made[20]?.atMs ?? 0).toISOString() })
    expect(await history(4).list('org', { words: 'nowhere', from: new Date(made[22]?.atMs ?? 0) })).toEqual({ calls: [] })
  })

  it('is not moved by calls that begin while it is read', async () => {
    const before = newestFirst(() => true)
    const late: string[] = []
    const seen = await all({ limit: 5 }, history(), async (pages) => pages <= 3 && late.push((await call(40 + pages)).id))
    expect(seen).toEqual(before)
    expect((await all({ limit: 5 })).slice(0, 3).toSorted()).toEqual(late.toSorted())
    for (const id of late) await createCallBook({ store: room.store, keyring }).erase('org', id)
  })

  it('finds nothing where the key is gone, nor by number once a call is erased, and nothing of others', async () => {
    const victim = made.find((each) => each.kind === 'phone' && each.said.length > 2)
    if (!victim) throw new Error('some phone call has words')
    const words = victim.said[0] ?? ''
    const having = async (q: HistoryQuery) => (await all(q)).includes(victim.id)
    expect([await having({ words }), await having(victim)]).toEqual([true, true])
    await createCallBook({ store: room.store, keyring }).erase('org', victim.id)
    expect([await having({ words }), await having({ number: victim.number }), await having({})]).toEqual([false, false, true])
    const unopenable = made.findLast((each) => each.said.includes(words))
    await room.store.db
      .update(callKeys)
      .set({ wrapped: randomBytes(93) })
      .where(eq(callKeys.callId, unopenable?.id ?? ''))
    expect((await all({ words })).includes(unopenable?.id ?? '')).toBe(false)
    expect(
      (await history().list('other', { words: SAID[0] })).calls.length + (await history().list('other', {})).calls.length,
    ).toBeLessThanOrEqual(2)
    expect((await history().list('org', { cursor: 'of my own making' })).calls).toEqual([])
  })
})

describe('words', () => {
  it('are found whatever their case, width or accents', () => {
    for (const [text, words] of [
      ['Ich möchte ein Café.', 'CAFE mochte'],
      ['ＦＵＬＬ width', 'full'],
      ['मुझे चाय चाहिए', 'चाय'],
      ['Zwei Mal', ''],
    ] as const)
      expect([text, hasWords([text], wordsOf(words))]).toEqual([text, true])
    // Vowel signs are no accents.
    expect(hasWords(['चूय'], wordsOf('चय'))).toBe(false)
    expect(hasWords(['one', 'two'], wordsOf('one two'))).toBe(true)
    expect(hasWords(['one'], wordsOf('one two'))).toBe(false)
  })

  it('of any text are found in that text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(hasWords([text], wordsOf(text))).toBe(true)
      }),
    )
  })
})
