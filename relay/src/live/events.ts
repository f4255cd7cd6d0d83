import { z } from 'zod'
import { type CallRow, type Entry, Id } from '../protocol/index.ts'

/** The words of the live rooms (CONTRACT section 6), as Socket.IO's types want them. */

export type Refused = { ok: false; error: { code: string; message: string } }
/** What every event from a page is answered with. */
export type Acknowledge<Done extends object = object> = (answer: ({ ok: true } & Done) | Refused) => void

/** A call's id, or with `after`: only what the transcript told after that `seq`. */
export const Subscription = z.union([
  Id.transform((callId) => ({ callId, after: 0 })),
  z.object({ callId: Id, after: z.int().min(0).default(0) }),
])
export type Subscription = z.infer<typeof Subscription>

/** An entry's whole newest state, the call it belongs to, and its place among the call's messages. */
export type TranscriptUpdate = Entry & { callId: string; seq: number }

export interface FromPage {
  'call:join': (callId: unknown, acknowledge?: Acknowledge<{ call: CallRow }>) => void
  'call:leave': (callId: unknown, acknowledge?: Acknowledge) => void
  'transcript:subscribe': (subscription: unknown, acknowledge?: Acknowledge<{ seq: number }>) => void
  'ai:pause': (callId: unknown, acknowledge?: Acknowledge<{ call: CallRow }>) => void
  'ai:resume': (callId: unknown, acknowledge?: Acknowledge<{ call: CallRow }>) => void
  'transcript:unsubscribe': (callId: unknown, acknowledge?: Acknowledge) => void
}

export interface ToPage {
  'call:updated': (call: CallRow) => void
  'transcript:update': (update: TranscriptUpdate) => void
}

/** What relays of one house ask each other. */
export interface BetweenRelays {
  /** Does anybody of this organisation look on at your side who may step in? A yes is told at once as well: answers count only when all are there. */
  'desk:asked': (organisationId: string, question: string, answer: (isWatched: boolean) => void) => void
  'desk:watched': (question: string) => void
}

export const ROOM = {
  organisation: (id: string) => `organisation ${id}`,
  /** The pages of those who may act, not only look. */
  desk: (organisationId: string) => `desk ${organisationId}`,
  user: (id: string) => `user ${id}`,
  call: (id: string) => `call ${id}`,
  transcript: (id: string) => `transcript ${id}`,
  /** Every page that is connected to one relay of several. */
  relay: (id: string) => `relay ${id}`,
}
