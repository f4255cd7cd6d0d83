import type { AudioLeg, Clock } from './ports.ts'

/** Beyond this much waiting audio, whoever makes it is asked to wait. */
const FULL_MS = 3000
/** How often the far end is asked how far it got. */
const MARK_EVERY_MS = 500
/** Sent audio kept for sending again when the far end never says how far it got. */
const KEPT_MS = 8000
/** How long to wait before asking a leg again that takes nothing more. */
const RETRY_MS = 20

export interface Playout {
  begin(utterance: string): void
  /** One whole frame in the leg's format. */
  push(utterance: string, frame: Uint8Array): void
  /** No more frames will come. */
  end(utterance: string): void
  /** Resolves when there is room for more of this utterance, or it is gone. */
  room(utterance: string): Promise<void>
  /** Forgets what was heard, so that only what may have to be sent again is kept. */
  heard(utterance: string, ms: number): void
  /** Sends again from `ms` on: what a dropped line swallowed. */
  rewind(utterance: string, ms: number): void
  drop(utterance: string): void
  /** Sends nothing until `resume`. */
  pause(): void
  resume(): void
  close(): void
}

interface Track {
  utterance: string
  frames: Uint8Array[]
  /** Index of frames[0] in the utterance. */
  first: number
  /** Index of the next frame to send. */
  next: number
  ended: boolean
  started: boolean
  endMarked: boolean
  waiting: (() => void)[]
}

/**
 * Paces frames onto a leg: frame n leaves at origin + n·frameMs, at most `leadMs` early, whole frames only, never a burst
 * after a pause. While the leg takes nothing, everything waits and nothing piles up.
 */
export function createPlayout(o: {
  leg: AudioLeg
  clock: Clock
  /** All frames of the utterance up to `ms` have left. */
  onSent: (utterance: string, ms: number) => void
  /** Its last frame has left. */
  onAllSent: (utterance: string) => void
}): Playout {
  const { leg, clock } = o
  const frameMs = leg.output.frameMs
  const tracks: Track[] = []
  let origin = 0
  let sentFrames = 0
  let cancelTimer: (() => void) | undefined
  let running = true

  const find = (utterance: string) => tracks.find((track) => track.utterance === utterance)
  const wake = (track: Track) => {
    if ((track.first + track.frames.length - track.next) * frameMs >= FULL_MS) return
    for (const resolve of track.waiting.splice(0)) resolve()
  }

  const forget = (track: Track, upToMs: number) => {
    const gone = Math.min(Math.floor(upToMs / frameMs), track.next) - track.first
    if (gone <= 0) return
    track.frames.splice(0, gone)
    track.first += gone
  }

  function run() {
    cancelTimer?.()
    cancelTimer = undefined
    while (running) {
      // One after the other: the next utterance waits until the one before it is said to its end.
      const track = tracks.find((each) => !each.endMarked)
      const frame = track?.frames[track.next - track.first]
      if (!track || (!frame && !track.ended)) return
      if (!leg.writable()) return later(RETRY_MS)
      if (!frame) {
        track.endMarked = true
        leg.mark(track.utterance, 'end')
        o.onAllSent(track.utterance)
        continue
      }
      const now = clock.monotonicMs()
      const due = origin + sentFrames * frameMs - leg.leadMs
      if (now < due) return later(due - now)
      // Later than real time: the silence is past, so the origin moves instead of a burst catching up.
      if (now > due + leg.leadMs + frameMs) {
        origin = now
        sentFrames = 0
      }
      if (!track.started) {
        track.started = true
        leg.mark(track.utterance, 'start')
      }
      leg.send(frame, track.utterance)
      track.next += 1
      sentFrames += 1
      const ms = track.next * frameMs
      if (ms - track.first * frameMs > KEPT_MS) forget(track, ms - KEPT_MS)
      o.onSent(track.utterance, ms)
      if (ms % MARK_EVERY_MS === 0) leg.mark(track.utterance, `p${ms}`)
      wake(track)
    }
  }
  function later(delayMs: number) {
    cancelTimer = clock.after(delayMs, run)
  }

  return {
    begin: (utterance) =>
      void tracks.push({ utterance, frames: [], first: 0, next: 0, ended: false, started: false, endMarked: false, waiting: [] }),
    push(utterance, frame) {
      const track = find(utterance)
      if (!track) return
      track.frames.push(frame)
      if (!cancelTimer) run()
    },
    end(utterance) {
      const track = find(utterance)
      if (!track) return
      track.ended = true
      if (!cancelTimer) run()
    },
    room(utterance) {
      return new Promise((resolve) => {
        const track = find(utterance)
        if (!track) return resolve()
        track.waiting.push(resolve)
        wake(track)
      })
    },
    heard(utterance, ms) {
      const track = find(utterance)
      if (track) forget(track, ms)
    },
    rewind(utterance, ms) {
      const place = tracks.findIndex((track) => track.utterance === utterance)
      for (const track of place < 0 ? [] : tracks.slice(place)) {
        track.next = track.utterance === utterance ? Math.min(track.next, Math.max(track.first, Math.floor(ms / frameMs))) : track.first
        track.started = false
        track.endMarked = false
      }
      origin = clock.monotonicMs()
      sentFrames = 0
      run()
    },
    drop(utterance) {
      const place = tracks.findIndex((track) => track.utterance === utterance)
      if (place < 0) return
      for (const track of tracks.splice(place, 1)) for (const resolve of track.waiting) resolve()
      // What was sent early is dropped at the far end too, so the next utterance begins now.
      origin = clock.monotonicMs()
      sentFrames = 0
    },
    pause() {
      running = false
      cancelTimer?.()
      cancelTimer = undefined
    },
    resume() {
      running = true
      run()
    },
    close() {
      running = false
      cancelTimer?.()
      cancelTimer = undefined
      for (const track of tracks.splice(0)) for (const resolve of track.waiting) resolve()
    },
  }
}
