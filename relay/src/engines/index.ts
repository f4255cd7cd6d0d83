import type { Engine } from '../calls/ports.ts'
import type { Logger } from '../logger.ts'
import type { Settings } from '../settings.ts'
import { gemini } from './gemini/index.ts'
import { geminiLive } from './gemini-live/index.ts'
import { menu } from './menu/index.ts'
import { offline } from './offline/index.ts'
import { openAiCompatible } from './openai/index.ts'

/** Every engine this relay knows; an agent names the ones it wants. A new engine is one line. */
export function enginesOf({ gemini: g, openai: o }: Settings, logger: Logger): Engine[] {
  return [
    offline({ logger }),
    menu(),
    geminiLive({
      apiKey: g.GEMINI_API_KEY,
      baseUrl: g.GEMINI_BASE_URL,
      model: g.GEMINI_LIVE_MODEL,
      apiVersion: g.GEMINI_API_VERSION,
      textRoute: g.GEMINI_LIVE_TEXT,
      logger,
    }),
    gemini({ apiKey: g.GEMINI_API_KEY, baseUrl: g.GEMINI_BASE_URL, apiVersion: g.GEMINI_API_VERSION, model: g.GEMINI_MODEL, logger }),
    openAiCompatible({
      name: 'openai',
      apiKey: o.OPENAI_API_KEY,
      baseUrl: o.OPENAI_BASE_URL,
      model: o.OPENAI_MODEL,
      missing: 'OPENAI_API_KEY',
      logger,
    }),
    openAiCompatible({
      name: 'homeai',
      apiKey: o.HOMEAI_API_KEY,
      baseUrl: o.HOMEAI_BASE_URL,
      model: o.HOMEAI_MODEL,
      missing: 'HOMEAI_API_KEY',
      logger,
    }),
  ]
}
