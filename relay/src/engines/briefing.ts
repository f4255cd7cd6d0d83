import type { EngineInput, Heard } from '../calls/ports.ts'

/** The newest of what was said count. */
const MOST_LETTERS = 6000

const WHO: Record<Heard['role'], string> = { visitor: 'Visitor', operator: 'Colleague', agent: 'You' }

/**
 * What a model is told when it has the visitor back: who spoke with them meanwhile, what was said as far as it was written down, and what the
 * operator leaves it.
 */
export function briefingText({ by, leaves, said }: Extract<EngineInput, { type: 'briefing' }>): string {
  const lines: string[] = []
  let letters = 0
  for (const { role, text } of said?.toReversed() ?? []) {
    letters += text.length
    if (letters > MOST_LETTERS) break
    lines.unshift(`${WHO[role]}: ${text}`)
  }
  const parts = [`A colleague, ${by}, spoke with the visitor in your place. Now the visitor is with you again.`]
  if (said === undefined) parts.push('What they said to each other was not written down.')
  else if (lines.length > 0) parts.push(`What was said meanwhile, as far as it was written down:\n${lines.join('\n')}`)
  if (leaves !== undefined) parts.push(`${by} leaves you this, which you may use and tell: ${leaves}`)
  return parts.join('\n')
}
