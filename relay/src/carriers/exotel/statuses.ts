import type { CallStatus, EndReason } from '../../protocol/index.ts'

/** Status of a call or of a leg, as REST and callbacks tell it. */
export const EXOTEL_STATUSES = ['queued', 'in-progress', 'ringing', 'completed', 'failed', 'busy', 'no-answer', 'canceled'] as const
export type ExotelStatus = (typeof EXOTEL_STATUSES)[number]

const OURS: Readonly<Record<ExotelStatus, { status: CallStatus; endReason?: EndReason }>> = {
  queued: { status: 'initiated' },
  // It is in progress from the moment it was asked for: nobody need have answered.
  'in-progress': { status: 'initiated' },
  ringing: { status: 'connecting' },
  completed: { status: 'completed' },
  failed: { status: 'failed', endReason: 'error' },
  busy: { status: 'failed', endReason: 'busy' },
  'no-answer': { status: 'failed', endReason: 'no-answer' },
  canceled: { status: 'failed', endReason: 'canceled' },
}

/** What a status callback is about; absent where the callback tells of the end only. */
export const EXOTEL_EVENTS = ['ringing', 'answered', 'terminal'] as const
export type ExotelEvent = (typeof EXOTEL_EVENTS)[number]

/** In our words. */
export function statusOf(exotel: ExotelStatus, event?: ExotelEvent): { status: CallStatus; endReason?: EndReason } {
  const ours = OURS[exotel]
  if (ours.status === 'completed' || ours.status === 'failed') return ours
  if (event === 'answered') return { status: 'connected' }
  return event === 'ringing' ? { status: 'connecting' } : ours
}
