import { EXOTEL_ACCOUNT } from './account.ts'
import type { ExotelCall } from './call.ts'
import { national } from './numbers.ts'
import { exotelTime, exotelTimeOrNull } from './times.ts'

/** What a call costs a minute, so that there is a price to be read. */
const PRICE_PER_MINUTE = 0.9

/** A call as the REST API shows it; what is only known later is null. @param settleMs until then */
export function callResource(call: ExotelCall, settleMs: number): Record<string, unknown> {
  const { order, createdAt, endedAt, first } = call
  const settled = endedAt !== undefined && Date.now() - endedAt.getTime() >= settleMs
  const incoming = order.direction === 'incoming'
  const to = order.task.do === 'ring' ? order.task.to : null
  return {
    Sid: call.sid,
    ParentCallSid: null,
    DateCreated: exotelTime(createdAt),
    DateUpdated: exotelTime(endedAt ?? first.startedAt ?? createdAt),
    AccountSid: EXOTEL_ACCOUNT.sid,
    To: incoming ? national(order.exophone) : to,
    From: incoming ? national(order.phone) : order.phone,
    PhoneNumberSid: national(order.exophone),
    Status: call.status,
    StartTime: exotelTime(createdAt),
    EndTime: settled ? exotelTimeOrNull(endedAt) : null,
    Duration: settled ? call.first.onCallS : null,
    Price: settled && call.status === 'completed' ? (Math.max(1, Math.ceil(call.conversationS / 60)) * PRICE_PER_MINUTE).toFixed(6) : null,
    Direction: incoming ? 'inbound' : 'outbound-api',
    AnsweredBy: null,
    ForwardedFrom: null,
    CallerName: null,
    Uri: `/v1/Accounts/${EXOTEL_ACCOUNT.sid}/Calls/${call.sid}.json`,
    RecordingUrl: call.recordingUrl ?? null,
  }
}

export function callDetails(call: ExotelCall): object {
  const { first, second } = call
  const legs = [first, ...(second ? [second] : [])]
  return {
    ConversationDuration: call.endedAt ? call.conversationS : null,
    Leg1Status: first.status,
    Leg2Status: second?.status ?? null,
    Legs: legs.map((leg, n) => ({ Leg: { Id: n + 1, OnCallDuration: leg.onCallS } })),
  }
}

export function numberResource(number: string, dnd: boolean): object {
  return {
    Numbers: {
      PhoneNumber: national(number),
      Circle: 'KA',
      CircleName: 'Karnataka',
      Type: 'Mobile',
      Operator: 'S',
      OperatorName: 'Sandbox',
      DND: dnd ? 'Yes' : 'No',
    },
  }
}
