import type { EngineInput } from '../../calls/ports.ts'
import { createKnowledgeBase, type KnowledgeBase } from '../knowledge/knowledge-base.ts'

const MOST_TEXTS = 50
const NOTHING: KnowledgeBase = { find: () => [], topics: [], size: 0, whole: () => '' }

/** The owner's knowledge, with what the agent was told during the call. */
export interface ToldKnowledge extends KnowledgeBase {
  take(input: EngineInput): void
  /** Resolves when all that it was told can be found. */
  ready(): Promise<void>
}

/** Whispers tell what to do and are no answers: they are left out. */
export function withWhatIsTold(owners: KnowledgeBase): ToldKnowledge {
  let texts: string[] = []
  let told = NOTHING
  let learning = Promise.resolve()

  const learn = (...more: string[]) => {
    if (more.length === 0) return
    texts = [...texts, ...more].slice(-MOST_TEXTS)
    const all = texts.map((body) => ({ title: '', body }))
    learning = learning.then(async () => {
      told = await createKnowledgeBase({ questions: [], text: all })
    })
  }
  return {
    find(question, limit = 3, about) {
      const found = [...told.find(question, limit, about), ...owners.find(question, limit, about)]
      return found.sort((a, b) => b.confidence - a.confidence).slice(0, limit)
    },
    topics: owners.topics,
    size: owners.size,
    whole: owners.whole,
    take(input) {
      if (input.type === 'context') learn(input.text)
      else if (input.type === 'briefing') {
        learn(
          ...(input.said ?? []).flatMap(({ role, text }) => (role === 'operator' ? [text] : [])),
          ...(input.leaves ? [input.leaves] : []),
        )
      }
    },
    ready: () => learning,
  }
}
