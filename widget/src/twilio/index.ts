import type { Talk, TalkOptions } from '../call/talk.ts'
import { TwilioConversation } from './conversation.ts'
import { makeDevice } from './sdk.ts'

/** The door of calls over Twilio, opened with the first of them: it brings Twilio's SDK along. */
export const talkOverTwilio = (o: TalkOptions): Talk => new TwilioConversation(o, makeDevice)
