import { FRAME_MS } from './shape.ts'
import type { Stamp } from './stamp.ts'

/** The visitor's end of a call: what speaks into the measured process and hears what comes of it. */
export interface Near {
  /** Its socket is gone. */
  readonly isOver: boolean
  /** Nothing is being played, and no mark waits to be told. */
  readonly heardAll: boolean
  /** 20 ms of the visitor's voice, or of their room. */
  speak(stamp: Stamp, speaks: boolean): void
  mute(muted: boolean): void
  /** What was heard to its end is told. */
  tellMarks(): void
}

export interface NearEvents {
  /** 20 ms of the agent's sound, whole and of this call. */
  onFrame(frame: number, atMs: number): void
  /** Something else in its place. */
  onOdd(): void
  /** All frames of one chunk were told, where a line has chunks. */
  onChunk?(atMs: number): void
}

/** A mask that costs nothing to make; the far end unmasks as ever. */
export const generateMask = (mask: Buffer) => void mask.writeUInt32BE(0x9d3c_51e7)

/** Plays what comes, one frame after the other, and answers marks when the sound before them was heard. */
export function createPlayer(tell: (mark: string) => void) {
  /** When the last sound of all that came will have been played. */
  let playedAt = 0
  const marks: { atMs: number; mark: string }[] = []
  return {
    frame(now: number) {
      playedAt = Math.max(playedAt, now) + FRAME_MS
    },
    mark: (mark: string) => void marks.push({ atMs: Math.max(playedAt, performance.now()), mark }),
    /** Whatever waits is dropped, and its marks come back at once. */
    clear() {
      playedAt = 0
      for (const { mark } of marks.splice(0)) tell(mark)
    },
    tellMarks() {
      const now = performance.now()
      while (marks[0] && marks[0].atMs <= now) tell(marks.shift()?.mark ?? '')
    },
    heardAll: () => marks.length === 0 && playedAt < performance.now(),
  }
}
