import { z } from 'zod'
import { CALL_STATUSES, END_REASONS } from '../protocol/index.ts'

/** How operators see a call (CONTRACT section 6). */

export const CallView = z.object({
  id: z.string(),
  sessionId: z.string(),
  agentId: z.string(),
  kind: z.enum(['web', 'phone', 'bridge']),
  direction: z.enum(['inbound', 'outbound']),
  carrier: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  status: z.enum(CALL_STATUSES),
  endReason: z.enum(END_REASONS).optional(),
  startedAt: z.iso.datetime(),
  connectedAt: z.iso.datetime().optional(),
  endedAt: z.iso.datetime().optional(),
  durationMs: z.int().optional(),
  ai: z.enum(['active', 'paused', 'off']),
  /** The operator who speaks in the agent's place. */
  heldBy: z.object({ id: z.string(), name: z.string() }).optional(),
  recording: z.boolean(),
  cost: z
    .object({
      models: z.record(z.string(), z.object({ inputTokens: z.int(), outputTokens: z.int(), cost: z.number().optional() })),
      /** In the owner's currency, by MODEL_PRICES; missing while a model has no price. */
      amount: z.number().optional(),
    })
    .optional(),
  capabilities: z.array(z.string()),
})

export const EventView = z.object({
  seq: z.int(),
  at: z.iso.datetime(),
  type: z.string(),
  /** Missing once the call was erased. */
  payload: z.record(z.string(), z.unknown()).optional(),
})

export const EvidenceView = z.object({
  callId: z.string(),
  verified: z.boolean(),
  problems: z.array(z.string()),
  head: z.string().optional(),
  signature: z.string().optional(),
  events: z.int(),
  erased: z.boolean(),
})

const PartMs = z.int().nonnegative().optional()
export const LatencyView = z.object({
  callId: z.string(),
  /** One for every answer that was begun, oldest first. */
  turns: z.array(
    z.object({
      utterance: z.string(),
      at: z.iso.datetime(),
      by: z.enum(['typing', 'speech', 'keys']),
      /** The visitor's last sound → the turn was taken. Missing when nothing was spoken. */
      endpointMs: PartMs,
      /** Taken → the engine's first words or sound. */
      engineMs: PartMs,
      /** First words → first frame on its way. */
      voiceMs: PartMs,
      /** First frame on its way → heard, as the far end says; the way back included. */
      lineMs: PartMs,
      /** The visitor's last sound, or the turn taken, → first frame on its way. */
      totalMs: z.int().nonnegative(),
    }),
  ),
  /** Of `totalMs`; missing when there was no turn. */
  p50Ms: z.int().optional(),
  p95Ms: z.int().optional(),
})
