import type { LegStatus } from '../carriers/phone-leg.ts'
import type { OptimaCall } from './call.ts'
import { localNumber } from './numbers.ts'

const DISPOSITIONS: Partial<Record<LegStatus, string>> = {
  completed: 'ANSWERED',
  busy: 'BUSY',
  failed: 'FAILED',
  'no-answer': 'NO ANSWER',
  canceled: 'CANCEL',
}
/** Q.850. */
const CAUSES: Partial<Record<LegStatus, [number, string]>> = {
  completed: [16, 'Normal Clearing'],
  busy: [17, 'User busy'],
  failed: [41, 'Temporary failure'],
  'no-answer': [19, 'No answer'],
  canceled: [16, 'Normal Clearing'],
}

const time = (date: Date | undefined) => date?.toISOString() ?? null

/** What is written of a call that is over. */
export function callRecord({ createdAt, leg, order, sessionId }: OptimaCall) {
  const [hangupCauseCode, hangupCauseText] = CAUSES[leg.status] ?? [0, '']
  const calling = order.direction === 'outbound' ? 'CALLEE' : 'CALLER'
  return {
    sessionId,
    source: localNumber(order.from),
    destination: localNumber(order.to),
    startTime: time(createdAt),
    answerTime: time(leg.startedAt),
    endTime: time(leg.endedAt),
    duration: Math.round(((leg.endedAt ?? createdAt).getTime() - createdAt.getTime()) / 1000),
    billableSeconds: leg.onCallS,
    disposition: DISPOSITIONS[leg.status] ?? 'FAILED',
    hangupBy: leg.endedByPhone ? calling : calling === 'CALLEE' ? 'CALLER' : 'CALLEE',
    hangupCauseCode,
    hangupCauseText,
  }
}
