import type { CallStatus, EndReason } from '../../protocol/index.ts'

/** Twilio's CallStatus, as REST and callbacks tell it. */
export const TWILIO_STATUSES = [
  'queued',
  'initiated',
  'ringing',
  'in-progress',
  'completed',
  'busy',
  'failed',
  'no-answer',
  'canceled',
] as const
export type TwilioStatus = (typeof TWILIO_STATUSES)[number]

const OURS: Readonly<Record<TwilioStatus, { status: CallStatus; endReason?: EndReason }>> = {
  queued: { status: 'initiated' },
  initiated: { status: 'initiated' },
  ringing: { status: 'connecting' },
  'in-progress': { status: 'connected' },
  // Who hung up Twilio does not say: whoever holds the call knows.
  completed: { status: 'completed' },
  busy: { status: 'failed', endReason: 'busy' },
  failed: { status: 'failed', endReason: 'error' },
  'no-answer': { status: 'failed', endReason: 'no-answer' },
  canceled: { status: 'failed', endReason: 'canceled' },
}

/** The far end declined by hand; it comes under several statuses. */
const DECLINED = '603'

/** In our words. @param sipCode the last SIP answer, where Twilio tells it */
export function statusOf(twilio: TwilioStatus, sipCode?: string): { status: CallStatus; endReason?: EndReason } {
  const ours = OURS[twilio]
  return sipCode === DECLINED && ours.status === 'failed' ? { status: 'failed', endReason: 'rejected' } : ours
}
