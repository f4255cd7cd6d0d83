import type { CallStatus, EndReason, Entry, Variables } from '@voice-agent/relay/protocol'
import type { WidgetState } from './states.ts'

/** Every event of the element, with the type of its `detail`. All of them bubble and cross shadow roots. */
export interface VoiceAgentEventDetails {
  'va-ready': { version: string }
  'va-open': Record<string, never>
  'va-close': Record<string, never>
  /** Cancelable; `config` may be changed. */
  'va-before-call': { config: CallConfig }
  /** Cancelable; `config` may be changed. */
  'va-before-callback': { config: CallbackConfig }
  'va-callback-status': { callId: string; status: CallStatus; endReason?: EndReason }
  'va-consent': { accepted: boolean; version: string }
  'va-call-started': { callId: string; sessionId: string }
  'va-state-changed': { state: WidgetState; previous: WidgetState }
  'va-transcript': { entry: Entry }
  'va-mute-changed': { muted: boolean }
  /** 0 to 1, some 20 times a second while there is sound. */
  'va-level': { input: number; output: number }
  /** Cancel it to answer by `respond` yourself; otherwise the function of that name in `clientTools` answers. */
  'va-tool-call': { id: string; name: string; arguments: Record<string, unknown>; respond: (result: unknown) => void }
  'va-call-ended': { callId: string; reason: EndReason; durationMs: number }
  'va-error': { code: string; message: string; retryable: boolean }
}

export type VoiceAgentEventName = keyof VoiceAgentEventDetails

/** What a call is opened with. */
export interface CallConfig {
  agentId: string
  modality: 'voice' | 'text'
  language?: string
  variables?: Variables
  userId?: string
  sessionId?: string
  visitorToken?: string
}

/** What a phone is asked to ring with. */
export interface CallbackConfig {
  agentId: string
  /** E.164. */
  phoneNumber: string
  carrier?: string
  sessionId?: string
  name?: string
  /** RFC 3339; now unless given. */
  scheduleAt?: string
  language?: string
  variables?: Variables
}

/** What `requestCallback` may be told beside the number. */
export interface CallbackOptions extends Partial<Pick<CallbackConfig, 'carrier' | 'name' | 'language' | 'variables'>> {
  scheduleAt?: string | Date
  /** For a number without its country: ISO 3166 alpha-2. */
  country?: string
  captchaToken?: string
}

/** A phone that was asked to ring. */
export interface CallbackAsked {
  callId: string
  sessionId: string
  status: CallStatus
}

export type ClientTool = (args: Record<string, unknown>) => unknown
export type ClientTools = Record<string, ClientTool>

/** Asked before each call of a private agent; resolves with the visitor token the owner's server made. */
export type TokenProvider = () => string | Promise<string>

/** What every method resolves to. Nothing rejects for an operational fault. */
export type Result<T extends object = object> = ({ ok: true } & T) | Fault
export interface Fault {
  ok: false
  code: string
  message: string
  retryable: boolean
  /** How long to wait before trying again, where the relay said so. */
  retryAfterMs?: number
}

type VoiceAgentEvents = { [Name in VoiceAgentEventName]: CustomEvent<VoiceAgentEventDetails[Name]> }

declare global {
  interface GlobalEventHandlersEventMap extends VoiceAgentEvents {}
}
