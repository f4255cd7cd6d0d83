import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { knowledgeBase } from './index.ts'
import { createKnowledgeBase } from './knowledge-base.ts'
import { createSpelling } from './spelling.ts'
import { wordsOf } from './words.ts'

const ask = (question: string, answer: string) => ({ question, answer })

describe('a knowledge base', () => {
  it('gives known answers whole, and of a passage the sentence that answers, with the next when that is needed', async () => {
    const knowledge = await createKnowledgeBase({
      questions: [ask('Do you ship abroad?', 'Not yet. India only. '.repeat(20).trim())],
      text: [
        {
          title: 'Care',
          body: 'Keep tea dry. A tin is best for that. Never freeze the leaves. Sunlight harms green tea more than black tea, so do not use glass.',
        },
      ],
    })
    expect(knowledge.find('do you ship abroad')[0]?.answer).toBe('Not yet. India only. '.repeat(20).trim())
    expect(knowledge.find('does sunlight harm it')[0]?.answer).toBe('Sunlight harms green tea more than black tea, so do not use glass.')
    expect(knowledge.find('should I keep it dry')[0]?.answer).toBe('Keep tea dry. A tin is best for that.')
  })

  // Seconds of this would be seconds in which no call is heard.
  it('is not held up by the longest text a visitor can send', async () => {
    const knowledge = await createKnowledgeBase({ questions: [ask('Do you ship abroad?', 'Not yet.')], text: [] })
    expect(knowledge.find('a'.repeat(65_536))).toEqual([])
    expect(wordsOf('a'.repeat(65_536))).toEqual([])
    expect(knowledge.find(`do you ship abroad ${'x-'.repeat(32_000)}`)[0]?.answer).toBe('Not yet.')
  })

  it('tells its topics in order: the first way a question is put, then headings', async () => {
    const knowledge = await createKnowledgeBase({
      questions: [ask('Tell me the price. What does it cost?', '₹5'), ask('Opening hours', 'Nine to five.')],
      text: [{ title: 'Shop', body: 'Hello.\n\n# Returns\n\nThirty days.\n\nUnopened.' }],
    })
    expect(knowledge.topics).toEqual(['What does it cost?', 'Opening hours', 'Shop', 'Returns'])
    expect(knowledge.whole()).toBe(
      'Q: Tell me the price. What does it cost?\nA: ₹5\n\nQ: Opening hours\nA: Nine to five.\n\nShop: Hello.\n\nShop. Returns: Thirty days.\n\nShop. Returns: Unopened.',
    )
  })

  it('finds nothing in nothing, and survives any question', async () => {
    const empty = await createKnowledgeBase({ questions: [], text: [] })
    const some = await createKnowledgeBase({ questions: [ask('Do you ship abroad?', 'No.')], text: [{ title: 'x', body: '# a\n\nb c d' }] })
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.constantFrom('constructor __proto__ toString', 'AND OR NOT *')),
        (question) => {
          expect(empty.find(question)).toEqual([])
          for (const { confidence } of some.find(question)) expect(confidence >= 0 && confidence <= 1.0001).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('is made once for the same words', async () => {
    const one = { questions: [ask('a?', 'b')], text: [] }
    expect(knowledgeBase(one)).toBe(knowledgeBase(one))
    expect(knowledgeBase(structuredClone(one))).toBe(knowledgeBase(one))
    expect(knowledgeBase({ questions: [ask('a?', 'c')], text: [] })).not.toBe(knowledgeBase(one))
  })

  it('indexes a large text without stopping the event loop for long', async () => {
    const body = Array.from({ length: 4000 }, (_, i) => `Paragraph ${i} tells of tea ${i} and hill ${i * 7}.`).join('\n\n')
    let turns = 0
    let ready = false
    const count = () => {
      turns++
      if (!ready) setImmediate(count)
    }
    count()
    const knowledge = await createKnowledgeBase({ questions: [], text: [{ title: 'Long', body }] })
    ready = true
    expect(knowledge.find('hill 20993')[0]?.answer).toContain('Paragraph 2999')
    expect(turns).toBeGreaterThan(40)
  })
})

describe('spelling', () => {
  const spelling = createSpelling(['return', 'delivery', 'internationally', 'opening', 'card'])
  it.each([
    ['retrun', 'return'],
    ['delivry', 'delivery'],
    ['deliveryy', 'delivery'],
    ['internationaly', 'internationally'],
    ['internatonaly', 'internationally'],
    ['return', 'return'],
    ['cart', 'cart'],
    ['bottle', 'bottle'],
    ['turn', 'turn'],
    ['12345', '12345'],
  ])('%s → %s', async (word, right) => {
    expect((await spelling)(word)).toBe(right)
  })
})

describe('words', () => {
  it('carry stems and common meanings, in Latin and Devanagari', () => {
    const forms = (text: string) => wordsOf(text).map(({ stem, concept }) => (concept ? `${stem}${concept}` : stem))
    expect(forms('How much is the shipping?')).toEqual(['price~price', 'ship~deliver'])
    expect(forms('क्या डिलीवरी मुफ्त है?')).toEqual(['डिलीवरी~deliver', 'मुफ्त~free'])
    expect(forms('Cafés don’t cost ₹1,499')).toEqual(['cafe', 'cost~price', 'price~price', '1499'])
    expect(forms('the of and')).toEqual([])
  })
})
