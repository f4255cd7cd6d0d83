import type { CallStatus, EndReason, Entry } from '@voice-agent/relay/protocol'

/** A call as operators see it (CONTRACT section 6). Times are RFC 3339 strings. */
export interface Call {
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
  cost?: { models: Record<string, { inputTokens: number; outputTokens: number; cost?: number }>; amount?: number }
  capabilities: string[]
}

/** Words of one call's transcript, as the rooms tell them. */
export type TranscriptUpdate = Entry & { callId: string; seq: number }

export const isLive = ({ status }: Pick<Call, 'status'>): boolean => status !== 'completed' && status !== 'failed'
