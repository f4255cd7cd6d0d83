import type { Engine } from '../../calls/ports.ts'
import type { Logger } from '../../logger.ts'
import { textEngine } from '../text/engine.ts'
import { createChatCompletions } from './model.ts'

const OPENAI = 'https://api.openai.com/v1'
const DEFAULT_MODEL = 'gpt-4.1-mini'

/**
 * Any server that speaks OpenAI's chat completions, streamed. Unavailable without a key; `missing` names its variable.
 * Throws when `baseUrl` is neither https nor on loopback.
 */
export function openAiCompatible(o: {
  name: 'openai' | 'homeai'
  apiKey?: string | undefined
  baseUrl?: string | undefined
  model?: string | undefined
  stallMs?: number
  logger: Logger
  missing: string
}): Engine {
  const { apiKey, name } = o
  return textEngine({
    name,
    model: apiKey
      ? createChatCompletions({ service: name, apiKey, baseUrl: o.baseUrl ?? OPENAI, model: o.model ?? DEFAULT_MODEL })
      : undefined,
    missing: o.missing,
    stallMs: o.stallMs,
    logger: o.logger,
  })
}
