/** @import { FromNetwork } from '../../wire.ts' */

/**
 * What one handset shows. `idle` is the keypad; `over` is shown for a moment after a call.
 * @typedef {'idle' | 'calling' | 'ringing' | 'talking' | 'over'} Shown
 * @typedef {object} Call
 * @property {Shown} state
 * @property {string} callId
 * @property {string} other the other side's number
 * @property {string} carrier
 * @property {boolean} outgoing
 * @property {number | undefined} answeredAtMs
 * @property {number | undefined} endedAtMs
 * @property {string | undefined} reason
 */

/** @type {Call} */
export const NO_CALL = {
  state: 'idle',
  callId: '',
  other: '',
  carrier: '',
  outgoing: false,
  answeredAtMs: undefined,
  endedAtMs: undefined,
  reason: undefined,
}

/**
 * What a message of the network makes of what a handset shows. News of an older call changes nothing while another lives.
 * @param {Call} call
 * @param {Extract<FromNetwork, { type: 'rings' | 'state' }>} message
 * @param {number} nowMs
 * @returns {Call}
 */
export function after(call, message, nowMs) {
  const same = call.callId === message.callId
  if (!same && isLive(call) && message.type === 'state' && message.state === 'over') return call
  if (same && call.state === 'over') return call
  const base = same ? call : { ...NO_CALL, callId: message.callId }
  if (message.type === 'rings') {
    if (base.state === 'talking') return base
    return { ...base, state: 'ringing', other: message.from, carrier: message.carrier, outgoing: false }
  }
  const next = { ...base, state: message.state, other: message.with || base.other, reason: message.reason }
  if (message.state === 'calling') return { ...next, outgoing: true }
  if (message.state === 'talking') return { ...next, answeredAtMs: base.answeredAtMs ?? nowMs - (message.forMs ?? 0) }
  if (message.state === 'over') return base.state === 'idle' ? call : { ...next, endedAtMs: nowMs }
  // The far side of a call that this phone placed rings: still calling, as people see it.
  return base.outgoing ? { ...next, state: 'calling' } : next
}

/** @param {Call} call */
export const isLive = (call) => call.state === 'calling' || call.state === 'ringing' || call.state === 'talking'

/** How a call ended, as people say it. @type {Record<string, string>} */
const ENDS = {
  'hung-up': 'Call ended',
  cancelled: 'Missed call',
  busy: 'Busy',
  declined: 'Declined',
  'no-answer': 'No answer',
  failed: 'Call failed',
  dropped: 'Connection lost',
}

/** @param {Call} call */
export function endWords(call) {
  if (call.outgoing && call.reason === 'cancelled') return 'Call ended'
  return ENDS[call.reason ?? ''] ?? 'Call ended'
}
