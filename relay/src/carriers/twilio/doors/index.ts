import type { Carrier } from '../../carrier.ts'
import { createNumberOf } from '../../speaks-for.ts'
import { callOfPage, createPageCalls } from '../page/calls.ts'
import { twilioConferences } from './conferences.ts'
import { twilioRelay } from './conversation-relay.ts'
import { twilioEvents } from './events.ts'
import { twilioPages } from './page.ts'
import { createTwilioProof } from './proof.ts'
import { createSpokenFor } from './spoken-for.ts'
import { twilioStreams } from './streams.ts'
import { twilioUrls } from './urls.ts'
import { twilioVoice } from './voice.ts'

/** How Twilio's words and sound come in: at addresses of all its numbers, under its signature. */
export const twilioDoors: NonNullable<Carrier['doors']> = (house) => {
  const urls = twilioUrls({ url: house.url, socketBase: house.socketUrl })
  const numberOf = createNumberOf(house)
  const proof = createTwilioProof(house, numberOf)
  const spokenFor = createSpokenFor(house, numberOf)
  const { clock, settings } = house
  const pages = createPageCalls({ clock, settings, hangUp: (callId) => house.lines.get(callId)?.hangUp() })
  const relay = twilioRelay(house, { proof, spokenFor, urls })
  const conferences = twilioConferences(house, { proof, relay, spokenFor, urls })
  const ofPage = twilioPages(house, { pages, urls, ofOperator: conferences.ofOperator })
  const voice = twilioVoice(house, { proof, relay, spokenFor, urls, ofPage, callerAsks: conferences.callerAsks })
  return {
    urls: ({ callId }) => ({
      answer: urls.answer(callId),
      status: urls.status(callId),
      recording: urls.recording(callId),
      machine: urls.machine(callId),
      joined: urls.dialAction(callId),
    }),
    page: pages,
    mover: conferences.mover,
    named: voice.named,
    proof: () => 'later',
    asked: voice.asked,
    // A page's call is named by its page, before Twilio's own name for it is known here.
    namesCall: ({ CallSid, From, To }) => ({
      arrival: { from: From, to: To },
      callId: typeof From === 'string' ? callOfPage(From) : undefined,
      carrierCallId: typeof CallSid === 'string' ? CallSid : undefined,
    }),
    sound: twilioStreams(house, proof),
    routes: [...voice.routes, ...relay.routes, ...conferences.routes, ...twilioEvents(house, { proof, spokenFor })],
    sockets: relay.sockets,
    addresses: () => ({ statusUrl: `${house.url()}/api/calls/status` }),
  }
}
