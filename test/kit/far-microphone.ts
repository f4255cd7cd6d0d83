import type { WebSocket } from 'ws'
import { hush, samplesFor } from '../clips/noises.ts'
import { CLIP_HZ } from '../clips/speech.ts'
import { bytesOf } from '../clips/wav.ts'

const FRAME_MS = 20
const FRAME = samplesFor(FRAME_MS)
const MOST_LATE_FRAMES = 50
const QUIET_ROOM = hush(1000)

export interface Said {
  /** Epoch ms at which the clip's first and last samples are due on the wire. */
  fromMs: number
  toMs: number
}

/**
 * A microphone without a browser: a quiet room in 20 ms frames and in real time, and clips in it when asked. A frame leaves when its
 * last sample is due, as from a real one.
 */
export class FarMicrophone {
  readonly #socket: () => WebSocket
  readonly #room: Int16Array
  readonly #beganMs = performance.now()
  readonly #timer: NodeJS.Timeout
  #frames = 0
  #clip: { samples: Int16Array; at: number; ended: () => void } | undefined

  /** `room` sounds again and again while nothing is said. */
  constructor(socket: () => WebSocket, room: Int16Array = QUIET_ROOM) {
    this.#socket = socket
    this.#room = room
    this.#timer = setInterval(() => this.#catchUp(), FRAME_MS / 2)
  }

  /** Says this from the next frame on. Resolves when its last sample has left. One clip at a time. */
  async say(samples: Int16Array): Promise<Said> {
    if (this.#clip) throw new Error('This microphone is saying something already')
    // What was missed meanwhile was quiet, and is over.
    this.#catchUp()
    const fromMs = performance.timeOrigin + this.#beganMs + this.#frames * FRAME_MS
    await new Promise<void>((ended) => {
      this.#clip = { samples, at: 0, ended }
    })
    return { fromMs, toMs: fromMs + (samples.length / CLIP_HZ) * 1000 }
  }

  close(): void {
    clearInterval(this.#timer)
    this.#clip?.ended()
  }

  #catchUp(): void {
    const due = Math.floor((performance.now() - this.#beganMs) / FRAME_MS)
    // Who stood still for longer than that has lost it: so much at once no line takes for a microphone.
    this.#frames = Math.max(this.#frames, due - MOST_LATE_FRAMES)
    for (; this.#frames < due; this.#frames++) {
      const socket = this.#socket()
      if (socket.readyState === socket.OPEN) socket.send(bytesOf(this.#next()))
    }
  }

  #next(): Int16Array {
    const at = (this.#frames * FRAME) % this.#room.length
    const frame = this.#room.slice(at, at + FRAME)
    const clip = this.#clip
    if (clip) {
      frame.set(clip.samples.subarray(clip.at, clip.at + FRAME))
      clip.at += FRAME
      if (clip.at >= clip.samples.length) {
        this.#clip = undefined
        clip.ended()
      }
    }
    return frame
  }
}
