import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergePatch, patchBetween } from './merge-patch.ts'

describe('JSON merge patch', () => {
  // The table of RFC 7396, appendix A.
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j + %j = %j', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result)
  })

  it('leaves what it was given, and every prototype, as they were', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (target, patch) => {
        const before = JSON.stringify([target, patch])
        mergePatch(target, patch)
        expect(JSON.stringify([target, patch])).toBe(before)
      }),
    )
    mergePatch({}, JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'))
    expect('polluted' in {}).toBe(false)
  })

  it('between two documents without null makes the one the other, and is empty between equal ones', () => {
    const { document } = fc.letrec((tie) => ({
      document: fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), fc.oneof(fc.integer(), fc.array(fc.integer()), tie('document'))),
    }))
    fc.assert(
      fc.property(document, document, (from, to) => {
        expect(mergePatch(from, patchBetween(from, to))).toEqual(to)
        expect(patchBetween(to, to)).toEqual({})
      }),
    )
  })
})
