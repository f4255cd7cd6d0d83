import type { Engine } from '../../calls/ports.ts'
import type { Logger } from '../../logger.ts'
import type { ChatModel } from './chat-model.ts'
import { startTextSession } from './session.ts'

/** Longest silence of a language model before the chain takes the next engine. */
const LLM_STALL_MS = 4000

/** An engine that hears and speaks text through a language model; `model` is undefined while a setting is `missing`. */
export function textEngine(o: {
  name: string
  model: ChatModel | undefined
  missing: string
  stallMs?: number | undefined
  logger: Logger
}): Engine {
  const { model } = o
  return {
    name: o.name,
    hears: 'text',
    speaks: 'text',
    stallMs: o.stallMs ?? LLM_STALL_MS,
    availability: () => (model ? { ok: true } : { ok: false, missing: o.missing }),
    async start(context) {
      if (!model) throw new Error(`The engine ${o.name} needs ${o.missing}`)
      return startTextSession({ service: o.name, model, context, logger: o.logger })
    },
  }
}
