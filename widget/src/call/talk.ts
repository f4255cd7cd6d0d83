import type { WebCall } from '@voice-agent/relay/protocol'
import type { Sound } from '../element/sound-door.ts'
import type { Conversation, ConversationListener } from './conversation.ts'

/** How a call in the page is opened, whatever brings its sound. */
export interface TalkOptions {
  opened: WebCall
  sound: Sound | undefined
  /** Opens sound again, when a phone call or a lock screen broke it. */
  newSound: () => Sound | undefined
  volume: number
  device: string | undefined
  on: ConversationListener
}

/** One call in the page as the desk and the visitor's microphone use it. */
export interface Talk extends Omit<Pick<Conversation, keyof Conversation>, 'sound'> {
  /** The visitor's voice, 20 ms, and the microphone it is of where one was chosen. */
  sound(frame: ArrayBuffer, device?: string): void
}
