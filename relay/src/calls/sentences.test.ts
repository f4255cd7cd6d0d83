import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSentences } from './sentences.ts'

const cut = (...pieces: string[]) => {
  const sentences = createSentences()
  return [...pieces.flatMap((piece) => sentences.push(piece)), ...sentences.flush()]
}

test('pieces joined are the input, however it is streamed', () => {
  const text = fc.array(
    fc.constantFrom(
      'a',
      'word ',
      '. ',
      '.',
      '! ',
      '3.5',
      'Mr. ',
      '।',
      '\n',
      ' ',
      '…',
      'e.g. ',
      '"',
      '? ',
      'x'.repeat(300),
      '😀'.repeat(150),
      'no. ',
      '5 ',
    ),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(text, (parts) => {
      const pieces = cut(...parts)
      expect(pieces.join('')).toBe(parts.join(''))
      for (const piece of pieces) {
        expect(piece.length).toBeLessThanOrEqual(301)
        expect(piece.isWellFormed()).toBe(true)
      }
    }),
    { numRuns: 2000 },
  )
})

test.each([
  ['Hello there. How are you?', ['Hello there.', ' How are you?']],
  ['It costs Rs. 3.50 today. Fine.', ['It costs Rs. 3.50 today.', ' Fine.']],
  ['The answer is no. We close at six.', ['The answer is no.', ' We close at six.']],
  ['Take no. 5 on p. 12. Good.', ['Take no. 5 on p. 12.', ' Good.']],
  ['Ask Dr. Rao. Now!', ['Ask Dr. Rao.', ' Now!']],
  ['नमस्ते। आप कैसे हैं?', ['नमस्ते।', ' आप कैसे हैं?']],
  ['He said "Stop." Then left.', ['He said "Stop."', ' Then left.']],
])('%s', (text, pieces) => {
  expect(cut(text)).toEqual(pieces)
})

test('the first sentence leaves as soon as the next begins', () => {
  const sentences = createSentences()
  expect(sentences.push('Yes, we are open.')).toEqual([])
  expect(sentences.push(' Come')).toEqual(['Yes, we are open.'])
})
