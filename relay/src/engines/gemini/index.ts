import type { Engine } from '../../calls/ports.ts'
import type { Logger } from '../../logger.ts'
import { textEngine } from '../text/engine.ts'
import { createGeminiModel } from './model.ts'

/** Google's Gemini by text, streamed. Unavailable without a key. Throws when `baseUrl` is neither https nor on loopback. */
export function gemini(o: {
  apiKey?: string | undefined
  model: string
  baseUrl?: string | undefined
  apiVersion?: string
  stallMs?: number
  logger: Logger
}): Engine {
  const { apiKey, baseUrl, model } = o
  return textEngine({
    name: 'gemini',
    model: apiKey ? createGeminiModel({ apiKey, baseUrl, model, apiVersion: o.apiVersion ?? 'v1beta' }) : undefined,
    missing: 'GEMINI_API_KEY',
    stallMs: o.stallMs,
    logger: o.logger,
  })
}
