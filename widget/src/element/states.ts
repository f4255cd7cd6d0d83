/** The element's states and the only ways between them. */
export type WidgetState = 'idle' | 'connecting' | 'listening' | 'thinking' | 'speaking' | 'reconnecting' | 'ended' | 'error'

const TALKING = ['listening', 'thinking', 'speaking', 'reconnecting', 'ended', 'error'] as const

const WAYS: Record<WidgetState, readonly WidgetState[]> = {
  idle: ['connecting', 'error'],
  connecting: ['idle', ...TALKING],
  listening: TALKING,
  thinking: TALKING,
  speaking: TALKING,
  reconnecting: TALKING,
  ended: ['connecting', 'idle', 'error'],
  error: ['connecting', 'idle'],
}

/** Whether `to` may follow `from`; staying is not a way. */
export const mayFollow = (from: WidgetState, to: WidgetState): boolean => from !== to && WAYS[from].includes(to)

/** A call is there, or on its way. */
export const isLive = (state: WidgetState): boolean => state !== 'idle' && state !== 'ended' && state !== 'error'
