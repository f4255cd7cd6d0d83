import type { Heard } from '../ports.ts'

/** The newest of what was said count. */
const MOST_LETTERS = 6000

const WHO: Record<Heard['role'], string> = { visitor: 'Visitor', operator: 'Colleague', agent: 'You' }

/**
 * What the agent is told when it has the visitor back: who had them meanwhile, what was said as far as it was written down, and what the
 * operator leaves it.
 */
export function briefingFor(o: { name: string; said: readonly Heard[]; briefing?: string; written: boolean }): string {
  const lines: string[] = []
  let letters = 0
  for (const { role, text } of o.said.toReversed()) {
    letters += text.length
    if (letters > MOST_LETTERS) break
    lines.unshift(`${WHO[role]}: ${text}`)
  }
  const parts = [`A colleague, ${o.name}, spoke with the visitor in your place. Now you have the visitor back.`]
  if (!o.written) parts.push('What they said to each other was not written down.')
  else if (lines.length > 0) parts.push(`What was said meanwhile, as far as it was written down:\n${lines.join('\n')}`)
  if (o.briefing !== undefined) parts.push(`${o.name} leaves you this: ${o.briefing}`)
  return parts.join('\n')
}
