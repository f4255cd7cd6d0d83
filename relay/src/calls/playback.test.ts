import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLedger, textHeard } from './playback.ts'

const words = fc
  .array(fc.constantFrom('one', 'two', 'three', 'lamp', '₹500', 'नमस्ते'), { minLength: 1, maxLength: 8 })
  .map((all) => all.join(' '))
const act = fc.oneof(
  fc.record({ type: fc.constant('words' as const), text: words }),
  fc.record({ type: fc.constant('made' as const), ms: fc.integer({ min: 0, max: 2000 }) }),
  fc.record({ type: fc.constant('sent' as const), ms: fc.integer({ min: -100, max: 10_000 }) }),
  fc.record({
    type: fc.constant('heard' as const),
    ms: fc.oneof(fc.integer({ min: -100, max: 10_000 }), fc.constant(Number.NaN), fc.constant(Number.POSITIVE_INFINITY)),
  }),
)

describe('the ledger', () => {
  test('heard ≤ sent ≤ made, nothing goes back, and the words heard begin the words made', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const ledger = createLedger()
        ledger.begin('u')
        const said: string[] = []
        let [sent, heard] = [0, 0]
        for (const each of acts) {
          if (each.type === 'words') {
            said.push(each.text)
            ledger.words('u', each.text)
          }
          if (each.type === 'made') ledger.made('u', each.ms)
          if (each.type === 'sent') ledger.sentUpTo('u', each.ms)
          if (each.type === 'heard') ledger.heardUpTo('u', each.ms)
          expect(ledger.heardMs('u')).toBeLessThanOrEqual(ledger.sentMs('u'))
          expect(ledger.sentMs('u')).toBeLessThanOrEqual(ledger.madeMs('u'))
          expect(ledger.sentMs('u')).toBeGreaterThanOrEqual(sent)
          expect(ledger.heardMs('u')).toBeGreaterThanOrEqual(heard)
          sent = ledger.sentMs('u')
          heard = ledger.heardMs('u')
        }
        const made = ledger.madeMs('u')
        const end = ledger.close('u')
        expect(said.join(' ').startsWith(end.text)).toBe(true)
        expect(end.whole).toBe(end.heardMs >= made)
        expect(ledger.open).toBe(0)
      }),
      { numRuns: 1000 },
    )
  })

  test('more heard is never fewer words, all heard is every word', () => {
    const segments = fc.array(fc.record({ text: words, ms: fc.integer({ min: 1, max: 3000 }) }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(segments, fc.nat(12_000), fc.nat(12_000), (all, a, b) => {
        const [less, more] = a < b ? [a, b] : [b, a]
        expect(textHeard(all, more).startsWith(textHeard(all, less))).toBe(true)
        const total = all.reduce((sum, each) => sum + each.ms, 0)
        expect(textHeard(all, total)).toBe(all.map((each) => each.text).join(' '))
        expect(textHeard(all, 0)).toBe('')
      }),
    )
  })

  test('cuts between words, never inside one', () => {
    expect(textHeard([{ text: 'wonderful lamps', ms: 1500 }], 400)).toBe('')
    expect(textHeard([{ text: 'wonderful lamps', ms: 1500 }], 950)).toBe('wonderful')
  })

  test('what comes for an utterance that is closed or unknown is ignored', () => {
    const ledger = createLedger()
    ledger.begin('u')
    ledger.words('u', 'hello')
    ledger.made('u', 500)
    ledger.sentUpTo('u', 500)
    ledger.close('u')
    ledger.heardUpTo('u', 500)
    ledger.made('u', 500)
    expect(ledger.madeMs('u')).toBe(0)
    expect(ledger.close('other')).toEqual({ text: '', heardMs: 0, whole: false })
  })
})
