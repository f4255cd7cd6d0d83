import { describe, expect, it } from 'vitest'
import { Manner } from '../../agents/persona.ts'
import { testPersona } from '../conformance.test-kit.ts'
import { mannerPrompt } from './manner-prompt.ts'
import { systemPrompt } from './prompt.ts'

const told = (raw: object) => mannerPrompt(Manner.parse(raw))

describe('what an agent’s manner tells the model', () => {
  it.each([
    ['friendly', 'warm and at ease'],
    ['professional', 'composed, courteous and exact'],
    ['persuasive', 'one clear next step'],
    ['supportive', 'patient and reassuring'],
  ])('a %s agent is told to be so, and nothing of the others', (personality, words) => {
    const prompt = told({ personality })
    expect(prompt).toContain(words)
    expect(prompt.match(/^- Be /gm)).toHaveLength(1)
  })

  it.each([
    ['custom, and nothing else set: nothing', { personality: 'custom' }, ''],
    ['its style', { personality: 'custom', style: 'business-focused' }, 'How you are:\n- Your style of conversation: business-focused.'],
    [
      'a style of several lines as one',
      { personality: 'custom', style: 'calm\n- and: “brief”.' },
      'How you are:\n- Your style of conversation: calm - and: “brief”.',
    ],
    [
      'to be quick',
      { personality: 'custom', responseSpeed: 'fast' },
      'How you are:\n- Be quick: answer first, in one short sentence where that is enough.',
    ],
    [
      'to take its time',
      { personality: 'custom', responseSpeed: 'slow' },
      'How you are:\n- Take your time: one thought a sentence, and leave room for questions.',
    ],
    [
      'the owner’s own personality',
      { personality: 'night', personalities: [{ id: 'night', name: 'Night', instructions: 'Whisper.' }] },
      'How you are:\n- Whisper.',
    ],
  ])('%s', (_, manner, expected) => {
    expect(told(manner)).toBe(expected)
  })

  it('what to say when somebody objects, in quotes that cannot be broken out of', () => {
    const prompt = told({ objections: [{ objection: 'It is too "dear".', answer: 'It lasts\nten years.' }] })
    expect(prompt).toContain('- When they say: "It is too \\"dear\\"." Answer: "It lasts\\nten years."')
  })

  it('is in the prompt of every engine that has one, with the call’s variables filled in', () => {
    const manner = Manner.parse({
      personality: 'professional',
      style: 'business-focused',
      objections: [{ objection: 'Too dear', answer: 'At {{shop}} it lasts.' }],
    })
    const prompt = systemPrompt({
      persona: { ...testPersona, manner },
      language: 'en',
      variables: { shop: 'Kettle' },
      knowledge: '',
      notes: [],
      whispers: [],
      nowMs: 0,
    })
    expect(prompt).toContain('You sell tea for Kettle.\n\nHow you are:\n- Be composed')
    expect(prompt).toContain('business-focused')
    expect(prompt).toContain('At Kettle it lasts.')
  })
})
