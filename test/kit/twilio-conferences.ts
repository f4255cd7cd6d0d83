import { ask } from './operator.ts'
import type { PhoneHouse } from './phone-house.ts'
import type { PhoneRecord, Step } from './phone-network.ts'

/** Where callers and operators meet at the sandbox's Twilio, and an operator's page as its kit would connect. */

export interface Member {
  call_sid: string
  label: string | null
}
export interface ConferenceRecord {
  sid: string
  friendly_name: string
  status: 'init' | 'in-progress' | 'completed'
  reason_conference_ended: string | null
  participants: Member[]
  past: Member[]
}

/** Those that a phone's calls were in, oldest first. */
export async function conferencesOf(house: PhoneHouse, number: string): Promise<ConferenceRecord[]> {
  const sids = new Set((await house.phones.calls(number)).map(({ carrierCallId }) => carrierCallId))
  const { body } = await ask<{ conferences: ConferenceRecord[] }>(house.demo.sandboxUrl, 'GET', '/sandbox/twilio/conferences')
  return body.conferences.filter(({ participants, past }) => [...participants, ...past].some((member) => sids.has(member.call_sid)))
}

/** An operator's page comes in with what the API gave it; a scripted phone stands for its microphone. */
export async function connectPage(
  house: PhoneHouse,
  way: { accessToken: string; connectParams: Record<string, string> },
  says: Step[] = [],
): Promise<PhoneRecord> {
  const { accessToken, connectParams: params } = way
  const sent = { accessToken, params, voiceUrl: `${house.demo.url}/api/calls/websocket`, says }
  const { body, status } = await ask<PhoneRecord>(house.demo.sandboxUrl, 'POST', '/sandbox/twilio/clients', { body: sent })
  if (status !== 201) throw new Error(JSON.stringify(body))
  return body
}
