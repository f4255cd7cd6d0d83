import { z } from 'zod'
import { ToRelay } from './media.ts'
import { Id, PublicAgent, SessionId } from './web-call.ts'

/**
 * `POST /api/web-calls` with a carrier's transport: the sound goes over the carrier's own kit, and the rest over these three addresses, which carry the
 * right to this one call.
 */
export const CarriedWebCall = z.object({
  callId: Id,
  sessionId: SessionId,
  /** Lets the page into the carrier's kit. */
  accessToken: z.string(),
  /** Handed to the kit's connect, once. */
  connectParams: z.record(z.string(), z.string()),
  /** Of the first connect. */
  expiresAt: z.iso.datetime(),
  /** SSE: `status`, `state`, `transcript`, `speaker`, `tool`, `error`, at last `ended`, each as the media socket says it. */
  eventsUrl: z.string(),
  /** POST: what the visitor does besides speaking. */
  messagesUrl: z.string(),
  /** POST: the next access token. */
  accessTokenUrl: z.string(),
  agent: PublicAgent,
})
export type CarriedWebCall = z.infer<typeof CarriedWebCall>

const SAID_BESIDE = ['text', 'recognised', 'dtmf', 'mute', 'interrupt', 'context', 'tool-result', 'feedback', 'hangup'] as const

/** The media socket's messages without those that are about its sound. */
export const PageMessage = ToRelay.refine(({ type }) => SAID_BESIDE.some((known) => known === type), 'is about sound that is not here')
export type PageMessage = Extract<ToRelay, { type: (typeof SAID_BESIDE)[number] }>

export const NextAccessToken = z.object({ accessToken: z.string(), expiresAt: z.iso.datetime() })
export type NextAccessToken = z.infer<typeof NextAccessToken>
