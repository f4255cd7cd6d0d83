import { describe, expect, it } from 'vitest'
import { testPersona } from '../conformance.test-kit.ts'
import { createKnowledgeBase } from '../knowledge/knowledge-base.ts'
import { knowledgeFor, systemPrompt } from './prompt.ts'

const plain = {
  persona: testPersona,
  language: 'en',
  variables: { shop: 'Kettle' },
  knowledge: '',
  notes: [],
  whispers: [],
  nowMs: Date.UTC(2026, 10, 21, 9, 5),
}

describe('the system prompt', () => {
  it('tells who speaks, how, when, and that it is an AI', () => {
    const prompt = systemPrompt(plain)
    for (const words of [
      'You are Asha, an AI agent',
      'You sell tea for Kettle.',
      'one to three short',
      'Speak English.',
      'never claim to be a person',
      '2026-11-21 09:05 UTC, Saturday',
      '0: goodbye',
    ])
      expect(prompt).toContain(words)
    expect(prompt).not.toContain('<knowledge>')
    expect(prompt).not.toContain('<notes>')
  })

  it('names the languages, even one nobody knows', () => {
    expect(systemPrompt({ ...plain, persona: { ...testPersona, languages: ['hi-IN', 'en', 'xx-!'] }, language: 'hi-IN' })).toContain(
      'Speak Hindi (India), or English or xx-! when',
    )
  })

  it('keeps the newest notes within their budget', () => {
    const notes = Array.from({ length: 30 }, (_, i) => `note ${i} ${'z'.repeat(200)}`)
    const prompt = systemPrompt({ ...plain, notes })
    expect(prompt).toContain('note 29 ')
    expect(prompt).not.toContain('note 5 ')
    expect(systemPrompt({ ...plain, notes: ['q'.repeat(100_000)] }).length).toBeLessThan(4000)
  })
})

describe('knowledge for a question', () => {
  it('is all of it when it is small', async () => {
    const knowledge = await createKnowledgeBase(testPersona.knowledge)
    expect(knowledgeFor(knowledge, 'anything', '')).toContain('We close at six.')
  })

  it('is what fits of a large one, nearest first, with what was asked before', async () => {
    const body = Array.from({ length: 400 }, (_, i) => `# Tea ${i}x\n\nIt comes from hill ${i}x. The price is ${i} rupees.`).join('\n\n')
    const knowledge = await createKnowledgeBase({ questions: [], text: [{ title: '', body }] })
    expect(knowledgeFor(knowledge, 'Where does tea 222x come from?', '')).toMatch(/^Tea 222x: It comes/)
    expect(knowledgeFor(knowledge, 'And what does it cost?', 'Where does tea 333x come from?')).toContain('333 rupees')
    expect(knowledgeFor(knowledge, 'tea hill price', '').length).toBeLessThan(7000)
  })
})
