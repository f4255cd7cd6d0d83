import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
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
const MASK = Buffer.of(0x9d, 0x3c, 0x51, 0xe7)
const MASK_WORD = new Int32Array(Uint8Array.from(MASK).buffer)[0] as number
export const generateMask = (mask: Buffer) => void MASK.copy(mask)

const TEXT = 0x81
const LONG_MASKED = 0x80 | 126
const SHORT = 125
const HEAD_BYTES = 8

/**
 * Sends a text of ASCII in one piece: `ws` writes the head of a frame by itself, and a load that does so fifty times a second and call is
 * sooner at its end than what it measures. Nothing else may be on its way there.
 */
export function sendText(ws: WebSocket, text: string): void {
  const { length } = text
  const { _socket: line } = ws as unknown as { _socket: Socket }
  if (length <= SHORT || length > 0xffff || ws.readyState !== ws.OPEN) {
    ws.send(text)
    return
  }
  const frame = Buffer.allocUnsafe(HEAD_BYTES + length)
  frame[0] = TEXT
  frame[1] = LONG_MASKED
  frame.writeUInt16BE(length, 2)
  frame.set(MASK, 4)
  frame.write(text, HEAD_BYTES, 'latin1')
  const words = new Int32Array(frame.buffer, frame.byteOffset + HEAD_BYTES, length >> 2)
  for (let at = 0; at < words.length; at++) words[at] = (words[at] as number) ^ MASK_WORD
  for (let at = length - (length % 4); at < length; at++)
    frame[HEAD_BYTES + at] = (frame[HEAD_BYTES + at] as number) ^ (MASK[at & 3] as number)
  line.write(frame)
}

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
