import { z } from 'zod'
import { Id, SessionId, Variables } from './web-call.ts'
import { CALL_STATUSES, END_REASONS } from './words.ts'

/** `POST /api/click-to-call`: a visitor asks to be rung. `phoneNumber` is E.164; the relay has the last word on it. */
export const ClickToCallRequest = z.object({
  agentId: Id,
  phoneNumber: z.string().min(3).max(40),
  carrier: z.string().max(32).optional(),
  sessionId: SessionId.optional(),
  /** False or missing is `consent_required`, so that the page can say what it forgot. */
  consent: z.boolean().optional(),
  name: z.string().max(120).optional(),
  /** When to ring; now unless given. */
  scheduleAt: z.iso.datetime({ offset: true }).optional(),
  language: z.string().max(35).optional(),
  variables: Variables.optional(),
  /** What a private agent wants. */
  visitorToken: z.string().max(4096).optional(),
  /** Good for one request. Two requests that differ in nothing else are the same request (`Idempotency-Key`). */
  captchaToken: z.string().max(4096).optional(),
})
export type ClickToCallRequest = z.infer<typeof ClickToCallRequest>

/** What the page that asked may know of the call: its status, never its words. */
export const CallbackView = z.object({
  callId: Id,
  status: z.enum(CALL_STATUSES),
  endReason: z.enum(END_REASONS).optional(),
})
export type CallbackView = z.infer<typeof CallbackView>

/** The 202: the phone will ring. Both URLs carry the right to see and end this one call. */
export const CallbackAccepted = z.object({
  callId: Id,
  sessionId: SessionId,
  status: z.literal('initiated'),
  callUrl: z.string(),
  eventsUrl: z.string(),
})
export type CallbackAccepted = z.infer<typeof CallbackAccepted>
