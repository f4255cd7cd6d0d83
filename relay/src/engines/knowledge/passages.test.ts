import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { passagesOf } from './passages.ts'
import { sentencesOf } from './sentences.ts'

describe('passages', () => {
  it('follow headings, blank lines and lists', () => {
    const body = `Welcome. We sell tea.

# Delivery

Orders leave the same day.
They arrive in **4 days**.

We deliver to:

- Delhi
- [Mumbai](https://m.example)

## Abroad

Not yet.

# Returns

**Damaged parcels**

Send a photo.

Prices:
| Tea | Price |
|---|---|
| Assam | ₹320 |`
    expect(passagesOf({ title: 'Shop', body })).toEqual([
      { headings: ['Shop'], sentences: ['Welcome.', 'We sell tea.'] },
      { headings: ['Shop', 'Delivery'], sentences: ['Orders leave the same day.', 'They arrive in 4 days.'] },
      { headings: ['Shop', 'Delivery', 'We deliver to'], sentences: ['Delhi', 'Mumbai'] },
      { headings: ['Shop', 'Delivery', 'Abroad'], sentences: ['Not yet.'] },
      { headings: ['Shop', 'Returns', 'Damaged parcels'], sentences: ['Send a photo.'] },
      { headings: ['Shop', 'Returns', 'Prices'], sentences: ['Tea, Price', 'Assam, ₹320'] },
    ])
  })

  it('split long paragraphs between sentences', () => {
    const passages = passagesOf({ title: '', body: 'This sentence has some forty characters in it. '.repeat(60) })
    expect(passages.length).toBeGreaterThan(3)
    for (const { sentences } of passages) expect(sentences.join('').length).toBeLessThanOrEqual(700)
  })

  it('lose no word of any text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,9}[.!?]?$/), { maxLength: 80 }),
        fc.infiniteStream(fc.constantFrom(' ', '\n', '\n\n', '\n- ', '\n# ', ' ')),
        (words, gaps) => {
          const gap = gaps[Symbol.iterator]()
          const body = words.map((word) => word + (gap.next().value as string)).join('')
          const found = new Set(
            passagesOf({ title: '', body }).flatMap(({ headings, sentences }) => [...headings, ...sentences].join(' ').split(/\s+/)),
          )
          const headings = new Set(
            body
              .split('\n')
              .filter((line) => line.startsWith('# '))
              .flatMap((line) => line.split(/\s+/)),
          )
          for (const word of words) if (!headings.has(word)) expect(found.has(word), word).toBe(true)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('sentences', () => {
  it('end where they end, not at abbreviations', () => {
    expect(sentencesOf('Ask Dr. Rao. It costs Rs. 500, i.e. little. J. Smith wrote it! Really?\nYes')).toEqual([
      'Ask Dr. Rao.',
      'It costs Rs. 500, i.e. little.',
      'J. Smith wrote it!',
      'Really?',
      'Yes',
    ])
    expect(sentencesOf('पहला वाक्य। दूसरा वाक्य।')).toEqual(['पहला वाक्य।', 'दूसरा वाक्य।'])
    expect(sentencesOf(' \n ')).toEqual([])
  })
})
