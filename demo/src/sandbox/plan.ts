import type { Fault } from './faults.ts'
import { words } from './performance.ts'
import { type Prompt, respond } from './responder.ts'

/** What an answer will be made of: pieces of text, or one call of a tool. */
export type Plan = { kind: 'say'; pieces: string[] } | { kind: 'call'; name: string; arguments: Record<string, unknown> }

/** The ordered fault has the first word, the prompt the second. A tool is called once: the request that brings its result is answered in words. */
export function plan(prompt: Prompt, fault: Fault | undefined): Plan {
  if (fault?.kind === 'say') return { kind: 'say', pieces: fault.pieces }
  if (fault?.kind === 'tool' && prompt.results.length === 0) return { kind: 'call', name: fault.name, arguments: fault.arguments }
  const answer = respond(prompt)
  return answer.kind === 'say' ? { kind: 'say', pieces: words(answer.text) } : answer
}
