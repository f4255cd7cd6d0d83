import type { ConferenceVerb } from './conference-verb.ts'
import type { Stage } from './stage.ts'

/** In the conference of that name until this one leaves it, or it ends. */
export async function performConference(verb: ConferenceVerb, { leg, parts, resolve, signal }: Stage): Promise<void> {
  const { statusCallback, statusCallbackEvent, statusCallbackMethod: method } = verb
  const conference = parts.conferences.named(verb.name, {
    leg,
    subscription: statusCallback === undefined ? undefined : { url: resolve(statusCallback), method, events: statusCallbackEvent },
  })
  if (conference.participants.length >= verb.maxParticipants) return
  const how = {
    label: verb.participantLabel,
    muted: verb.muted,
    hold: false,
    coaches: verb.coach,
    startsIt: verb.startConferenceOnEnter,
    endsIt: verb.endConferenceOnExit,
  }
  await conference.join(leg, how, signal)
}
