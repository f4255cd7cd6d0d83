import { EXOTEL_ACCOUNT } from './account.ts'
import type { ExotelCall } from './call.ts'
import { national } from './numbers.ts'
import { createdTime, exotelTime, NO_END } from './times.ts'

/** What a flow tells of its call when it asks for an address: the fields that were seen, and no account. */
export function callFields(call: ExotelCall): Record<string, string> {
  const { order, createdAt } = call
  return {
    CallSid: call.sid,
    CallFrom: national(order.phone),
    CallTo: national(order.exophone),
    Direction: order.direction === 'incoming' ? 'incoming' : 'outbound-dial',
    Created: createdTime(createdAt),
    DialWhomNumber: call.second ? national(call.second.phone) : '',
    HangupLatencyStartTimeExocc: '',
    HangupLatencyStartTime: '',
    ServerCode: '',
    From: national(order.phone),
    To: EXOTEL_ACCOUNT.behind,
    CurrentTime: exotelTime(new Date()),
  }
}

/** How the call stands, in a Passthru's word. */
export function callType(call: ExotelCall): string {
  if (call.messageLeft) return 'voicemail'
  if (call.conversed) return 'completed'
  if (call.second) return 'incomplete'
  return call.first.over.aborted ? 'client-hangup' : 'call-attempt'
}

/** A Passthru's query: digits stand in quotes, and a call has no end yet. */
export function passthruFields(call: ExotelCall, o: { digits: string; flowId: string }): Record<string, string> {
  return {
    ...callFields(call),
    DialCallDuration: String(call.conversed ? call.conversationS : 0),
    StartTime: exotelTime(call.createdAt),
    EndTime: NO_END,
    CallType: callType(call),
    digits: o.digits === '' ? '' : `"${o.digits}"`,
    RecordingUrl: call.recordingUrl ?? '',
    flow_id: o.flowId,
  }
}
