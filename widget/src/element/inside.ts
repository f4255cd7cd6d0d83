import type { PublicAgent } from '@voice-agent/relay/protocol'
import type { html, nothing, TemplateResult } from 'lit'
import type { Dictionary, StringKey, Values } from '../strings/index.ts'
import type { CallbackAsked, CallbackOptions, Result, VoiceAgentEventDetails, VoiceAgentEventName } from './events.ts'
import type { Meter } from './meter.ts'
import type { Answer, ask } from './relay-client.ts'
import type { Shell } from './shell.ts'
import type { Sound } from './sound-door.ts'
import type { WidgetState } from './states.ts'
import type { TabMemory } from './tab-memory.ts'

/**
 * Where shell and call code meet. The call code is a file of its own and imports nothing of the shell but types, so that
 * the shell may be loaded under any address (`/voice-agent.js`, `/voice-agent@1.2.3.js`) and still be loaded once.
 */

/** What the shell gives to the call code. */
export interface Inside {
  readonly element: Shell
  readonly root: ShadowRoot
  readonly lit: { html: typeof html; nothing: typeof nothing }
  /** Moves the orb. */
  readonly meter: Meter
  /** Adds a sheet of styles, once. */
  readonly adopt: (sheet: CSSStyleSheet) => void
  readonly orb: () => TemplateResult
  readonly relay: () => string
  readonly ask: typeof ask
  /** What is publicly known of the agent. */
  readonly agent: (agentId: string) => Promise<Answer<PublicAgent>>
  /** Where the tab remembers the phone that rings for this agent. */
  readonly ringing: () => TabMemory
  readonly language: () => string
  readonly say: (key: StringKey, values?: Values) => string
  readonly addStrings: (language: string, dictionary: Dictionary) => void
  /** A call is there, or on its way. */
  readonly isLive: () => boolean
  readonly setState: (state: WidgetState) => void
  readonly emit: <Name extends VoiceAgentEventName>(
    name: Name,
    detail: VoiceAgentEventDetails[Name],
    options?: { cancelable: boolean },
  ) => boolean
  /** Renders again. */
  readonly update: () => void
  /** Opens the loudspeaker; call it inside the click. Undefined where there is no Web Audio. */
  readonly openSound: () => Sound | undefined
  readonly setOpen: (open: boolean) => void
  readonly isOpen: () => boolean
  readonly version: string
}

/** How a call begins. */
export interface Beginning {
  /** Opens the loudspeaker, in the click this is called from. Without it the call is in writing. */
  sound?: (() => Sound | undefined) | undefined
  /** The click's own time stamp. */
  clickedAt?: number | undefined
  /** The visitor wrote first: a call in writing that begins with this. */
  text?: string | undefined
}

/** What the call code gives to the shell. */
export interface Desk {
  readonly sheet: CSSStyleSheet
  readonly callId: string | undefined
  readonly sessionId: string | undefined
  readonly muted: boolean
  readonly volume: number
  view(): TemplateResult
  /** After each render: focus, scrolling, the orb's level. */
  rendered(): void
  /** Learns of the agent ahead of a click. */
  prepare(): void
  start(how: Beginning): Promise<Result<{ callId: string; sessionId: string }>>
  end(reason: 'visitor' | 'page-close'): Promise<Result>
  sendText(text: string): Result
  sendContext(text: string): Result
  sendDigits(digits: string): Promise<Result>
  interrupt(): Result
  setMuted(muted: boolean): Result
  setVolume(volume: number): Result
  setInputDevice(id: string): Promise<Result>
  setOutputDevice(id: string): Promise<Result>
  sendFeedback(feedback: { score: number; issue?: string; comment?: string }): Promise<Result>
  /** The visitor's phone instead; loaded when it is asked for. */
  readonly phone: {
    load(): Promise<{ room: { request(number: string, options?: CallbackOptions): Promise<Result<CallbackAsked>> } } | undefined>
    /** Shows the form. */
    show(): Promise<void>
  }
}
