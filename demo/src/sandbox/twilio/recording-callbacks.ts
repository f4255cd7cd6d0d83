import { TWILIO_ACCOUNT } from './account.ts'
import { API_VERSION, rfc2822 } from './identity.ts'
import type { Recording } from './recording.ts'
import type { WebhookOrder } from './webhooks.ts'

export const recordingPath = (sid: string): string => `/${API_VERSION}/Accounts/${TWILIO_ACCOUNT.accountSid}/Recordings/${sid}`

/** What is told of a recording now; undefined when nobody wants to know. */
export function recordingCallback(recording: Recording, baseUrl: string): WebhookOrder | undefined {
  const { callback, channels, source } = recording.order
  if (!callback?.events.includes(recording.status)) return undefined
  const params = {
    AccountSid: TWILIO_ACCOUNT.accountSid,
    CallSid: recording.callSid,
    RecordingSid: recording.sid,
    RecordingUrl: `${baseUrl}${recordingPath(recording.sid)}`,
    RecordingStatus: recording.status,
    RecordingDuration: String(recording.status === 'completed' ? recording.durationS : -1),
    RecordingChannels: String(channels),
    RecordingSource: source,
    RecordingStartTime: rfc2822(recording.startedAt),
    RecordingTrack: 'both',
  }
  return { purpose: 'recording', callSid: recording.callSid, url: callback.url, method: callback.method, params }
}
