import { type SpeaksFor, withinOrganisation } from '../speaks-for.ts'
import type { TwilioConfig } from './config.ts'

/** Twilio signs with the account's token, whichever of its numbers it tells of; an organisation says itself which account it has. */
export const sameAccount: SpeaksFor = (number, theirs) => withinOrganisation(number, theirs) && sidOf(number) === sidOf(theirs)

const sidOf = (number: Parameters<SpeaksFor>[1]) => (number?.config as Partial<TwilioConfig> | undefined)?.accountSid
