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
  heldBy: z.string().optional(),
  recording: z.boolean(),
  cost: z.unknown().optional(),
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
