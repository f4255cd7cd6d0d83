import type { Verdict } from '../../../lines/lines.ts'
import type { AnsweredBy } from '../webhooks.ts'

const VERDICTS: Readonly<Record<AnsweredBy, Verdict>> = {
  human: 'human',
  unknown: 'unknown',
  fax: 'fax',
  machine_start: 'machine',
  machine_end_beep: 'message-end',
  machine_end_silence: 'message-end',
  machine_end_other: 'message-end',
}

/** Who took the phone up, in our words. */
export const verdictOf = (answeredBy: AnsweredBy) => VERDICTS[answeredBy]
