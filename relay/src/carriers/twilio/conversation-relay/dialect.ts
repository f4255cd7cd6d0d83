/**
 * How carriers differ that speak ConversationRelay's messages: Twilio made it, Telnyx offers the same noun and messages. A row here is all that another
 * one needs besides its own proof and webhooks.
 */
export interface RelayDialect {
  readonly noun: string
  /** Its own spelling of attributes, where it is not Twilio's. */
  readonly spelling: Readonly<Record<string, string>>
  /** What it reports of a session when asked to: without `tokens-played` how much was heard is reckoned by the clock. */
  readonly events: readonly ('speaker-events' | 'tokens-played')[]
  /** Words to come may silence words that are being said, where the attribute allows it. */
  readonly preempts: boolean
  /** Its code for a socket of ours that broke while the call goes on. */
  readonly socketLost: string
  /** Its code for a call whose sound stopped on the way. */
  readonly soundLost: string
}

export const TWILIO_RELAY: RelayDialect = {
  noun: 'ConversationRelay',
  spelling: {},
  events: ['speaker-events', 'tokens-played'],
  preempts: true,
  socketLost: '64105',
  soundLost: '64108',
}

/** Its page lists setup, prompt, dtmf, interrupt and error, and nothing that tells what was played. */
export const TELNYX_RELAY: RelayDialect = { ...TWILIO_RELAY, events: [], preempts: false }
