import type { Network } from '../phones/network.ts'
import type { StreamRecord } from './agent-stream.ts'
import type { ExotelCall } from './call.ts'
import type { ExotelSettings } from './settings.ts'
import type { Webhooks } from './webhooks.ts'

/** What calls need of Exotel as a whole. */
export interface Parts {
  readonly network: Network
  readonly webhooks: Webhooks
  settings(): ExotelSettings
  /** Newest last. */
  readonly streams: StreamRecord[]
  /** The address of the sandbox itself. */
  baseUrl(): string
  /** Shows what passes between carrier and customer to whoever watches the phone. */
  pass(call: ExotelCall, from: 'carrier' | 'relay', name: string, body?: object): void
}
