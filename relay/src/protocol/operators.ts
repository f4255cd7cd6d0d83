import type { CallStatus, EndReason } from './words.ts'

/** What operators are told of calls (CONTRACT section 6). Times are RFC 3339 strings. */

export interface ModelUsage {
  inputTokens: number
  outputTokens: number
  /** By the prices of the day; missing where the owner gave none. */
  cost?: number
}

export interface CallCost {
  models: Record<string, ModelUsage>
  /** In the owner's currency; missing while a model has no price. */
  amount?: number
}

/** The contract's `call`. */
export interface CallRow {
  id: string
  sessionId: string
  agentId: string
  kind: 'web' | 'phone' | 'bridge'
  direction: 'inbound' | 'outbound'
  carrier?: string
  from?: string
  to?: string
  status: CallStatus
  endReason?: EndReason
  startedAt: string
  connectedAt?: string
  endedAt?: string
  durationMs?: number
  ai: 'active' | 'paused' | 'off'
  heldBy?: { id: string; name: string }
  recording: boolean
  cost?: CallCost
  capabilities: string[]
}

/** How a takeover ended: by its operator, by losing them, or with the call. */
export type EndedBy = 'operator' | 'connection' | 'call'

export interface TakeoverRecord {
  by: string
  name: string
  reason?: string
  notes?: string
  startedAt: string
  endedAt?: string
  endedBy?: EndedBy
  briefing?: string
}
