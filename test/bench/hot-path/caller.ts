import type { WebSocket } from 'ws'
import type { Kind } from './kinds.ts'
import type { Near, NearEvents } from './near.ts'
import { AnswerTurn, CHUNKS_A_ROUND, FRAME_MS } from './shape.ts'
import { Course, type Delays } from './tally.ts'

/** One call seen from outside: the visitor at its one end and the vendor at its other, in one process and on one clock. */
export interface Caller {
  readonly id: number
  readonly up: Course
  readonly down: Course
  /** Its socket is gone. */
  readonly isOver: boolean
  /** 20 ms of the microphone. */
  speak(): void
  /** The vendor's next 40 ms, with what it says beside them. */
  answer(): void
  /** The same, if it is in the middle of a turn: so that nobody takes it for stalled while others are measured. */
  goOn(): void
  /** The vendor ends its turn. */
  fallSilent(): void
  mute(muted: boolean): void
  /** What the visitor heard to its end is told. */
  tellMarks(): void
  /** The vendor's socket of this call. */
  vendor: WebSocket | undefined
  takeUp(frame: number, atMs: number): void
  /** Silence in the place of a muted microphone's frame. */
  takeSilence(): void
}

/** Where the delays of the process that is being measured are kept; undefined while nothing is measured. */
export interface Delayed {
  up: Delays
  down: Delays
  /** By how much the way of a frame to the visitor took longer or shorter than the one before (RFC 3550). */
  jitter: Delays
  /** How long a frame waited for its chunk to be full, where the line has chunks. */
  fill: Delays
}

/** Brings a visitor into a call; resolves once it stands. */
export async function joinCall(o: {
  id: number
  kind: Kind
  near: (events: NearEvents) => Promise<Near>
  delayed: (id: number) => Delayed | undefined
}): Promise<Caller> {
  const { id, kind } = o
  const [up, down] = [new Course(), new Course()]
  /** Calls begin their turns at different times. */
  let step = (id * 37) % CHUNKS_A_ROUND
  /** The step whose words were said last. */
  let told = -1
  let inTurn = false
  /** A frame whose last samples are still in the resampler. */
  let heldBack = false

  const framesAMessage = kind.framesAMessage ?? 1
  let gathered = 0
  /** Of the chunk that is being told: how long its frames took. */
  let inChunk: number[] = []
  let chunkAtMs = Number.NaN

  /** A chunk leaves when its last frame is there: how long the others waited is the line's way, and no delay of whoever fills it. */
  function wholeChunk(atMs: number) {
    const last = inChunk.at(-1)
    const delayed = o.delayed(id)
    if (delayed && last !== undefined) {
      delayed.down.add(last)
      for (const ms of inChunk) delayed.fill.add(ms - last)
      const lateMs = Math.abs(atMs - chunkAtMs - inChunk.length * FRAME_MS)
      // After a pause there is none before it.
      if (lateMs < inChunk.length * FRAME_MS) delayed.jitter.add(lateMs)
    }
    chunkAtMs = atMs
    inChunk = []
  }

  const near = await o.near({
    ...(framesAMessage > 1 && { onChunk: wholeChunk }),
    onFrame(frame, atMs) {
      const ms = down.arrives(kind.frameOf(frame, down.sent), atMs)
      if (framesAMessage > 1) return void inChunk.push(ms)
      const delayed = o.delayed(id)
      delayed?.down.add(ms)
      if (down.jitterMs !== undefined) delayed?.jitter.add(down.jitterMs)
    },
    onOdd() {
      down.odd += 1
    },
  })

  /** These and what waited for them can be made by now, but for what waits for the next. */
  function leave(frames: number, holdsBack: boolean) {
    const now = performance.now()
    const leaving = frames + (heldBack ? 1 : 0) - (holdsBack ? 1 : 0)
    for (let each = 0; each < leaving; each++) down.leaves(now)
    heldBack = holdsBack
  }

  const caller: Caller = {
    get isOver() {
      return near.isOver
    },
    id,
    up,
    down,
    vendor: undefined,
    speak() {
      gathered += 1
      if (gathered < framesAMessage) return
      gathered = 0
      const course = kind.comesBack ? down : up
      const now = performance.now()
      for (let each = 0; each < framesAMessage; each++) course.leaves(now)
      near.speak({ call: id, frame: course.sent - framesAMessage }, !kind.comesBack && AnswerTurn.visitorSpeaks(step))
    },
    answer() {
      if (!caller.vendor) return
      if (step !== told) for (const message of AnswerTurn.beside(step)) caller.vendor.send(message, { binary: false })
      if (step !== told && !AnswerTurn.speaks(step)) leave(0, false)
      told = step
      inTurn = AnswerTurn.speaks(step)
      if (inTurn) {
        const frame = down.sent + (heldBack ? 1 : 0)
        leave(AnswerTurn.framesAChunk, kind.resamples)
        caller.vendor.send(kind.chunk({ call: id, frame }), { binary: false })
      }
      // Nobody answers what they have not heard: a turn that began before would cut the one being played.
      if (inTurn || (down.missing === 0 && near.heardAll)) step = (step + 1) % CHUNKS_A_ROUND
    },
    goOn() {
      if (inTurn) caller.answer()
    },
    fallSilent() {
      inTurn = false
      leave(0, false)
      for (const message of AnswerTurn.end()) caller.vendor?.send(message, { binary: false })
    },
    mute: near.mute,
    tellMarks: near.tellMarks,
    takeSilence: () => up.skip(),
    takeUp(frame, atMs) {
      const ms = up.arrives(frame, atMs)
      o.delayed(id)?.up.add(ms)
    },
  }
  return caller
}
