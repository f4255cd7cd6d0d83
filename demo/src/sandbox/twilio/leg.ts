import type { SoundEnd } from '../carriers/sound-end.ts'
import type { PhoneCall } from '../phones/call.ts'
import type { Network } from '../phones/network.ts'
import type { CallStatus } from './call-status.ts'
import type { Conferences } from './conferences.ts'
import type { StreamRecord } from './media-stream.ts'
import type { CallOrder, RecordingOrder } from './order.ts'
import type { Recording } from './recording.ts'
import type { RelayRecord } from './relay-record.ts'
import type { TwilioSettings } from './settings.ts'
import type { Webhooks } from './webhooks.ts'

export type { Mouth, Tap } from '../carriers/sound-end.ts'

/** A call as the instructions see it: what the phone hears comes from its mouth, what is said passes its taps. */
export interface Leg extends SoundEnd {
  readonly sid: string
  readonly order: CallOrder
  readonly status: CallStatus
  readonly line: PhoneCall | undefined
  /** Whether somebody answered; false when it ended before. */
  readonly answered: Promise<boolean>
  /** Told the keys that the phone presses. */
  readonly pressed: Set<(digit: string) => void>
  readonly durationS: number
  /** The fields that every request about it carries. */
  fields(): Record<string, string>
  hangUp(): void
  /** Sound from now until the call is over, or the recording is ended. */
  record(order: RecordingOrder): Recording
  endRecording(recording: Recording): void
}

/** What calls need of Twilio as a whole. */
export interface Parts {
  readonly network: Network
  readonly webhooks: Webhooks
  settings(): TwilioSettings
  /** Newest last. */
  readonly streams: StreamRecord[]
  readonly relays: RelayRecord[]
  readonly recordings: Recording[]
  readonly conferences: Conferences
  /** The address of the sandbox itself. */
  baseUrl(): string
  /** Shows what passes between carrier and customer to whoever watches the phone. */
  pass(leg: Leg, from: 'carrier' | 'relay', name: string, body?: object): void
  dial(order: CallOrder): Leg
}
