/** The closed lists of words that page, relay and log share (CONTRACT sections 3, 5 and 7). */

export const END_REASONS = [
  'visitor',
  'callee',
  'agent',
  'operator',
  'busy',
  'no-answer',
  'rejected',
  'canceled',
  'machine',
  'blocked',
  'deadline',
  'page-close',
  'connection',
  'error',
] as const
export type EndReason = (typeof END_REASONS)[number]

/** Where a call stands. It never goes backwards. */
export const CALL_STATUSES = ['initiated', 'connecting', 'connected', 'completed', 'failed'] as const
export type CallStatus = (typeof CALL_STATUSES)[number]

/** What the relay tells a page of the conversation; the widget adds states of its own. */
export const CONVERSATION_STATES = ['listening', 'thinking', 'speaking'] as const
export type ConversationState = (typeof CONVERSATION_STATES)[number]

export const ENTRY_ROLES = ['visitor', 'agent', 'operator', 'system'] as const
export type EntryRole = (typeof ENTRY_ROLES)[number]

export const AGENT_MODES = ['talk', 'call-me'] as const
export type AgentMode = (typeof AGENT_MODES)[number]
