import { z } from 'zod'

/** What can go wrong at a carrier. The faults of callbacks and streams go with a call from its beginning to its end. */
export const CARRIER_FAULTS = [
  /** Answers a placement with an error, and rings nobody. */
  z.object({ kind: z.literal('place-500'), status: z.int().min(400).max(599).default(500) }),
  /** Answers a placement with an error, and rings all the same. */
  z.object({ kind: z.literal('place-then-500'), status: z.int().min(500).max(599).default(500) }),
  /** Never answers a placement (until released, or `forMs`); `rings` all the same. */
  z.object({ kind: z.literal('place-hangs'), rings: z.boolean().default(false), forMs: z.int().min(0).optional() }),
  /** Answers a placement and never rings: the call stays queued. */
  z.object({ kind: z.literal('place-stuck') }),
  z.object({ kind: z.literal('callbacks-late'), delayMs: z.int().min(0).max(120_000).default(2000) }),
  /** Every callback comes again, `more` times; without the token that says so when `sameToken` is false. */
  z.object({
    kind: z.literal('callbacks-repeated'),
    more: z.int().min(1).max(10).default(1),
    sameToken: z.boolean().default(true),
  }),
  /** All callbacks come after the call, the last one first. */
  z.object({ kind: z.literal('callbacks-reordered') }),
  /** Callbacks that never come; all of them, or those that tell one of these statuses. */
  z.object({ kind: z.literal('callbacks-lost'), only: z.array(z.string()).optional() }),
  /** Twilio's ConversationRelay: what is next is asked for late, again, or never once a session was ended by its customer. */
  z.object({ kind: z.literal('action-late'), delayMs: z.int().min(0).max(120_000).default(2000) }),
  z.object({ kind: z.literal('action-repeated') }),
  z.object({ kind: z.literal('action-lost') }),
  /** The media socket breaks without a word when so much of the agent was played. */
  z.object({ kind: z.literal('stream-dropped'), afterMs: z.int().min(0).default(500) }),
  /** The carrier cannot reach the media socket. */
  z.object({ kind: z.literal('stream-refused') }),
  /** Knows nothing of the call that is to be changed. */
  z.object({ kind: z.literal('update-404') }),
  /** Says that the call is over already. */
  z.object({ kind: z.literal('update-over') }),
] as const
