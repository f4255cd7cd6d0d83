import type { RelayRecord } from '../../demo/src/sandbox/twilio/relay-record.ts'
import type { PhoneHouse } from './phone-house.ts'

/** The ConversationRelay sessions of a phone's calls, oldest first, as the sandbox's carrier saw them. */
export async function relaysOf(house: PhoneHouse, number: string): Promise<RelayRecord[]> {
  const sids = new Set((await house.phones.calls(number)).map(({ carrierCallId }) => carrierCallId))
  const { relays } = (await house.phones.exchanged()) as unknown as { relays: RelayRecord[] }
  return relays.filter(({ callSid }) => sids.has(callSid))
}
