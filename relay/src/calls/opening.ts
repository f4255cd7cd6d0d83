import type { Persona } from '../agents/persona.ts'
import type { Variables } from '../protocol/index.ts'
import { createSentences } from './sentences.ts'

/** What the agent says first: that it is one, then its greeting with the call's variables filled in. */
export function openingWords(persona: Pick<Persona, 'disclosure' | 'greeting'>, variables: Variables): string {
  return [persona.disclosure, fill(persona.greeting, variables)]
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .join(' ')
}

/** The pieces in which a text will be spoken. */
export function spokenSentences(text: string): string[] {
  const sentences = createSentences()
  return [...sentences.push(text), ...sentences.flush()].map((sentence) => sentence.trim()).filter((sentence) => sentence !== '')
}

/** A variable that the call does not have leaves nothing. */
function fill(text: string, variables: Variables): string {
  return text.replace(/\{\{\s*([\w.-]{1,64})\s*\}\}/g, (_, name: string) => (Object.hasOwn(variables, name) ? String(variables[name]) : ''))
}
