import type { House } from '../../house.ts'
import { type PageCalls, type PageVisit, readOperatorVisit, readPageVisit } from '../page/calls.ts'
import { rejectTwiml } from '../twiml.ts'
import { soundTwiml } from './answer.ts'
import type { Signed } from './proof.ts'
import type { TwilioUrls } from './urls.ts'

/** What Twilio is to do with a page's call: its sound goes to the agent of the very call that the page opened. A wrong, used or old ticket opens nothing. */
export function twilioPages(
  house: House,
  { ofOperator, pages, urls }: { pages: PageCalls; urls: TwilioUrls; ofOperator: (visit: PageVisit, signed: Signed) => string },
): (signed: Signed) => string {
  const { calls, lines, logger } = house
  return (signed) => {
    const { form, number } = signed
    const operator = readOperatorVisit(form)
    if (operator) return ofOperator(operator, signed)
    const visit = readPageVisit(form)
    const claimed = visit && pages.claim(visit, number)
    const call = claimed && calls.get(claimed.callId)
    if (!visit || !claimed || !call || call.endReason) {
      logger.warn({ phoneNumberId: number.id, carrierCallId: visit?.carrierCallId }, 'a page’s call came without a ticket that is good')
      // Not answered, so it costs nothing however often a token that outlives its call is used.
      return rejectTwiml('rejected')
    }
    const line = lines.get(call.id) ?? lines.carried(call, claimed.number, visit.carrierCallId)
    call.answers()
    return soundTwiml({ call, line, lines, urls })
  }
}
