import { TWILIO_ACCOUNT } from './account.ts'
import type { TwilioCall } from './call.ts'
import type { Conference, Membership } from './conference.ts'
import { API_VERSION, rfc2822 } from './identity.ts'
import type { Leg } from './leg.ts'
import type { Recording } from './recording.ts'
import { recordingPath } from './recording-callbacks.ts'

/** The account, its calls and recordings as the REST API shows them. */

const date = (time: Date | undefined) => (time ? rfc2822(time) : null)

export function accountResource(status: string): object {
  const uri = `/${API_VERSION}/Accounts/${TWILIO_ACCOUNT.accountSid}`
  return {
    sid: TWILIO_ACCOUNT.accountSid,
    owner_account_sid: TWILIO_ACCOUNT.accountSid,
    friendly_name: 'Sandbox',
    type: 'Full',
    status,
    uri: `${uri}.json`,
    subresource_uris: { calls: `${uri}/Calls.json`, recordings: `${uri}/Recordings.json`, conferences: `${uri}/Conferences.json` },
  }
}

export function callResource(call: TwilioCall): object {
  const uri = `/${API_VERSION}/Accounts/${TWILIO_ACCOUNT.accountSid}/Calls/${call.sid}`
  const { from, to, direction, parentSid } = call.order
  return {
    sid: call.sid,
    account_sid: TWILIO_ACCOUNT.accountSid,
    api_version: API_VERSION,
    parent_call_sid: parentSid ?? null,
    from,
    from_formatted: from,
    to,
    to_formatted: to,
    status: call.status,
    direction,
    date_created: date(call.createdAt),
    date_updated: date(call.endedAt ?? call.startedAt ?? call.createdAt),
    start_time: date(call.startedAt),
    end_time: date(call.endedAt),
    duration: call.endedAt ? String(call.durationS) : null,
    price: call.price,
    price_unit: 'USD',
    answered_by: call.answeredBy ?? null,
    queue_time: String(call.queuedMs),
    caller_name: null,
    forwarded_from: null,
    group_sid: null,
    phone_number_sid: null,
    trunk_sid: null,
    annotation: null,
    uri: `${uri}.json`,
    subresource_uris: { recordings: `${uri}/Recordings.json` },
  }
}

export function recordingResource(recording: Recording): object {
  return {
    sid: recording.sid,
    account_sid: TWILIO_ACCOUNT.accountSid,
    api_version: API_VERSION,
    call_sid: recording.callSid,
    status: recording.status,
    channels: recording.order.channels,
    source: recording.order.source,
    start_time: date(recording.startedAt),
    date_created: date(recording.startedAt),
    date_updated: date(recording.startedAt),
    duration: recording.status === 'completed' ? String(recording.durationS) : null,
    price: null,
    price_unit: 'USD',
    error_code: null,
    uri: `${recordingPath(recording.sid)}.json`,
  }
}

export function conferenceResource(conference: Conference): object {
  const uri = `/${API_VERSION}/Accounts/${TWILIO_ACCOUNT.accountSid}/Conferences/${conference.sid}`
  return {
    sid: conference.sid,
    account_sid: TWILIO_ACCOUNT.accountSid,
    api_version: API_VERSION,
    friendly_name: conference.name,
    status: conference.status,
    region: 'us1',
    date_created: date(conference.createdAt),
    date_updated: date(conference.createdAt),
    reason_conference_ended: conference.reasonEnded ?? null,
    uri: `${uri}.json`,
    subresource_uris: { participants: `${uri}/Participants.json`, recordings: `${uri}/Recordings.json` },
  }
}

const OVER: Partial<Record<Leg['status'], string>> = {
  completed: 'complete',
  busy: 'failed',
  failed: 'failed',
  'no-answer': 'failed',
  canceled: 'failed',
}
const BEFORE: Partial<Record<Leg['status'], string>> = { queued: 'queued', ringing: 'ringing', 'in-progress': 'connected' }

/** Somebody who is in it, or is being rung for it. */
export function participantResource(conference: Conference, who: { leg: Leg; label: string | undefined } & Partial<Membership>): object {
  const { coaches, endsIt = false, hold = false, label, leg, muted = false, startsIt = true } = who
  const uri = `/${API_VERSION}/Accounts/${TWILIO_ACCOUNT.accountSid}/Conferences/${conference.sid}/Participants/${leg.sid}.json`
  return {
    account_sid: TWILIO_ACCOUNT.accountSid,
    call_sid: leg.sid,
    label: label ?? null,
    call_sid_to_coach: coaches ?? null,
    coaching: coaches !== undefined,
    conference_sid: conference.sid,
    end_conference_on_exit: endsIt,
    start_conference_on_enter: startsIt,
    muted,
    hold,
    status: BEFORE[leg.status] ?? OVER[leg.status],
    uri,
  }
}

/** One page, which holds all. */
export function listResource(name: string, path: string, items: object[]): object {
  return {
    [name]: items,
    page: 0,
    page_size: Math.max(50, items.length),
    start: 0,
    end: Math.max(0, items.length - 1),
    uri: path,
    first_page_uri: path,
    previous_page_uri: null,
    next_page_uri: null,
  }
}
