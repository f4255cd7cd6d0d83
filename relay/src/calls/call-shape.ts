import type { Persona } from '../agents/persona.ts'
import type { CallStatus, EndReason, Variables } from '../protocol/index.ts'
import type { Feed } from './feed.ts'
import type { Leg, Line } from './ports.ts'
import type { Stage } from './states.ts'
import type { Desk, Operator } from './takeover/desk.ts'

/** A call as everybody else sees it, and what one is opened with. */

export interface OpenCall {
  id: string
  organisationId: string
  agentId: string
  persona: Persona
  sessionId: string
  modality: 'voice' | 'text'
  kind: 'web' | 'phone' | 'bridge'
  /** A phone's; the call hangs it up when it is over, whoever ended it. */
  line?: Line
  direction: 'inbound' | 'outbound'
  language: string
  variables: Variables
}

export interface Call {
  readonly id: string
  readonly sessionId: string
  readonly organisationId: string
  readonly agentId: string
  readonly modality: 'voice' | 'text'
  readonly kind: OpenCall['kind']
  readonly direction: OpenCall['direction']
  readonly line: Line | undefined
  /** BCP 47. */
  readonly language: string
  readonly status: CallStatus
  readonly stage: Stage
  /** Once it is over. */
  readonly endReason: EndReason | undefined
  readonly engine: string
  /** `paused`: an operator holds the agent back; `off`: one speaks in its place. */
  readonly ai: 'active' | 'paused' | 'off'
  /** The operator who speaks in its place. */
  readonly heldBy: Operator | undefined
  /** Its sound comes here. */
  readonly passesSound: boolean
  /** Where operators hear it, take it over and give it back. */
  readonly desk: Desk
  readonly feed: Feed
  /** Another carrier is about to ring, which brings the sound here or joins two phones by itself. */
  carriedAs(kind: 'phone' | 'bridge'): void
  /** The phone at the other end rings. */
  rings(): void
  /** It was taken up. */
  answers(): void
  /** The carrier joins it with another phone: what is said passes us by until sound is brought again. */
  joined(): void
  /** They were not joined: the agent goes on where it was. */
  notJoined(): void
  /** What a person has the agent say, word for word; false when nobody is there to hear it. */
  say(text: string): boolean
  /** What an operator lets the agent know, or tells it to do, unheard by the visitor; false when no agent talks there any more. */
  advise(advice: { type: 'context' | 'whisper'; text: string }, by: string): boolean
  /** The agent falls silent and answers nothing until it goes on; it hears, and what is said is written down. Told twice it is done once. */
  holdBack(isHeld: boolean, by: string): void
  /** Says this and then ends: what is left on an answering machine. */
  leaveMessage(text: string, reason: EndReason): void
  /** What it says first. */
  opening(): string
  /** Its carrier hears and speaks, so words are all that will come: engines that want sound are passed over. A leg of words does the same. */
  wordsOnly(): void
  /** A person's media. The same leg coming back says so itself; a new leg replaces the old one. */
  attach(leg: Leg): void
  /** The page's answer to a client tool. False when nobody waits for it. */
  toolResult(id: string, result: unknown): boolean
  hangUp(reason: EndReason): void
  /** Tells why, then ends. */
  sayGoodbye(reason: EndReason): void
  /** Resolves when everything of the call is stored. */
  readonly closed: Promise<void>
}
