import type { EndReason, PublicAgent } from '@voice-agent/relay/protocol'
import type { Beginning, Desk, Inside } from '../element/inside.ts'
import type { Refused } from './asking.ts'

/** What the room needs of the desk around it. */
export interface CallbackDesk {
  /** What is publicly known of the agent; rejects with a `code` when it cannot be asked. */
  agent(): Promise<PublicAgent>
  /** Of the conversation so far, for this agent. */
  sessionFor(agentId: string): string | undefined
  /** The ringing phone is now the element's call. */
  adopt(call: { callId: string; sessionId: string }): void
  /** A call in the page is there, or on its way. */
  readonly talking: boolean
  readonly agreed: { given(version: string): boolean; answer(version: string, accepted: boolean): void }
  start(how: Beginning): unknown
  end: Desk['end']
  /** Says that something could not be done. */
  fail(code: string): void
}

/** The room's surroundings. */
export interface CallbackDoor {
  readonly inside: Inside
  readonly memory: { agent: PublicAgent | undefined }
  readonly desk: CallbackDesk
  /** Whether the panel shows this, and whether talking in the page is offered beside it. */
  readonly phone: { shown: boolean; readonly modes: { talk: boolean } }
}

/** Where asking for a call stands. */
export type Phase =
  | { is: 'form'; refused?: Refused; retryAt?: number }
  | { is: 'asking' }
  | { is: 'booked'; at: string }
  | { is: 'live'; status: 'initiated' | 'connecting' | 'connected'; since: number; ending: boolean }
  | { is: 'over'; reason: EndReason; durationMs: number }
