/** A telephone number that this relay answers and rings with: what the numbers API keeps, and calls look up. */

export const INBOUND_ANSWERS = ['auto', 'xml', 'url', 'passthru'] as const

export interface HouseNumber {
  readonly id: string
  readonly organisationId: string
  /** A name of the carriers' table. */
  readonly provider: string
  /** E.164. */
  readonly phoneNumber: string
  /** The carrier's credentials for it, opened: never leave the relay. */
  readonly config: unknown
  readonly active: boolean
  /** Who answers; unset: the organisation's most recent agent. */
  readonly agentId: string | undefined
  readonly inboundAnswer: (typeof INBOUND_ANSWERS)[number]
  /** Where its webhooks may come from; empty: from anywhere. */
  readonly allowedAddresses: readonly string[]
  /** In the paths of its webhooks. */
  readonly secret: string
  /** Over which carriers its calls go when its own clearly rings nobody, in order; an agent that names carriers goes before. */
  readonly carriers?: readonly string[]
  /** Set up by variables, not by the API. */
  readonly fromEnvironment: boolean
}

/** Looks numbers up; never tells of one organisation's to another. */
export interface NumberBook {
  find(id: string): Promise<HouseNumber | undefined>
  /** The number of this id when the secret is its own, compared in constant time. */
  withSecret(id: string, secret: string): Promise<HouseNumber | undefined>
  /** Which number a call of this agent goes out from: the one named, the agent's own, else the organisation's first of that carrier. */
  forCall(o: { organisationId: string; agentId: string; carrier?: string; phoneNumberId?: string }): Promise<HouseNumber | undefined>
  /** Where an agent answers calls that another carrier brings: the number named, else the agent's own, else any whose carrier streams. */
  forAnswer(o: { organisationId: string; agentId: string; phoneNumberId?: string }): Promise<HouseNumber | undefined>
}
