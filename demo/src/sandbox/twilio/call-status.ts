import type { CallEnd } from '../phones/call-states.ts'

/** A call as Twilio's REST API names its state; `initiated` is told in callbacks only. */
export type CallStatus = 'queued' | 'ringing' | 'in-progress' | 'completed' | 'busy' | 'failed' | 'no-answer' | 'canceled'
export type ToldStatus = CallStatus | 'initiated'

/** How an end on the line is reported, and the SIP code that goes with it. */
const ENDS: Record<CallEnd, { status: CallStatus; sip: string }> = {
  'hung-up': { status: 'completed', sip: '200' },
  dropped: { status: 'completed', sip: '200' },
  busy: { status: 'busy', sip: '486' },
  declined: { status: 'busy', sip: '603' },
  'no-answer': { status: 'no-answer', sip: '487' },
  cancelled: { status: 'canceled', sip: '487' },
  failed: { status: 'failed', sip: '404' },
}

export const endStatus = (end: CallEnd): { status: CallStatus; sip: string } => ENDS[end]

const NEXT: Record<CallStatus, readonly CallStatus[]> = {
  queued: ['ringing', 'in-progress', 'busy', 'failed', 'no-answer', 'canceled'],
  ringing: ['in-progress', 'completed', 'busy', 'failed', 'no-answer', 'canceled'],
  'in-progress': ['completed'],
  completed: [],
  busy: [],
  failed: [],
  'no-answer': [],
  canceled: [],
}

export const mayBecome = (from: CallStatus, to: CallStatus): boolean => NEXT[from].includes(to)
export const isOver = (status: CallStatus): boolean => NEXT[status].length === 0
