import type { ToRelay } from '@voice-agent/relay/protocol'

/** What few pages send, loaded with the first of it. */

const DIGITS_A_MESSAGE = 32

/** Keys as the relay takes them; undefined when they are no keys. */
export function digitMessages(digits: string): ToRelay[] | undefined {
  if (!/^[0-9A-D*#w]+$/.test(digits)) return undefined
  return (digits.match(new RegExp(`.{1,${DIGITS_A_MESSAGE}}`, 'g')) ?? []).map((some) => ({ type: 'dtmf', digits: some }))
}

/** An opinion; undefined without a score. */
export function feedbackMessages(feedback: { score: number; issue?: string; comment?: string }): ToRelay[] | undefined {
  const { score, issue, comment } = feedback ?? {}
  return Number.isFinite(score) ? [{ type: 'feedback', score, ...(issue && { issue }), ...(comment && { comment }) }] : undefined
}
