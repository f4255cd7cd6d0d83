import type { HouseNumber } from '../../../agents/house-number.ts'
import type { House, PageDoor } from '../../house.ts'
import type { FormBody } from '../form.ts'
import { sameAccount } from '../same-account.ts'
import { lacksPageAccess, pageAccess } from './access.ts'
import { createTicket, TICKET, type Ticket } from './ticket.ts'

/**
 * Calls in the page that go over Twilio: the page connects with a token for this one call and a parameter that works once, and Twilio then asks at the
 * TwiML app's Voice URL as `client:<call id>`. Nothing is opened there: the call is the one that POST /api/web-calls made.
 */

export interface PageCalls extends PageDoor {
  /**
   * The call that this connect is for, and its number. Undefined when the ticket is wrong, used or too old, or the call is over.
   * @param asks whose signature is on Twilio's question: only the account that invited is answered
   */
  claim(visit: PageVisit, asks: HouseNumber): { callId: string; number: HouseNumber } | undefined
  readonly size: number
}

export interface PageVisit {
  readonly callId: string
  readonly ticket: string
  readonly carrierCallId: string
}

/** What Twilio asks of a page's call; undefined when no page is calling. */
export function readPageVisit(form: FormBody): PageVisit | undefined {
  return visitOf(form, pageOf(form))
}

/** How an operator's page is named that joins a call, before the call's own id. */
export const OPERATOR = 'operator_'

/** The same of an operator's page that joins a call. */
export function readOperatorVisit(form: FormBody): PageVisit | undefined {
  const identity = pageOf(form)
  return identity?.startsWith(OPERATOR) ? visitOf(form, identity.slice(OPERATOR.length)) : undefined
}

function visitOf(form: FormBody, callId: string | undefined): PageVisit | undefined {
  const carrierCallId = field(form, 'CallSid') ?? ''
  if (callId === undefined || !/^CA[0-9a-zA-Z]{1,62}$/.test(carrierCallId)) return undefined
  return { callId, carrierCallId, ticket: field(form, TICKET) ?? '' }
}

/** The call whose page is calling; also of one that never was. */
export function pageOf(form: FormBody): string | undefined {
  return /^client:(.{1,256})$/s.exec(field(form, 'From') ?? '')?.[1]
}

/** The call whose page, or whose operator's page, is calling under this name. */
export function callOfPage(from: string): string | undefined {
  return new RegExp(`^client:(?:${OPERATOR})?([A-Za-z0-9-]{1,64})$`).exec(from)?.[1]
}

export function createPageCalls(o: Pick<House, 'clock' | 'settings'> & { hangUp: (callId: string) => void }): PageCalls {
  const { clock } = o
  const pages = new Map<string, { number: HouseNumber; ticket: Ticket }>()

  return {
    lacks: lacksPageAccess,
    async invite(callId, number) {
      const admission = await pageAccess(number, callId, o)
      const ticket = createTicket(clock)
      pages.set(callId, { number, ticket })
      return {
        ...admission,
        connectParams: { [TICKET]: ticket.text },
        line: {
          carrier: number.provider,
          hangUp() {
            pages.delete(callId)
            o.hangUp(callId)
          },
        },
      }
    },
    async renew(callId) {
      const page = pages.get(callId)
      return page && pageAccess(page.number, callId, o)
    },
    claim({ callId, carrierCallId, ticket }, asks) {
      const page = pages.get(callId)
      if (!page || !sameAccount(asks, page.number) || !page.ticket.claim(ticket, carrierCallId)) return undefined
      return { callId, number: page.number }
    },
    get size() {
      return pages.size
    },
  }
}

const field = (form: FormBody, name: string) => form.get(name)?.[0]
