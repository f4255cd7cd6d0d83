import type { Inside } from '../element/inside.ts'
import { type VoiceDoor, VoiceRoom } from './voice-room.ts'
import { voiceStyles } from './voice-styles.ts'
import { type VoiceView, voiceView } from './voice-view.ts'
import { voiceEn, voiceHi } from './words.ts'

export type { VoiceDoor, VoiceView }
export interface Voice {
  readonly room: VoiceRoom
  readonly view: VoiceView
}

let sheet: CSSStyleSheet | undefined

/** Brings words and looks; then a call may open its room. */
function prepareVoice({ addStrings, adopt }: Inside): void {
  addStrings('en', voiceEn)
  addStrings('hi', voiceHi)
  sheet ??= new CSSStyleSheet()
  sheet.replaceSync(voiceStyles)
  adopt(sheet)
}

/** Opens the visitor's side of a spoken call, and asks for the microphone. */
export function openVoice(door: VoiceDoor): Voice {
  prepareVoice(door.inside)
  const room = new VoiceRoom(door)
  return { room, view: voiceView(room) }
}
