import { KeptFrames } from '../audio/kept-frames.ts'
import type { Beat } from './beat.ts'
import type { Taps } from './listening/taps.ts'
import type { AudioLeg, Clock } from './ports.ts'

/** Beyond this much waiting audio, whoever makes it is asked to wait. */
const FULL_MS = 3000
/** How often the far end is asked how far it got. */
const MARK_EVERY_MS = 500
/** Sent audio kept for sending again when the far end never says how far it got. */
const KEPT_MS = 8000
/** A beat that is late by less is caught up with; beyond, time begins anew instead of a burst. */
const LATE_BEAT_MS = 60

/** One utterance's frames on their way. */
export interface Track {
  /** One whole frame in the leg's format; it is copied. */
  push(frame: Uint8Array): void
  /** No more frames will come. */
  end(): void
  /** Resolves when there is room for more, or the track is gone. */
  room(): Promise<void>
  /** What was heard need not be kept. */
  heard(ms: number): void
  /** Sends again from `ms` on: what a broken line swallowed. */
  rewind(ms: number): void
  /** It was heard to its end, and goes. */
  remove(): void
  /** It is cut: nothing more of it is sent, and what comes next begins now. */
  drop(): void
}

export interface TrackEvents {
  /** All frames up to `ms` have left. */
  onSent(ms: number): void
  /** The last frame has left. */
  onAllSent(): void
}

export interface Playout {
  /** Tracks are sent one after the other, in the order they were begun. */
  begin(utterance: string, events: TrackEvents): Track
  /** Sends nothing until `resume`. */
  pause(): void
  resume(): void
  close(): void
}

interface Queue {
  utterance: string
  events: TrackEvents
  frames: KeptFrames
  /** Index of the next frame to send. */
  next: number
  ended: boolean
  startMarked: boolean
  endMarked: boolean
  waiting: (() => void)[]
}

/**
 * Paces frames onto a leg: frame n leaves at origin + n·frameMs, at most `leadMs` early, whole frames only, never a burst after a pause.
 * While the leg takes nothing, everything waits and nothing piles up.
 */
export function createPlayout(o: { leg: AudioLeg; clock: Clock; beat: Beat; taps: Taps }): Playout {
  const { leg, clock, beat, taps } = o
  const frameMs = leg.output.frameMs
  const queues: Queue[] = []
  let origin = Number.NEGATIVE_INFINITY
  let sentFrames = 0
  let running = true
  /** Nothing but a late beat can have kept the next frame back. */
  let unbroken = false
  let leaveBeat: (() => void) | undefined

  const waitingMs = (queue: Queue) => (queue.frames.end - queue.next) * frameMs
  /** One after the other: the next utterance waits until the one before is said to its end. */
  const nextUp = () => {
    for (const queue of queues) if (!queue.endMarked) return waitingMs(queue) > 0 || queue.ended ? queue : undefined
    return undefined
  }
  const wake = (queue: Queue) => {
    if (queue.waiting.length === 0 || waitingMs(queue) >= FULL_MS) return
    for (const resolve of queue.waiting.splice(0)) resolve()
  }
  const forget = (queue: Queue, upToMs: number) => {
    queue.frames.forgetBefore(Math.min(Math.floor(upToMs / frameMs), queue.next))
  }
  const restart = () => {
    origin = clock.monotonicMs()
    sentFrames = 0
  }

  function run() {
    let queue = nextUp()
    while (running && queue && canSend() && sendNext(queue)) queue = nextUp()
    if (running && queue) leaveBeat ??= beat.join(run)
    else rest()
  }
  function canSend(): boolean {
    if (leg.writable()) return true
    unbroken = false
    return false
  }
  function rest() {
    unbroken = false
    leaveBeat?.()
    leaveBeat = undefined
  }

  /** False when its time has not come. */
  function sendNext(queue: Queue): boolean {
    const frame = queue.frames.at(queue.next)
    if (!frame) {
      queue.endMarked = true
      leg.mark(queue.utterance, 'end')
      queue.events.onAllSent()
      return true
    }
    const now = clock.monotonicMs()
    const playsAt = origin + sentFrames * frameMs
    if (now > playsAt + (unbroken ? LATE_BEAT_MS : 0)) restart()
    else if (now < playsAt - leg.leadMs) return false
    if (!queue.startMarked) {
      queue.startMarked = true
      leg.mark(queue.utterance, 'start')
    }
    leg.send(frame, queue.utterance)
    if (taps.agent !== undefined) taps.agent.sound(frame, leg.output.sampleRateHz)
    unbroken = true
    sentFrames += 1
    queue.next += 1
    const ms = queue.next * frameMs
    forget(queue, ms - KEPT_MS)
    if (ms % MARK_EVERY_MS === 0) leg.mark(queue.utterance, `p${ms}`)
    queue.events.onSent(ms)
    wake(queue)
    return true
  }

  function remove(queue: Queue) {
    const place = queues.indexOf(queue)
    if (place >= 0) queues.splice(place, 1)
    queue.frames.clear()
    queue.next = queue.frames.end
    for (const resolve of queue.waiting.splice(0)) resolve()
    return place >= 0
  }

  return {
    begin(utterance, events) {
      const queue: Queue = {
        utterance,
        events,
        frames: new KeptFrames(),
        next: 0,
        ended: false,
        startMarked: false,
        endMarked: false,
        waiting: [],
      }
      queues.push(queue)
      const here = () => queues.includes(queue)
      return {
        push(frame) {
          if (!here() || queue.ended) return
          queue.frames.push(frame)
          if (!leaveBeat) run()
        },
        end() {
          if (!here() || queue.ended) return
          queue.ended = true
          if (!leaveBeat) run()
        },
        room: () =>
          new Promise((resolve) => {
            if (!here()) return resolve()
            queue.waiting.push(resolve)
            wake(queue)
          }),
        heard: (ms) => forget(queue, ms),
        rewind(ms) {
          if (!here()) return
          const frame = Math.floor(ms / frameMs)
          queue.next = Math.min(queue.next, Math.max(queue.frames.first, frame))
          queue.startMarked = false
          queue.endMarked = false
          restart()
          run()
        },
        remove: () => void remove(queue),
        drop() {
          // The far end dropped what was sent early, so the next utterance begins now.
          if (!remove(queue)) return
          restart()
          run()
        },
      }
    },
    pause() {
      running = false
      rest()
    },
    resume() {
      running = true
      run()
    },
    close() {
      running = false
      rest()
      for (const queue of [...queues]) remove(queue)
    },
  }
}
