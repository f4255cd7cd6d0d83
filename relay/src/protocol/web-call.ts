import { z } from 'zod'
import { AGENT_MODES } from './words.ts'

/** What the widget may know of an agent: `GET /api/agents/{agentId}/public`. */
export const PublicAgent = z.object({
  id: z.string(),
  name: z.string(),
  greeting: z.string(),
  languages: z.array(z.string()),
  modes: z.array(z.enum(AGENT_MODES)),
  /** Sentence that must be readable (and is spoken first) so that nobody mistakes the agent for a person. */
  disclosure: z.string(),
  /** The gate before the first call; `version` goes into the storage key, so new terms are asked again. */
  terms: z.object({ text: z.string(), version: z.string(), url: z.url().optional() }).optional(),
  callbackCountries: z.array(z.string().length(2)),
  keyMenu: z.array(z.object({ digit: z.string(), label: z.string() })),
  browserRecognition: z.enum(['on-device', 'allowed', 'off']),
  /** Whether the relay understands spoken words for this agent just now. Without it the page's own recogniser may (`browserRecognition`), else typing is left. */
  understandsSpeech: z.boolean(),
  /** A person is to be told from a program before a phone rings. */
  captcha: z.object({ provider: z.literal('turnstile'), siteKey: z.string() }).optional(),
})
export type PublicAgent = z.infer<typeof PublicAgent>

export const SessionId = z.string().regex(/^[A-Za-z0-9_.:-]{1,128}$/)
export const Id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/)

/** Values the agent may use as `{{name}}`. */
export const Variables = z.record(z.string().max(64), z.union([z.string().max(2000), z.number(), z.boolean()]))
export type Variables = z.infer<typeof Variables>

/** `POST /api/web-calls`. */
export const WebCallRequest = z.object({
  agentId: Id,
  sessionId: SessionId.optional(),
  modality: z.enum(['voice', 'text']).default('voice'),
  language: z.string().max(35).optional(),
  variables: Variables.optional(),
  userId: z.string().max(128).optional(),
  visitorToken: z.string().max(4096).optional(),
  transport: z.enum(['relay', 'twilio']).default('relay'),
  page: z
    .object({ url: z.string().max(2048), title: z.string().max(300) })
    .partial()
    .optional(),
  consent: z.literal(true).optional(),
})
export type WebCallRequest = z.input<typeof WebCallRequest>

const audio = z.object({ encoding: z.literal('pcm_s16le'), sampleRate: z.int(), frameMs: z.int() })

export const WebCall = z.object({
  callId: Id,
  sessionId: SessionId,
  mediaUrl: z.string(),
  expiresAt: z.iso.datetime(),
  audio: z.object({ input: audio, output: audio }),
  agent: PublicAgent,
})
export type WebCall = z.infer<typeof WebCall>
