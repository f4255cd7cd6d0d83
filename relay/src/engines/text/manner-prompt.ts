import { type Manner, personalityOf } from '../../agents/persona.ts'

const PACE_WORDS: Readonly<Record<Manner['responseSpeed'], string>> = {
  fast: 'Be quick: answer first, in one short sentence where that is enough.',
  normal: '',
  slow: 'Take your time: one thought a sentence, and leave room for questions.',
}

/** What an agent's manner adds to its prompt; empty when it adds nothing. The owner's words stand as they are. */
export function mannerPrompt(manner: Manner): string {
  const lines = [
    personalityOf(manner)?.instructions ?? '',
    manner.style === '' ? '' : `Your style of conversation: ${oneLine(manner.style)}.`,
    PACE_WORDS[manner.responseSpeed],
  ].filter((line) => line !== '')
  return [
    lines.length === 0 ? '' : ['How you are:', ...lines.map((line) => `- ${line}`)].join('\n'),
    manner.objections.length === 0
      ? ''
      : [
          'When the visitor objects, take the objection seriously, then answer in your own words with what stands here. Do not repeat it when they object again: accept that.',
          ...manner.objections.map(({ objection, answer }) => `- When they say: ${quoted(objection)} Answer: ${quoted(answer)}`),
        ].join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ').replace(/\.$/, '')
const quoted = (text: string) => JSON.stringify(text)
