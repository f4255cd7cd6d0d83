import { z } from 'zod'
import type { Permit } from '../../../calls/ports.ts'
import { CarrierFault } from '../../carrier.ts'
import type { FormRest } from '../../form-rest.ts'
import { twilioFault } from '../faults.ts'
import { seconds } from '../twiml.ts'

/** What Twilio is asked for a conference. Nothing is repeated by itself. */
export interface ConferenceRest {
  /** The call goes on with this document. @throws CarrierFault */
  redirect(carrierCallId: string, next: { twiml: string } | { url: string }): Promise<void>
  /** Rings a phone into it; answers Twilio's name for that call. @throws CarrierFault */
  ring(permit: Permit, conferenceId: string, o: Invited): Promise<string>
  /** Twilio's name for the conference of this name; undefined when there is none. @throws CarrierFault */
  named(name: string): Promise<string | undefined>
  /** One that is over already is fine. @throws CarrierFault */
  end(conferenceId: string): Promise<void>
}

/** A phone that is rung into a call's conference. */
interface Invited {
  readonly callId: string
  /** E.164. */
  readonly to: string
  readonly from: string
  readonly label: string
  readonly status: string
  readonly answerWithinMs: number
}

const Participant = z.object({ call_sid: z.string().regex(/^CA[0-9a-zA-Z]{1,62}$/) })
const Found = z.object({ conferences: z.array(z.object({ sid: z.string().regex(/^CF[0-9a-zA-Z]{1,62}$/) })).max(100) })
const MOST_RING_S = 600

export function createConferenceRest(rest: FormRest): ConferenceRest {
  return {
    async redirect(carrierCallId, next) {
      const form = 'url' in next ? { Url: next.url, Method: 'POST' } : { Twiml: next.twiml }
      await rest.post(`/Calls/${encodeURIComponent(carrierCallId)}.json`, form)
    },
    async ring(permit, conferenceId, o) {
      permit.redeem({ callId: o.callId, number: o.to })
      const answer = await rest.post(`/Conferences/${encodeURIComponent(conferenceId)}/Participants.json`, {
        From: o.from,
        To: o.to,
        Label: o.label,
        Timeout: String(Math.min(seconds(o.answerWithinMs), MOST_RING_S)),
        Beep: 'false',
        StartConferenceOnEnter: 'true',
        EndConferenceOnExit: 'false',
        StatusCallback: o.status,
        StatusCallbackMethod: 'POST',
        StatusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
      })
      const participant = Participant.safeParse(answer)
      if (!participant.success) throw twilioFault('malformed', { placed: 'unknown', cause: participant.error })
      return participant.data.call_sid
    },
    async named(name) {
      const found = Found.safeParse(await rest.get(`/Conferences.json?FriendlyName=${encodeURIComponent(name)}`))
      return found.data?.conferences[0]?.sid
    },
    async end(conferenceId) {
      try {
        await rest.post(`/Conferences/${encodeURIComponent(conferenceId)}.json`, { Status: 'completed' })
      } catch (error) {
        if (!(error instanceof CarrierFault && (error.code === 'not_found' || error.code === 'over_already'))) throw error
      }
    },
  }
}
