/** The visitor's microphone, a chunk of its own: loaded when a call begins to be spoken, never by a typed one. */
export { constraintsFor } from './constraints.ts'
export { openMicrophone } from './open-microphone.ts'
export type { Microphone, MicrophoneEvents } from './ports.ts'
export { type Refusal, refusalOf } from './refusal.ts'
