import { createHash } from 'node:crypto'
import type { Persona } from '../../agents/persona.ts'
import { createKnowledgeBase, type KnowledgeBase } from './knowledge-base.ts'

export type { Finding, KnowledgeBase } from './knowledge-base.ts'

const KEPT = 16

const byObject = new WeakMap<Persona['knowledge'], Promise<KnowledgeBase>>()
const byContent = new Map<string, Promise<KnowledgeBase>>()

/** The index over an agent's knowledge: made once for the same words, the last 16 kept. */
export function knowledgeBase(knowledge: Persona['knowledge']): Promise<KnowledgeBase> {
  const known = byObject.get(knowledge)
  if (known) return known
  const content = createHash('sha256').update(JSON.stringify(knowledge)).digest('base64')
  const made = byContent.get(content) ?? createKnowledgeBase(knowledge)
  byContent.delete(content)
  byContent.set(content, made)
  for (const oldest of byContent.keys()) if (byContent.size > KEPT) byContent.delete(oldest)
  byObject.set(knowledge, made)
  return made
}
