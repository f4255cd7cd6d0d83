import type { GoogleGenAI } from '@google/genai'
import type { Engine } from '../../calls/ports.ts'
import type { Logger } from '../../logger.ts'
import { knowledgeBase } from '../knowledge/index.ts'
import { serviceUrl } from '../text/service.ts'
import { connect } from './connection.ts'
import { withLookUp } from './look-up.ts'
import { startSession } from './session.ts'
import { setupOf } from './setup.ts'
import { type TextRoute, textRouteOf } from './text-route.ts'

const GOOGLE = 'https://generativelanguage.googleapis.com'
const CONNECT_MS = 6000
/** Google speaks at this rate (PROTOCOLS 5.4). */
const SPEAKS_HZ = 24_000

/** Google's Gemini Live: hears and speaks itself, and finds the visitor's turns. Unavailable without a key. Throws when `baseUrl` is neither https nor on loopback. */
export function geminiLive(o: {
  apiKey?: string | undefined
  model: string
  baseUrl?: string | undefined
  apiVersion: string
  textRoute: TextRoute | 'auto'
  stallMs?: number
  logger: Logger
}): Engine {
  const { apiKey, apiVersion, model, logger } = o
  const baseUrl = serviceUrl(o.baseUrl ?? GOOGLE)
  // The SDK (80 ms, 30 MB) is loaded only where there is a key, and once.
  let client: Promise<GoogleGenAI> | undefined
  const load = async (key: string) => {
    const { GoogleGenAI } = await import('@google/genai')
    return new GoogleGenAI({ apiKey: key, vertexai: false, httpOptions: { baseUrl, apiVersion } })
  }
  return {
    name: 'gemini-live',
    hears: 'audio',
    speaks: 'audio',
    speaksHz: SPEAKS_HZ,
    stallMs: o.stallMs ?? 9000,
    availability: () => (apiKey ? { ok: true } : { ok: false, missing: 'GEMINI_API_KEY' }),
    async start(given) {
      client ??= load(apiKey ?? '')
      const [live, knowledge] = await Promise.all([client, knowledgeBase(given.persona.knowledge)])
      const context = withLookUp(given, knowledge)
      return startSession({
        context,
        model,
        route: textRouteOf(model, o.textRoute),
        logger,
        connect: (how, events, signal) =>
          connect({
            client: live,
            model,
            config: setupOf({ context, knowledge, ...how }),
            clock: context.clock,
            timeoutMs: CONNECT_MS,
            signal,
            events,
          }),
      })
    },
  }
}
