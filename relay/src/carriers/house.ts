import type { WebSocket } from 'ws'
import type { Agents } from '../agents/agents.ts'
import type { HouseNumber } from '../agents/house-number.ts'
import type { PhoneBook } from '../agents/number-book.ts'
import type { Call, LiveCalls } from '../calls/live-calls.ts'
import type { LineBook } from '../calls/log/line-book.ts'
import type { AudioLeg, CallLog, Clock, Line, Permit, TextLeg } from '../calls/ports.ts'
import type { HttpContext } from '../http/endpoint.ts'
import type { Reception } from '../http/reception.ts'
import type { SocketRoute, Upgrade, UpgradeRequest } from '../http/upgrade.ts'
import type { Lines } from '../lines/lines.ts'
import type { Messages } from '../lines/messages.ts'
import type { OneTaker } from '../lines/one-taker.ts'
import type { Logger } from '../logger.ts'
import type { Settings } from '../settings.ts'
import type { CallUrls } from './carrier.ts'

/** What the house lends a carrier, and the doors that a carrier opens in it. Types alone: a carrier knows the rooms above by nothing else. */

export interface House {
  readonly settings: Settings
  readonly clock: Clock
  readonly logger: Logger
  /** Where the relay is reached by all, without a slash at the end. */
  url(): string
  /** Where this very relay is reached, ws(s). */
  socketUrl(): string
  readonly numbers: PhoneBook
  readonly agents: Agents
  readonly calls: LiveCalls
  readonly lines: Lines
  /** Takes calls that come in. */
  readonly reception: Reception
  /** Of the relays that all hear of a call that comes in, one takes it. */
  readonly oneTaker: OneTaker
  readonly log: CallLog
  /** Calls that are over, by their carrier's name for them. */
  readonly book: LineBook
  /** What callers said to the carrier's own recorder. */
  readonly messages: Messages
  /**
   * Does what a carrier told, afterwards if the database is away just now; resolves soon enough for the carrier's answer. Rejects as `act` does while the
   * database is there. `told`: the request itself, which a later run hears again should this one die first.
   */
  afterwards(act: () => Promise<unknown>, told?: HttpContext): Promise<void>
  /** A stream that replaces the one before is the same leg for the call. */
  bringSound(call: Call, stream: AudioLeg): void
  /** The same of words, where the carrier hears and speaks itself. */
  bringTextLeg(call: Call, leg: TextLeg): void
  /** Whether the number's list of addresses lets this one in. */
  mayCome(c: HttpContext, number: HouseNumber): boolean
  /** Closes a socket that may not stay, and lets go of it. */
  refuse(ws: WebSocket, code: number, reason: string): void
}

export type Answer = (c: HttpContext, number: HouseNumber) => Promise<Response>

/** Which call a request's words are about, where its address does not say: ours, or the carrier's name for it. Nothing of it is proven yet. */
export type NamesCall = (
  words: Readonly<Record<string, unknown>>,
  number: HouseNumber | undefined,
) =>
  | {
      callId?: string | undefined
      carrierCallId?: string | undefined
      /** Who calls whom, where this may be the first word of a call that comes in. */
      arrival?: { from: unknown; to: unknown } | undefined
    }
  | undefined

/** A route of the carrier's own; what it asks as proof is its own business, and must be something. */
export interface CarrierRoute {
  readonly method: 'get' | 'post'
  readonly path: string
  answer(c: HttpContext): Promise<Response>
}

/** Sound over `/api/telephony/ws/{phoneId}/{token}`. */
export interface NumberSocket {
  /** Undefined is a 403. */
  admit(number: HouseNumber, request: UpgradeRequest): Promise<unknown>
  accept(admitted: unknown, upgrade: Upgrade): void
}

/** What a page connects to the carrier with, instead of our own socket. */
export interface PageInvitation {
  /** Lets the page into the carrier's kit. */
  readonly accessToken: string
  readonly expiresAtMs: number
  /** Sent with the connect, good for one: tells the carrier's question from every other. */
  readonly connectParams: Readonly<Record<string, string>>
  /** Ends the call at the carrier, once that has brought it. */
  readonly line: Line
}

/** Calls in the page whose sound goes over the carrier (`transport`). */
export interface PageDoor {
  /** What the owner of this number has to set before its pages can be carried; undefined when nothing is missing. */
  lacks(number: HouseNumber): string | undefined
  /** For a call that is about to be opened. */
  invite(callId: string, number: HouseNumber): Promise<PageInvitation>
  /** The next access token of a call that lives; undefined when no page was invited to it. */
  renew(callId: string): Promise<{ accessToken: string; expiresAtMs: number } | undefined>
}

/** An operator's way to a caller whose sound never comes to us: both meet at the carrier, and nothing that is said there is heard here. */
export interface Mover {
  /** This call's sound stays at its carrier: who takes it over meets the caller there. */
  moves(call: Call): boolean
  /** What the owner of this number has to set before operators can come in so; undefined when nothing is missing. */
  lacks(number: HouseNumber, by: 'page' | 'phone'): string | undefined
  /**
   * The caller goes over once `heard` resolves (the agent's last words), and the operator by page, or by a phone that is rung when the caller is there.
   * Asked again while the operator holds the call it gives another way in. @throws Problem conflict, CarrierFault
   */
  move(
    call: Call,
    o: {
      by: { is: 'page' } | { is: 'phone'; permit: Permit }
      heard: Promise<unknown>
      /** The operator left for good, or never came: the caller is on the way back. */
      onLost: (why: 'left' | 'never') => void
    },
  ): Promise<Omit<PageInvitation, 'line'> | undefined>
  /** The next access token of an operator's page; undefined when none was invited to this call, or its caller is on the way back. */
  renew(callId: string): Promise<Pick<PageInvitation, 'accessToken' | 'expiresAtMs'> | undefined>
  /** Resolves when the caller is the agent's again, or the call is over. @throws CarrierFault when that cannot be had: the call is hung up then */
  back(callId: string): Promise<void>
}

/** How a carrier's words come in. All of it is optional: a carrier that is only polled has none. */
export interface Doors {
  /** What a call of ours is placed with. */
  urls?(o: { callId: string; number: HouseNumber; streamToken(validMs?: number): string | undefined }): CallUrls
  /** Proof without the number's secret in the path: Basic credentials, say. `later` when `asked` sees to it itself (a signature). */
  proof?(c: HttpContext, number: HouseNumber): boolean | 'later'
  /** `/api/telephony/webhook/{phoneId}/{secret}`: the number is proven. */
  readonly asked?: Answer
  /** `/api/telephony/status/{phoneId}/{secret}`: the number is proven. */
  readonly told?: Answer
  readonly namesCall?: NamesCall
  readonly sound?: NumberSocket
  readonly routes?: readonly CarrierRoute[]
  readonly sockets?: readonly SocketRoute[]
  /** Addresses to be pasted at the carrier's, besides those that every number has: shown with the number. */
  addresses?(number: HouseNumber & { streamToken: string }): Readonly<Record<string, string>>
  /** Opens what must be open before a call of this number can be placed. @throws CarrierFault with placed: 'no' */
  ready?(number: HouseNumber): Promise<void>
  /** Calls in the page over this carrier. */
  readonly page?: PageDoor
  /** Takes callers and operators together at the carrier, where sound does not come here. */
  readonly mover?: Mover
  /** The carrier has named a call of ours. */
  named?(callId: string): void
  /** With the house: inbound subscriptions, say. */
  start?(): Promise<void>
  close?(): Promise<void>
}
