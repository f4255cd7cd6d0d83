import { randomBytes } from 'node:crypto'
import type { Call } from '../../../calls/live-calls.ts'
import type { HttpContext } from '../../../http/endpoint.ts'
import type { LiveLine } from '../../../lines/line.ts'
import { NotNow } from '../../../protocol/index.ts'
import type { CarrierRoute, House, Mover } from '../../house.ts'
import { type Conference, createConference } from '../conference/conference.ts'
import { readConferenceNews } from '../conference/news.ts'
import { createConferenceRest } from '../conference/rest.ts'
import type { TwilioConfig } from '../config.ts'
import { sessionOf } from '../conversation-relay/sessions.ts'
import { lacksPageAccess, pageAccess } from '../page/access.ts'
import { OPERATOR, type PageVisit } from '../page/calls.ts'
import { createTicket, TICKET, type Ticket } from '../page/ticket.ts'
import { openTwilioRest } from '../rest.ts'
import { sameAccount } from '../same-account.ts'
import { rejectTwiml } from '../twiml.ts'
import type { TwilioRelay } from './conversation-relay.ts'
import type { Signed, TwilioProof } from './proof.ts'
import type { SpokenFor } from './spoken-for.ts'
import type { TwilioUrls } from './urls.ts'

/** Calls over ConversationRelay whose caller and operator meet in a conference of Twilio's. */

const CONFLICT = 'The caller is on the way back to the agent: try again in a moment.'

export interface TwilioConferences {
  readonly mover: Mover
  readonly routes: readonly CarrierRoute[]
  /** What an operator's page is told, whose own call this is. */
  ofOperator(visit: PageVisit, signed: Signed): string
  /** A call asks what to do: it is in no conference any more. */
  callerAsks(callId: string): void
}

interface Moved {
  readonly conference: Conference
  ticket: Ticket | undefined
}

export function twilioConferences(
  house: House,
  { proof, relay, spokenFor, urls }: { proof: TwilioProof; relay: TwilioRelay; spokenFor: SpokenFor; urls: TwilioUrls },
): TwilioConferences {
  const { clock, lines, log, logger } = house
  const moved = new Map<string, Moved>()
  relay.onSession((callId) => moved.get(callId)?.conference.words())

  function begin(call: Call, line: LiveLine, o: Pick<Parameters<Mover['move']>[1], 'heard' | 'onLost'>): Moved {
    const conference = createConference({
      ...{ call, line, clock, logger, heard: o.heard, onLost: o.onLost },
      name: randomBytes(24).toString('base64url'),
      rest: createConferenceRest(openTwilioRest(line.number.config as TwilioConfig, { settings: house.settings, clock })),
      urls: { status: urls.conference(call.id), answer: urls.answer(call.id) },
      handOff: (next) => sessionOf(line.carrierCallId ?? '')?.handOff(next) ?? false,
      wordsTwiml: () => relay.again(call, line),
      note: (type, payload) => log.event(call.id, type, payload),
      onOver: () => moved.delete(call.id),
    })
    const one: Moved = { conference, ticket: undefined }
    moved.set(call.id, one)
    return one
  }

  const mover: Mover = {
    moves: relay.carries,
    lacks: (number, by) => (by === 'page' ? lacksPageAccess(number) : undefined),
    async move(call, { by, ...o }) {
      const line = lines.get(call.id)
      if (!line || line.carrierCallId === undefined || call.endReason) throw new NotNow('conflict', 'This call is over.')
      const known = moved.get(call.id)
      if (known?.conference.isReturning) throw new NotNow('conflict', CONFLICT)
      const access = by.is === 'page' ? await pageAccess(line.number, `${OPERATOR}${call.id}`, house) : undefined
      const one = known ?? begin(call, line, o)
      one.conference.invite(by.is === 'phone' ? by.permit : undefined)
      if (!access) return undefined
      one.ticket = createTicket(clock)
      return { ...access, connectParams: { [TICKET]: one.ticket.text } }
    },
    async renew(callId) {
      const one = moved.get(callId)
      const line = lines.get(callId)
      if (!line || !one?.ticket || one.conference.isReturning) return undefined
      return pageAccess(line.number, `${OPERATOR}${callId}`, house)
    },
    async back(callId) {
      await moved.get(callId)?.conference.back()
    },
  }

  /** Who comes and goes. */
  async function told(c: HttpContext): Promise<Response> {
    const given = c.req.param('callId')
    const signed = await proof.webhook(c, given === undefined ? {} : { callId: given })
    const news = readConferenceNews(signed.form)
    const live = spokenFor.live(c, signed, signed.form.get('CallSid')?.[0] ?? '')
    if (news && live) moved.get(live.call.id)?.conference.told(news)
    return c.body(null, 204)
  }

  return {
    mover,
    routes: [
      { method: 'post', path: '/api/calls/conference', answer: told },
      { method: 'post', path: '/api/calls/conference/{callId}', answer: told },
    ],
    ofOperator({ callId, carrierCallId, ticket }, { number }) {
      const one = moved.get(callId)
      const mine = sameAccount(number, lines.get(callId)?.number)
      if (mine && one && !one.conference.isReturning && one.ticket?.claim(ticket, carrierCallId)) {
        return one.conference.operatorAsks(carrierCallId)
      }
      logger.warn({ callId, phoneNumberId: number.id }, 'an operator’s page came without a ticket that is good')
      // Not answered, so it costs nothing however often it is tried.
      return rejectTwiml('rejected')
    },
    callerAsks: (callId) => moved.get(callId)?.conference.callerAsks(),
  }
}
