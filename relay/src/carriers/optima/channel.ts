import type { OfCall, OptimaAudio } from './wire.ts'

/** Where a call's sound goes, past the events: fifty times a second. */
export interface SoundEar {
  /** @param format undefined where it is not told */
  hear(bytes: Uint8Array, format: OptimaAudio | undefined): void
}

/** One call's way to Optima, whatever it goes over. What is sent while it is away is lost. */
export interface Channel {
  /** False while it is away, or its line is slower than the sound. */
  readonly writable: boolean
  audio(bytes: Uint8Array): void
  /** From now on sound may come here instead of being an event; undefined: no more. */
  soundTo?(ear: SoundEar | undefined): void
  /** Comes back when all that was sent before it was played. */
  checkPoint(name: string): void
  dtmf(digit: string, durationMs: number): void
  /** What waits to be played at Optima is dropped. */
  interruption(): void
  hangup(): void
  /** Lets go: nothing is told any more. The call itself goes on. Idempotent. */
  leave(): void
}

/** `here`: we are in the call's room. `away`: for the moment. `lost`: for good, all tries are used up. */
export type ChannelEvent = Exclude<OfCall, { event: 'roomJoined' }> | { readonly event: 'here' | 'away' | 'lost' }
export type Listener = (event: ChannelEvent) => void

/** As the vendor's guide has it. */
export const TRIES = 5
export const AGAIN_MS = 1000
/** Beyond it the line is slower than the sound: half a second of PCM16. */
export const ROOM_BYTES = 8000
/** Longer messages end the connection. */
export const MAX_FRAME_BYTES = 256 * 1024
