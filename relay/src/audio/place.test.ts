import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Place } from './place.ts'

it('is as long as the piece, whatever was read before', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 })), (pieces) => {
      const place = new Place(40)
      for (const piece of pieces) {
        const letters = Buffer.from(piece).toString('base64')
        expect(place.ofBase64(letters, piece.length)).toEqual(Buffer.from(piece))
        expect(place.of(piece.length)).toEqual(Buffer.from(piece))
        expect(place.ofBase64(letters, piece.length + 1)).toBeUndefined()
      }
    }),
  )
})

it('takes no more than it has room for, and nothing that is no base64', () => {
  const place = new Place(3)
  expect(place.ofBase64('AAAAAAAA', 6)).toBeUndefined()
  expect(place.ofBase64('A*==', 1)).toBeUndefined()
})

it('makes no new view for pieces of one length', () => {
  const place = new Place(6)
  expect(place.of(3)).toBe(place.of(3))
  expect(place.of(2)).not.toBe(place.of(3))
})
