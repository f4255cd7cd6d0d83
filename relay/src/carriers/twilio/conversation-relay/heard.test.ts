import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAllHeard, type Place, placeAfter, placeByCount, UNHEARD } from './heard.ts'

const TEXT = 'Sentence 1 of three. Sentence 2 of three: it goes on. The end!'
const heardAfter = (...told: string[]) => {
  let place: Place = UNHEARD
  for (const each of told) place = placeAfter(TEXT, place, each) ?? place
  return TEXT.slice(0, place.heard)
}

describe('how much of an utterance was heard', () => {
  it('goes on with each piece', () => {
    expect(heardAfter('Sentence 1 of three.', 'Sentence 2 of')).toBe('Sentence 1 of three. Sentence 2 of')
  })
  it('takes a piece told again and longer for the same piece', () => {
    expect(heardAfter('Sentence 1', 'Sentence 1 of', 'Sentence 1 of three.')).toBe('Sentence 1 of three.')
  })
  it('takes an interruption for the words that were told right before it', () => {
    const place = placeAfter(TEXT, { heard: 0, piece: 0 }, 'Sentence 1 of')
    expect(place && placeAfter(TEXT, place, 'Sentence 1 of', true)).toEqual(place)
    const repeated = 'no no no no'
    const two = placeAfter(repeated, UNHEARD, 'no no')
    expect(two && placeAfter(repeated, two, 'no no', true)?.heard).toBe(5)
  })
  it('finds a later piece where nothing was told of those between', () => {
    expect(heardAfter('It goes')).toBe('Sentence 1 of three. Sentence 2 of three: it goes')
  })
  it('does not look for a single word in the middle of anything', () => {
    expect(placeAfter(TEXT, UNHEARD, 'goes')).toBeUndefined()
  })
  it('counts half a word as far as it was heard', () => {
    expect(heardAfter('Sentence 1 of th')).toBe('Sentence 1 of th')
  })
  it('reads through other spaces, signs and capitals', () => {
    expect(heardAfter('  sentence 1  of THREE')).toBe('Sentence 1 of three')
  })
  it('goes never back', () => {
    const place = placeAfter(TEXT, UNHEARD, 'Sentence 1 of three.') ?? UNHEARD
    expect(placeAfter(TEXT, place, 'Sentence 1', true)).toBeUndefined()
  })
  it('counts words where the letters are others', () => {
    const text = 'It costs 5 € a day. And more.'
    expect(placeAfter(text, UNHEARD, 'It costs five euros a day')).toBeUndefined()
    expect(text.slice(0, placeByCount(text, UNHEARD, 'It costs five euros').heard)).toBe('It costs 5 € a')
  })
  it('has heard all when only signs are left', () => {
    expect(isAllHeard(TEXT, { heard: TEXT.length - 1, piece: 0 })).toBe(true)
    expect(isAllHeard(TEXT, { heard: TEXT.length - 3, piece: 0 })).toBe(false)
  })
  it('reads words of any script', () => {
    const hindi = 'नमस्ते, आप कैसे हैं? मैं ठीक हूँ।'
    expect(hindi.slice(0, placeAfter(hindi, UNHEARD, 'नमस्ते आप कैसे')?.heard)).toBe('नमस्ते, आप कैसे')
  })

  const words = fc.array(fc.constantFrom('yes', 'no', 'so', 'the', 'end', 'a'), { minLength: 1, maxLength: 12 })
  it('pieces in order come to the end of them, whatever the words', () => {
    fc.assert(
      fc.property(words, fc.array(fc.nat(11), { maxLength: 4 }), (all, cuts) => {
        const text = all.join(' ')
        let place: Place = UNHEARD
        let from = 0
        for (const cut of [...new Set([...cuts, all.length])].sort((a, b) => a - b)) {
          const to = Math.min(cut, all.length)
          if (to <= from) continue
          const next = placeAfter(text, place, all.slice(from, to).join(' '))
          expect(next && next.heard >= place.heard).toBe(true)
          place = next ?? place
          from = to
          expect(text.slice(0, place.heard)).toBe(all.slice(0, to).join(' '))
        }
        expect(isAllHeard(text, place)).toBe(true)
      }),
    )
  })
  it('any words about any text stay inside it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 80 }),
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.nat(80),
        (text, told, at) => {
          const before = { heard: Math.min(at, text.length), piece: 0 }
          for (const place of [placeAfter(text, before, told), placeByCount(text, before, told)]) {
            if (!place) continue
            expect(place.heard).toBeGreaterThanOrEqual(before.heard)
            expect(place.heard).toBeLessThanOrEqual(text.length)
          }
        },
      ),
      { numRuns: 100_000 },
    )
  })
})
