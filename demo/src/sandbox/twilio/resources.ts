import { TWILIO_ACCOUNT } from './account.ts'
import type { TwilioCall } from './call.ts'
import { API_VERSION, rfc2822 } from './identity.ts'
import type { Recording } from './recording.ts'
import { recordingPath } from './recording-callbacks.ts'

/** Calls and recordings as the REST API shows them. */

const date = (time: Date | undefined) => (time ? rfc2822(time) : null)

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
