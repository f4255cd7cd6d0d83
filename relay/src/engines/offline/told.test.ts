import { expect, test } from 'vitest'
import { createKnowledgeBase } from '../knowledge/knowledge-base.ts'
import { withWhatIsTold } from './told.ts'

const owners = () => createKnowledgeBase({ questions: [{ question: 'Do you ship abroad?', answer: 'Not yet.' }], text: [] })

test('what the agent is told during the call is found like the owner’s own knowledge; whispers are not', async () => {
  const knowledge = withWhatIsTold(await owners())
  knowledge.take({ type: 'context', text: 'Parcel 55 leaves Pune on Tuesday.' })
  knowledge.take({ type: 'whisper', text: 'Their discount is forty percent, keep it secret.' })
  const said = [
    { role: 'visitor' as const, text: 'Is the lamp broken?' },
    { role: 'operator' as const, text: 'A courier picks the broken lamp up on Friday.' },
  ]
  knowledge.take({ type: 'briefing', by: 'Asha', said, leaves: 'The refund code is MANGO.' })
  await knowledge.ready()
  const best = (question: string) => knowledge.find(question)[0]?.answer
  expect(best('When does parcel 55 leave?')).toContain('Tuesday')
  expect(best('What is the refund code?')).toContain('MANGO')
  expect(best('Who picks up the broken lamp?')).toContain('courier')
  expect(best('Do you ship abroad?')).toBe('Not yet.')
  expect(
    knowledge
      .find('What is my discount?')
      .map(({ answer }) => answer)
      .join(),
  ).not.toContain('forty')
  expect(knowledge.topics).toEqual(['Do you ship abroad?'])
})
