import type { Clock, Permit } from '../calls/ports.ts'
import type { Finding } from '../doctor/finding.ts'
import type { Logger } from '../logger.ts'
import type { CallStatus, EndReason } from '../protocol/index.ts'
import type { Settings } from '../settings.ts'
import type { ConfigKind } from './config-kind.ts'
import type { Examination } from './examining.ts'
import type { Doors, House } from './house.ts'

/** What every carrier is to us: a table of abilities, an account that acts, and the events it tells. One folder a carrier. */

/** A name of the carriers' table: lower-case letters and digits. */
export type CarrierName = string

/** What a carrier is able to do; the API, the widget and the console read it, and nothing else asks for a carrier's name. */
export interface Abilities {
  /** Rings a number when asked. */
  readonly places: boolean
  /** Tells us of incoming calls. */
  readonly receives: boolean
  /** Brings the call's sound to us and takes ours. */
  readonly streams: boolean
  /** Joins two phones without us. */
  readonly bridges: boolean
  /** Wants both numbers when it is asked to ring, for it does not ask what to do once the first has answered. */
  readonly bridgesAtOnce?: boolean
  readonly playsRecording: boolean
  readonly sendsDigits: boolean
  /** Tells the keys that the far end presses. */
  readonly hearsDigits: boolean
  readonly transfers: boolean
  readonly hangsUp: boolean
  readonly records: boolean
  readonly detectsMachines: boolean
  /** Tells no status by itself: it has to be asked. */
  readonly needsPolling: boolean
  /** Proves its webhooks by a signature. */
  readonly signs: boolean
}

/** Where the carrier is to tell us what happens: made by the relay, opaque, complete. */
export interface CallUrls {
  /** What to do with the call once it is answered. */
  readonly answer: string
  readonly status: string
  readonly recording: string
  readonly machine: string
  /** Where the call's sound goes, for carriers that are told when it is placed: ws(s), with the right to bring it. */
  readonly stream?: string
  /** How the phone came off that was to be joined with this call. */
  readonly joined?: string
}

export interface PlaceOrder {
  readonly callId: string
  /** E.164. */
  readonly to: string
  readonly from: string
  readonly urls: CallUrls
  /** How long it may ring. */
  readonly answerWithinMs: number
  readonly maxDurationMs: number
  readonly record: boolean
  /** Tell whether a machine answered; `message-end` waits for its beep. */
  readonly detectMachine: 'no' | 'at-once' | 'message-end'
  /** A second phone to be joined (click-to-call); without it our agent answers. E.164. */
  readonly bridgeTo?: string
}

/** A recorded message for one phone. */
export interface RecordingOrder {
  readonly callId: string
  /** E.164. */
  readonly to: string
  readonly from: string
  /** https: the carrier fetches it. */
  readonly audioUrl: string
  readonly statusUrl: string
}

/** One thing the carrier says of a call, in our words. */
export interface LineEvent {
  readonly carrierCallId: string
  readonly status: CallStatus
  /** With `failed` and `completed`. */
  readonly endReason?: EndReason
  /** The carrier's own order, where it has one: a lower number than one seen before is old news. */
  readonly order?: number
  /** Told again when the carrier repeats itself: the same for the same event. */
  readonly token?: string
  /** Seconds on the line as the carrier counts them, in ms. */
  readonly durationMs?: number
  readonly price?: { amount: number; currency: string }
  /** What the carrier itself said, for the log: no numbers, no secrets. */
  readonly said: Readonly<Record<string, string>>
}

/** A carrier's account with credentials in hand. Every request has a timeout; nothing but `status` and `hangUp` is ever repeated by itself. */
export interface CarrierAccount {
  /**
   * Rings. The permit is redeemed first, for this call and number: without one nothing leaves. Never tried twice.
   * @throws CarrierFault; `placed` says whether a phone may ring all the same
   */
  place(permit: Permit, order: PlaceOrder, signal?: AbortSignal): Promise<{ carrierCallId: string; status?: CallStatus }>
  /** A call that is over already is fine. @throws CarrierFault */
  hangUp(carrierCallId: string): Promise<void>
  /** `0-9A-D*#`, `w` waits half a second. @throws CarrierFault unsupported */
  sendDigits(carrierCallId: string, digits: string, back: { answer: string }): Promise<void>
  /** Joins the far end with another phone; the agent leaves. Rings a phone, so wants a permit. @throws CarrierFault unsupported */
  transfer(
    permit: Permit,
    carrierCallId: string,
    o: { callId: string; to: string; callerId: string; statusUrl: string; answerWithinMs: number },
  ): Promise<void>
  /** Rings and plays a recording; where the carrier is able to. Never tried twice. @throws CarrierFault as for `place` */
  playRecording?(permit: Permit, order: RecordingOrder, signal?: AbortSignal): Promise<{ carrierCallId: string; status?: CallStatus }>
  /** A recording's file, from an address that the carrier told. @throws CarrierFault refused, when the credentials may not go there */
  recording?(address: string, signal: AbortSignal): Promise<Uint8Array>
  /** What the carrier knows of the call now; undefined when it knows no such call. @throws CarrierFault */
  status(carrierCallId: string): Promise<LineEvent | undefined>
}

/** Stable codes; the log and the API tell them. */
export const CARRIER_FAULTS = [
  'unauthorized',
  'invalid_number',
  'unreachable_number',
  'country_not_allowed',
  'number_not_allowed',
  'not_found',
  'over_already',
  'rate_limited',
  'no_funds',
  'refused',
  'server_error',
  'timeout',
  'unreachable',
  'malformed',
  'unsupported',
] as const
export type CarrierFaultCode = (typeof CARRIER_FAULTS)[number]

export class CarrierFault extends Error {
  readonly code: CarrierFaultCode
  /** Whether a phone may be ringing though the carrier gave no clear answer. */
  readonly placed: 'no' | 'unknown'
  /** The carrier's own number for it, for the log. */
  readonly carrierCode: string | undefined
  constructor(code: CarrierFaultCode, message: string, more: { placed?: 'no' | 'unknown'; carrierCode?: string; cause?: unknown } = {}) {
    super(message, { cause: more.cause })
    this.name = 'CarrierFault'
    this.code = code
    this.placed = more.placed ?? 'no'
    this.carrierCode = more.carrierCode
  }
}

export interface Carrier<Config = unknown> {
  readonly name: CarrierName
  readonly abilities: Abilities
  /** The credentials of one number, as its owner gives them (the guide's `…Config`). */
  readonly config: ConfigKind<Config>
  /** The number that the environment sets up; undefined when it sets up none. */
  fromEnvironment(settings: Settings): { config: Config; phoneNumber: string } | undefined
  /** Hosts that may receive these credentials, checked before any request. @throws when the config names another */
  open(config: Config, o: { settings: Settings; clock: Clock; logger: Logger }): CarrierAccount
  /** Its page for people, in Markdown: account, clicks, addresses to paste, what can go wrong. Served at /docs/carriers/<name>. */
  readonly guide?: URL
  /** What the doctor is to say of it: what its settings still need, whether its account lets us in. Tells no secret. */
  examine?(examination: Examination): Promise<Finding[]>
  /** Its webhooks and sockets, once per house; a carrier that is only polled has none. */
  doors?(house: House): Doors
  /** How often a carrier that has to be asked is asked. */
  pollMs?(settings: Settings): number
}
