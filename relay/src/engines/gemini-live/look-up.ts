import { ToolSpec } from '../../agents/persona.ts'
import type { EngineContext } from '../../calls/ports.ts'
import type { KnowledgeBase } from '../knowledge/index.ts'
import { knowledgeFor } from '../text/prompt.ts'
import { fillVariables } from '../variables.ts'

/** Google's limit is far above; an instruction is paid for with every turn. */
const MOST_KNOWLEDGE = 24_000

const LOOK_UP = ToolSpec.parse({
  name: 'look_up',
  description:
    'Finds what you know about a question. You know far more than you were told here: use this before you say that you do not know.',
  parameters: {
    type: 'object',
    properties: { question: { type: 'string', description: 'The question, in the language of what you were told.' } },
    required: ['question'],
  },
})

/** What the model is told of the knowledge at once: all of a small one, else what is near the greeting; the rest it looks up itself. */
export function knownAtOnce(knowledge: KnowledgeBase, greeting: string): string {
  const whole = knowledge.whole()
  return whole.length <= MOST_KNOWLEDGE ? whole : knowledgeFor(knowledge, greeting, '')
}

/** A session hears its questions after its instruction was written: knowledge that is too large for that becomes a tool of ours, which costs no request. */
export function withLookUp(context: EngineContext, knowledge: KnowledgeBase): EngineContext {
  if (knowledge.whole().length <= MOST_KNOWLEDGE || context.tools.some(({ name }) => name === LOOK_UP.name)) return context
  return {
    ...context,
    tools: [...context.tools, LOOK_UP],
    async useTool(use, signal) {
      if (use.name !== LOOK_UP.name) return context.useTool(use, signal)
      const found = knowledgeFor(knowledge, String(use.arguments.question ?? ''), '')
      return found === '' ? { found: 'nothing' } : { found: fillVariables(found, context.variables) }
    },
  }
}
