import type { FromRelay } from '@voice-agent/relay/protocol'
import { WebSocket } from 'ws'
import { AnswerTurn, CHUNKS_A_ROUND, DOWN_BYTES, FRAME_MS, upFrame } from './shape.ts'
import { readStamp } from './stamp.ts'
import { Course, type Delays } from './tally.ts'

/** One call seen from outside: the page at its one end and the vendor at its other, in one process and on one clock. */
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
  /** What the page heard to its end it tells. */
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
}

// A mask that costs nothing to make; the far end unmasks as ever.
const generateMask = (mask: Buffer) => void mask.writeUInt32BE(0x9d3c_51e7)

/** Joins a call at its media socket; resolves once the other side says that it stands. */
export function joinCall(o: { id: number; mediaUrl: string; delayed: (id: number) => Delayed | undefined }): Promise<Caller> {
  const { id } = o
  const ws = new WebSocket(o.mediaUrl, { perMessageDeflate: false, generateMask })
  const [up, down] = [new Course(), new Course()]
  /** Calls begin their turns at different times. */
  let step = (id * 37) % CHUNKS_A_ROUND
  /** The step whose words were said last. */
  let told = -1
  let inTurn = false
  /** When the last sound of all that came will have been played. */
  let playedAt = 0
  const marks: { atMs: number; json: string }[] = []
  const ready = Promise.withResolvers<Caller>()

  const heardAll = () => down.missing === 0 && marks.length === 0 && playedAt < performance.now()

  function hear(frame: Buffer) {
    const now = performance.now()
    playedAt = Math.max(playedAt, now) + FRAME_MS
    const stamp = readStamp(frame)
    if (frame.length !== DOWN_BYTES || stamp.call !== id) {
      down.odd += 1
      return
    }
    const ms = down.arrives(stamp.frame, now)
    o.delayed(id)?.down.add(ms)
  }

  function read(message: FromRelay) {
    const { type } = message
    if (type === 'ready') ready.resolve(caller)
    else if (type === 'mark') {
      const json = JSON.stringify({ type, utterance: message.utterance, name: message.name })
      marks.push({ atMs: Math.max(playedAt, performance.now()), json })
    } else if (type === 'clear') ws.send(JSON.stringify({ type: 'played', utterance: message.utterance, ms: 0 }))
    else if (type === 'error' || (type === 'ended' && message.reason !== 'operator'))
      console.error(`call ${id}: ${JSON.stringify(message)}`)
  }

  ws.on('message', (data: Buffer, isBinary) => (isBinary ? hear(data) : read(JSON.parse(data.toString()) as FromRelay)))
  ws.on('error', ready.reject)
  ws.on('close', (code) => ready.reject(new Error(`the media socket closed with ${code}`)))

  const caller: Caller = {
    get isOver() {
      return ws.readyState !== ws.OPEN
    },
    id,
    up,
    down,
    vendor: undefined,
    speak() {
      up.leaves(performance.now())
      ws.send(upFrame({ call: id, frame: up.sent - 1 }, AnswerTurn.visitorSpeaks(step)))
    },
    answer() {
      if (!caller.vendor) return
      if (step !== told) for (const message of AnswerTurn.beside(step)) caller.vendor.send(message, { binary: false })
      told = step
      inTurn = AnswerTurn.speaks(step)
      if (AnswerTurn.speaks(step)) {
        const now = performance.now()
        caller.vendor.send(AnswerTurn.chunk({ call: id, frame: down.sent }), { binary: false })
        for (let each = 0; each < AnswerTurn.framesAChunk; each++) down.leaves(now)
      }
      // Nobody answers what they have not heard: a turn that began before would cut the one being played.
      if (AnswerTurn.speaks(step) || heardAll()) step = (step + 1) % CHUNKS_A_ROUND
    },
    goOn() {
      if (inTurn) caller.answer()
    },
    fallSilent() {
      inTurn = false
      for (const message of AnswerTurn.end()) caller.vendor?.send(message, { binary: false })
    },
    mute: (muted) => ws.send(JSON.stringify({ type: 'mute', muted })),
    tellMarks() {
      const now = performance.now()
      while (marks[0] && marks[0].atMs <= now) ws.send(marks.shift()?.json ?? '')
    },
    takeSilence: () => up.skip(),
    takeUp(frame, atMs) {
      const ms = up.arrives(frame, atMs)
      o.delayed(id)?.up.add(ms)
    },
  }
  return ready.promise
}
