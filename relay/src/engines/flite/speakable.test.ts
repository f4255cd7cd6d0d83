import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_PIECE, pieces } from './pieces.ts'
import { speakable } from './speakable.ts'

const SPOKEN: [written: string, spoken: string][] = [
  // Markdown
  ['**Free** shipping on *all* orders', 'Free shipping on all orders'],
  ['# Returns\n\nWithin 30 days', 'Returns. Within 30 days'],
  ['- Green tea\n- Black tea\n- Chai', 'Green tea. Black tea. Chai'],
  ['1. Open the box\n2. Pour', '1, Open the box. 2, Pour'],
  ['See [our policy](https://shop.example/returns).', 'See our policy.'],
  ['![a cup](cup.png) Nice', 'a cup Nice'],
  ['Use `npm start` now', 'Use npm start now'],
  ['```js\nlet a\n```\nDone', 'let a. Done'],
  ['| Tea | Price |\n|---|---|\n| Assam | ₹250 |', 'Tea, Price. Assam, 250 rupees'],
  ['> Quoted\n\n---\n\nEnd', 'Quoted. End'],
  ['snake_case and 2 * 3 * 4', 'snake case and 2 3 4'],
  ['a <b>bold</b> word', 'a bold word'],
  // Addresses
  ['Go to https://www.shop.example/returns-policy?x=1.', 'Go to shop dot example slash returns policy.'],
  ['Write to help@tea-shop.co.in today', 'Write to help at tea shop dot co dot in today'],
  ['visit teashop.com', 'visit teashop dot com'],
  ['https://%zz.example/%E0%A4%A', 'zz dot example slash E0 A4 A'],
  // Money
  ['It is ₹1,499.', 'It is 1499 rupees.'],
  ['₹1 or ₹1,00,000', '1 rupee or 100000 rupees'],
  ['₹499.50', '499 rupees and 50 paise'],
  ['Rs. 500/- only', '500 rupees only'],
  ['INR 750 and 750 INR', '750 rupees and 750 rupees'],
  ['₹2.5 lakh', '2.5 lakh rupees'],
  ['$5.50, $1, €20, £3.01', '5 dollars and 50 cents, 1 dollar, 20 euros, 3 pounds and 1 penny'],
  ['$3 million', '3 million dollars'],
  ['US$10', '10 dollars'],
  // Numbers
  ['1,00,000 cups', '100000 cups'],
  ['open 10:30am – 6pm', 'open 10:30am to 6pm'],
  ['9-6, Mon-Sat', '9 to 6, Mon to Sat'],
  ['10–15 minutes', '10 to 15 minutes'],
  ['Call +91 98765 43210 now', 'Call plus 9 1, 9 8 7 6 5, 4 3 2 1 0 now'],
  ['Call 1800 123 4567', 'Call 1 8 0 0, 1 2 3, 4 5 6 7'],
  ['on 2026-11-21', 'on November 21, 2026'],
  ['2026-13-45', '2026-13-45'],
  ['50% off #123', '50 percent off number 123'],
  ['24/7 support, his/her, and/or', '24 7 support, his or her, and or'],
  ['5kg, 10 cm × 20 cm, 90°C', '5kg, 10 centimetres by 20 centimetres, 90 degrees Celsius'],
  ['18+ only, A + B', '18 plus only, A plus B'],
  // Words and signs
  ['an AI agent, UPI and GST', 'an A I agent, U P I and GST'],
  ['“Don’t” — he said… café & crème', "Don't, he said. cafe and creme"],
  ['Hi 😀👍🏽 there 🇮🇳', 'Hi there'],
  ['a\u0000b\u0007c\u200bd\u001b[31m', 'abcd 31m'],
  ['...well', 'well'],
  ['wait ,, what ?!', 'wait, what?!'],
  ['line one\r\nline two', 'line one. line two'],
  // Devanagari
  ['नमस्ते', 'namastay'],
  ['धन्यवाद। आप कैसे हैं?', 'dhanyavaad. aap kaisay hain?'],
  ['दिल्ली में ₹५०० की चाय', 'dillee mayn 500 rupees kee chaay'],
  ['ज़रूर, ऑर्डर ४ दिन', 'zaroor, ordar 4 din'],
  ['मेरे घर', 'mayray ghar'],
]

describe('speakable', () => {
  it.each(SPOKEN)('%j → %j', (written, spoken) => {
    expect(speakable(written)).toEqual({ text: spoken, unreadable: false })
  })

  it.each(['', ' \n ', '👍', '**', '...', '—'])('finds nothing to say in %j', (written) => {
    expect(speakable(written)).toEqual({ text: '', unreadable: false })
  })

  it.each(['こんにちは', 'வணக்கம்', 'مرحبا'])('says of %j that it cannot be read', (written) => {
    expect(speakable(written)).toEqual({ text: '', unreadable: true })
  })

  it('keeps what can be read of mixed text', () => {
    expect(speakable('こんにちは Tanaka')).toEqual({ text: 'Tanaka', unreadable: false })
  })

  it('gives ASCII without control characters for any text, and stays so when asked again', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ unit: fc.constantFrom(...'₹$1,.09 -–*_`[](#>|\n+@a/ञा्न') })),
        (written) => {
          const { text } = speakable(written)
          expect(text).toMatch(/^[A-Za-z0-9.,;:!?'()\- ]*$/)
          expect(text).toBe(text.trim())
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('takes time in proportion, not to the square: 10,000 awkward characters', () => {
    for (const unit of ['1,', '*a', '[a](', '`', '_', '1 ', 'a.', '<a', '| ', '+1 ', '- '])
      expect(speakable(unit.repeat(5000)).text.length).toBeLessThan(60_000)
  })
})

describe('pieces', () => {
  it('cuts at sentences and joins short ones with their neighbours', () => {
    expect(pieces('Yes. We ship to all of India within four days. Dr. Rao answers every letter himself. Returns are free.')).toEqual([
      'Yes. We ship to all of India within four days.',
      'Dr. Rao answers every letter himself. Returns are free.',
    ])
  })

  it('loses no word and keeps every piece short', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,400}[.,!?]?$/), { maxLength: 60 }), (words) => {
        const text = words.join(' ')
        const parts = pieces(text)
        expect(parts.join(' ').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(MAX_PIECE)
          expect(part).toBe(part.trim())
          expect(part).not.toBe('')
        }
      }),
    )
  })
})
