/** What came over one ConversationRelay socket, for tests. */
export interface RelayRecord {
  sid: string
  callSid: string
  url: string
  language: string
  parameters: Record<string, string>
  state: 'connecting' | 'open' | 'closed'
  sent: object[]
  received: object[]
  /** The words that the phone heard of this session, as far as they were played. */
  played: string
  /** Words that were still to be played when the customer said `end`. */
  droppedAtEnd: boolean
  malformed: number
  warnings: string[]
  closed?: { code: number; reason: string }
}

/** How a session came to its end: by the customer's `end`, because the call is over, because the socket was lost or never stood. */
export type RelayEnd = { by: 'end'; handoffData: string | undefined } | { by: 'call' } | { by: 'lost'; code: '64105' | '64102' }
