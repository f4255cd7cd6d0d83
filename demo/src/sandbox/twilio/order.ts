import type { CallFaults } from '../carriers/call-faults.ts'
import type { Subscription } from './status-callbacks.ts'

/** Where a call's instructions come from. */
export type Instructions = { twiml: string } | { url: string; method: string }

export interface RecordingOrder {
  channels: 1 | 2
  source: 'OutboundAPI' | 'DialVerb' | 'StartCallRecordingAPI'
  callback?: { url: string; method: string; events: readonly string[] } | undefined
}

export interface MachineOrder {
  mode: 'Enable' | 'DetectMessageEnd'
  /** Where the verdict goes when the call is not to wait for it. */
  async?: { url: string | undefined; method: string } | undefined
}

/** Everything that is known of a call when it begins. */
export interface CallOrder {
  direction: 'inbound' | 'outbound-api' | 'outbound-dial'
  from: string
  to: string
  parentSid?: string
  /** None: the call waits to be joined. */
  instructions?: Instructions
  fallback?: { url: string; method: string } | undefined
  /** What a page's kit says when it connects: told with the first question. */
  parameters?: Readonly<Record<string, string>>
  subscription?: Subscription | undefined
  timeoutMs: number
  timeLimitMs?: number | undefined
  sendDigits?: string | undefined
  recording?: RecordingOrder | undefined
  machine?: MachineOrder | undefined
  faults: CallFaults
}
