import type { CallStatus, EndReason } from '../../protocol/index.ts'

/** What `dialStatus` says; `Failed` from 1.0.5 on. No answer is never said. */
export const DIAL_STATUSES = ['dialing', 'ringing', 'busy', 'connected', 'failed'] as const
export type DialStatus = (typeof DIAL_STATUSES)[number]

/** How a call's record says that it came off. */
export const DISPOSITIONS = ['ANSWERED', 'NO ANSWER', 'BUSY', 'FAILED', 'CANCEL'] as const
export type Disposition = (typeof DISPOSITIONS)[number]

interface Ours {
  readonly status: CallStatus
  readonly endReason?: EndReason
}

export const OF_DIAL: Readonly<Record<DialStatus, Ours>> = {
  dialing: { status: 'initiated' },
  ringing: { status: 'connecting' },
  busy: { status: 'failed', endReason: 'busy' },
  connected: { status: 'connected' },
  failed: { status: 'failed', endReason: 'error' },
}

export const OF_RECORD: Readonly<Record<Disposition, Ours>> = {
  ANSWERED: { status: 'completed' },
  'NO ANSWER': { status: 'failed', endReason: 'no-answer' },
  BUSY: { status: 'failed', endReason: 'busy' },
  FAILED: { status: 'failed', endReason: 'error' },
  CANCEL: { status: 'failed', endReason: 'canceled' },
}

/** Over before anybody was connected, and nobody said why: it rang, and nobody took it up. */
export const UNANSWERED: Ours = { status: 'failed', endReason: 'no-answer' }
