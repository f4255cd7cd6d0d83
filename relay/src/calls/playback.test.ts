import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLedger, textHeard } from './playback.ts'

const words = fc
  .array(fc.constantFrom('one', 'two', 'three', 'lamp', '₹500', 'नमस्ते'), { minLength: 1, maxLength: 8 })
  .map((all) => `${all.join(' ')} `)
const act = fc.oneof(
  fc.record({ type: fc.constant('words' as const), text: words }),
  fc.record({ type: fc.constant('words made' as const) }),
  fc.record({ type: fc.constant('made' as const), ms: fc.integer({ min: -100, max: 2000 }) }),
  fc.record({ type: fc.constant('sent' as const), ms: fc.integer({ min: -100, max: 10_000 }) }),
  fc.record({
    type: fc.constant('heard' as const),
    ms: fc.oneof(fc.integer({ min: -100, max: 10_000 }), fc.constant(Number.NaN), fc.constant(Number.POSITIVE_INFINITY)),
  }),
)

describe('the ledger', () => {
  test('a pause after the words is none of them', () => {
    const ledger = createLedger()
    ledger.words('one two three four ')
    ledger.made(1000)
    ledger.made(1000, true)
    ledger.words('five six ')
    ledger.made(500, true)
    ledger.made(500)
    ledger.wordsMade()
    ledger.sentUpTo(3000)
    ledger.heardUpTo(1000)
    expect(ledger.close().text).toBe('one two three four')
  })

  test('heard ≤ sent ≤ made, nothing goes back, and the words heard begin the words made', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const ledger = createLedger()
        const said: string[] = []
        let [made, sent, heard] = [0, 0, 0]
        let shown = ''
        for (const each of acts) {
          if (each.type === 'words') {
            said.push(each.text)
            ledger.words(each.text)
          }
          if (each.type === 'words made') ledger.wordsMade()
          if (each.type === 'made') ledger.made(each.ms)
          if (each.type === 'sent') {
            const mayShowMore = ledger.sentUpTo(each.ms)
            if (!mayShowMore) expect(ledger.begunText()).toBe(shown)
            shown = ledger.begunText()
            expect(ledger.sentUpTo(ledger.sentMs)).toBe(false)
          }
          if (each.type === 'heard') ledger.heardUpTo(each.ms)
          expect(ledger.heardMs).toBeLessThanOrEqual(ledger.sentMs)
          expect(ledger.sentMs).toBeLessThanOrEqual(ledger.madeMs)
          expect(ledger.madeMs).toBeGreaterThanOrEqual(made)
          expect(ledger.sentMs).toBeGreaterThanOrEqual(sent)
          expect(ledger.heardMs).toBeGreaterThanOrEqual(heard)
          made = ledger.madeMs
          sent = ledger.sentMs
          heard = ledger.heardMs
        }
        const end = ledger.close()
        const all = said.join('').trim()
        expect(all.startsWith(end.text)).toBe(true)
        expect(end.ms).toBe(heard)
        if (heard === 0) expect(end.text).toBe('')
        expect(ledger.finish().text).toBe(all)
      }),
      { numRuns: 1000 },
    )
  })

  test('once closed, nothing counts any more', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 20 }), fc.array(act, { maxLength: 20 }), (before, after) => {
        const ledger = createLedger()
        const apply = (each: (typeof before)[number]) => {
          if (each.type === 'words') ledger.words(each.text)
          if (each.type === 'words made') ledger.wordsMade()
          if (each.type === 'made') ledger.made(each.ms)
          if (each.type === 'sent') ledger.sentUpTo(each.ms)
          if (each.type === 'heard') ledger.heardUpTo(each.ms)
        }
        before.forEach(apply)
        const all = ledger.finish()
        after.forEach(apply)
        expect(ledger.finish()).toEqual(all)
      }),
    )
  })

  test('words without sound yet are not heard, and words that are still being made are not heard to their end', () => {
    const ledger = createLedger()
    ledger.words('wonderful lamps for your garden')
    expect(createLedger().close()).toEqual({ text: '', ms: 0 })
    ledger.made(400)
    ledger.sentUpTo(400)
    ledger.heardUpTo(400)
    expect(ledger.begunText()).toBe('wonderful lamps for your garden')
    expect(ledger.close()).toEqual({ text: '', ms: 400 })
  })
})

describe('an engine’s own sound', () => {
  const heardOf = (acts: ([text: string] | number)[], heardMs: number) => {
    const ledger = createLedger()
    for (const act of acts) typeof act === 'number' ? ledger.made(act) : ledger.words(act[0])
    ledger.wordsMade()
    ledger.sentUpTo(60_000)
    ledger.heardUpTo(heardMs)
    return ledger.close().text
  }

  test('words may come before their sound, behind it, all at first, or all at last', () => {
    expect(heardOf([['It'], 200, [' costs'], 400, [' nine'], 300, [' rupees.'], 500], 900)).toBe('It costs nine')
    expect(heardOf([200, ['It'], 400, [' costs'], 300, [' nine'], 500, [' rupees.']], 900)).toBe('It costs nine')
    expect(heardOf([['It costs'], [' nine rupees.'], 1000, 400], 700)).toBe('It costs')
    expect(heardOf([1000, 400, ['It costs nine rupees.']], 700)).toBe('It costs')
  })

  test('words in pieces are put together without spaces of our own', () => {
    expect(heardOf([['Won'], ['der'], 300, ['ful'], 300, [' lamps'], 400], 1000)).toBe('Wonderful lamps')
    expect(heardOf([['Won'], ['der'], 300, ['ful'], 300, [' lamps'], 400], 500)).toBe('')
  })

  test('is shown as it begins, once its words are known', () => {
    const ledger = createLedger()
    ledger.made(200)
    ledger.sentUpTo(200)
    expect(ledger.begunText()).toBe('')
    ledger.words('Hello')
    expect(ledger.begunText()).toBe('Hello')
  })
})

describe('what was heard', () => {
  test('more heard is never fewer words, all heard is every word', () => {
    const segments = fc.array(fc.record({ text: words, ms: fc.integer({ min: 1, max: 3000 }), open: fc.boolean() }), {
      minLength: 1,
      maxLength: 5,
    })
    fc.assert(
      fc.property(segments, fc.nat(12_000), fc.nat(12_000), (all, a, b) => {
        const [less, more] = a < b ? [a, b] : [b, a]
        expect(textHeard(all, more).startsWith(textHeard(all, less))).toBe(true)
        const made = all.map((each) => ({ ...each, open: false }))
        const total = made.reduce((sum, each) => sum + each.ms, 0)
        expect(textHeard(made, total)).toBe(
          all
            .map((each) => each.text)
            .join('')
            .trim(),
        )
        expect(textHeard(all, 0)).toBe('')
      }),
    )
  })

  test('cuts between words, never inside one', () => {
    expect(textHeard([{ text: 'wonderful lamps', ms: 1500 }], 400)).toBe('')
    expect(textHeard([{ text: 'wonderful lamps', ms: 1500 }], 950)).toBe('wonderful')
  })
})
