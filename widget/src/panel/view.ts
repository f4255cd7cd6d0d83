import type { Entry, PublicAgent } from '@voice-agent/relay/protocol'
import type { nothing, TemplateResult } from 'lit'
import type { CallMe } from '../call/call-me.ts'
import type { Inside } from '../element/inside.ts'
import type { WidgetState } from '../element/states.ts'
import type { VoiceView } from '../voice/voice-view.ts'

/** What the middle of the panel is about. */
export type Scene = 'idle' | 'consent' | 'call' | 'ended' | 'error'

/** Everything the panel shows, and what its controls do. */
export interface PanelView {
  say: Inside['say']
  orb: Inside['orb']
  clock: (ms: number) => string
  scene: Scene
  /** A call is being opened, or `state` says how it stands. */
  state: WidgetState
  starting: boolean
  agent: PublicAgent | undefined
  language: string
  inline: boolean
  textCall: boolean
  lines: readonly Entry[]
  /** Milliseconds since the call began. */
  durationMs: number
  /** Why the call ended or could not begin, in words. */
  reason: string
  wayOn: { canRetry: boolean; canWrite: boolean; waitS: number }
  blocked: boolean
  notice: string
  person: string
  /** Shown, once it is loaded. */
  keypad: ((view: PanelView) => TemplateResult) | undefined
  volumeShown: boolean
  stirred: boolean
  volume: number
  /** Who turns speech into text, where that is the visitor's own browser. */
  speech: TemplateResult | typeof nothing
  /** The terms, once they are loaded. */
  termsShown: ((view: PanelView) => TemplateResult) | undefined
  /** The other way to talk: a phone. */
  phone: Pick<CallMe, 'modes' | 'scene' | 'now'>
  /** The visitor's side of a spoken call. */
  voice: VoiceView | undefined
  do: PanelActions
}

export interface PanelActions {
  start(event: Event): void
  write(text: string): void
  callMe(): void
  accept(event: Event): void
  decline(): void
  end(event: UIEvent): void
  /** The pointer moved. */
  stir(): void
  interrupt(): void
  allowSound(): void
  press(key: string): void
  toggleKeypad(): void
  toggleVolume(): void
  setVolume(volume: number): void
  setLanguage(tag: string): void
  back(): void
  close(): void
}
