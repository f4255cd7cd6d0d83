import type { Call } from '../../../calls/live-calls.ts'
import type { HttpContext } from '../../../http/endpoint.ts'
import type { LiveLine } from '../../../lines/line.ts'
import type { House } from '../../house.ts'
import type { NumberOf } from '../../speaks-for.ts'
import { sameAccount } from '../same-account.ts'
import type { Signed } from './proof.ts'

/** Which call a proven request speaks of: the one in its path, else whichever has Twilio's name for it. One of another account is none. */
export interface SpokenFor {
  /** Also one that is over. */
  call(c: HttpContext, signed: Signed, carrierCallId: string): Promise<string | undefined>
  /** One that lives here. */
  live(c: HttpContext, signed: Signed, carrierCallId: string): { call: Call; line: LiveLine } | undefined
}

export function createSpokenFor({ book, calls, lines }: Pick<House, 'book' | 'calls' | 'lines'>, numberOf: NumberOf): SpokenFor {
  const here = (c: HttpContext, carrierCallId: string) => c.req.param('callId') ?? lines.named('twilio', carrierCallId)?.callId
  return {
    async call(c, { number }, carrierCallId) {
      const callId = here(c, carrierCallId) ?? (await book.named('twilio', carrierCallId))
      const known = callId === undefined ? undefined : await numberOf(callId)
      return sameAccount(number, known?.number) ? callId : undefined
    },
    live(c, { number }, carrierCallId) {
      const callId = here(c, carrierCallId) ?? ''
      const [call, line] = [calls.get(callId), lines.get(callId)]
      return call && line && sameAccount(number, line.number) ? { call, line } : undefined
    },
  }
}
