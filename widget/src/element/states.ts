/** The element's states and the only ways between them. */
export type WidgetState =
  | 'idle'
  | 'connecting'
  | 'listening'
  | 'thinking'
  | 'speaking'
  | 'reconnecting'
  | 'dialing'
  | 'ringing'
  | 'connected'
  | 'ended'
  | 'error'

const TALKING = ['listening', 'thinking', 'speaking', 'reconnecting', 'ended', 'error'] as const

/** A phone rings instead. */
const RINGING = ['ringing', 'connected', 'ended', 'error'] as const

const WAYS: Record<WidgetState, readonly WidgetState[]> = {
  idle: ['connecting', 'dialing', 'error'],
  connecting: ['idle', ...TALKING],
  listening: TALKING,
  thinking: TALKING,
  speaking: TALKING,
  reconnecting: TALKING,
  dialing: RINGING,
  ringing: RINGING,
  connected: RINGING,
  ended: ['connecting', 'dialing', 'idle', 'error'],
  error: ['connecting', 'dialing', 'idle'],
}

/** Whether `to` may follow `from`; staying is not a way. */
export const mayFollow = (from: WidgetState, to: WidgetState): boolean => from !== to && WAYS[from].includes(to)

/** A call is there, or on its way. */
export const isLive = (state: WidgetState): boolean => state !== 'idle' && state !== 'ended' && state !== 'error'
