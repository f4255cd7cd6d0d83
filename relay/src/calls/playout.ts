import { KeptFrames } from '../audio/kept-frames.ts'
import type { Beat, BeatMember } from './beat.ts'
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
  /** One whole frame in the leg's format, or `count` of them that follow each other. It is copied; what leaves at once goes to the leg as it is. */
  push(frames: Uint8Array, count?: number): void
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

/**
 * Paces frames onto a leg: frame n leaves at origin + n·frameMs, at most `leadMs` early, whole frames only, never a burst after a pause.
 * While the leg takes nothing, everything waits and nothing piles up.
 */
export function createPlayout(o: { leg: AudioLeg; clock: Clock; beat: Beat; taps: Taps }): Playout {
  return new PacedPlayout(o)
}

class PacedTrack implements Track {
  readonly utterance: string
  readonly events: TrackEvents
  readonly frames = new KeptFrames()
  /** Index of the next frame to send. */
  next = 0
  gone = false
  ended = false
  startMarked = false
  endMarked = false
  waiting: (() => void)[] | undefined = undefined
  readonly #playout: PacedPlayout

  constructor(playout: PacedPlayout, utterance: string, events: TrackEvents) {
    this.utterance = utterance
    this.events = events
    this.#playout = playout
  }

  push(frames: Uint8Array, count = 1): void {
    if (this.gone || this.ended) return
    this.frames.push(frames, count)
    this.#playout.pushed(this, frames, count)
  }

  end(): void {
    if (this.gone || this.ended) return
    this.ended = true
    this.#playout.ended()
  }

  room(): Promise<void> {
    return new Promise((resolve) => {
      if (this.gone) return resolve()
      this.waiting ??= []
      this.waiting.push(resolve)
      this.#playout.wake(this)
    })
  }

  heard(ms: number): void {
    this.#playout.forget(this, ms)
  }

  rewind(ms: number): void {
    if (!this.gone) this.#playout.rewind(this, ms)
  }

  remove(): void {
    this.#playout.remove(this)
  }

  drop(): void {
    if (!this.gone) this.#playout.drop(this)
  }
}

// A frame finds what it needs in the fields of this object and its track's: by the time it comes, the processor has forgotten all others.
class PacedPlayout implements Playout, BeatMember {
  readonly #leg: AudioLeg
  readonly #clock: Clock
  readonly #frameMs: number
  readonly #keptFrames: number
  readonly #markFrames: number
  readonly #taps: Taps
  #running = true
  #onBeat = false
  /** Nothing but a late beat can have kept the next frame back. */
  #unbroken = false
  /** One after the other: the first that is not yet said to its end. */
  #current: PacedTrack | undefined = undefined
  #sentFrames = 0
  #origin = Number.NEGATIVE_INFINITY
  readonly #tracks: PacedTrack[] = []
  readonly #beat: Beat

  constructor(o: { leg: AudioLeg; clock: Clock; beat: Beat; taps: Taps }) {
    this.#leg = o.leg
    this.#clock = o.clock
    this.#frameMs = o.leg.output.frameMs
    this.#keptFrames = Math.ceil(KEPT_MS / this.#frameMs)
    this.#markFrames = Math.ceil(MARK_EVERY_MS / this.#frameMs)
    this.#taps = o.taps
    this.#beat = o.beat
  }

  begin(utterance: string, events: TrackEvents): Track {
    const track = new PacedTrack(this, utterance, events)
    this.#tracks.push(track)
    this.#current ??= track
    return track
  }

  pause(): void {
    this.#running = false
    this.#rest()
  }

  resume(): void {
    this.#running = true
    this.beat()
  }

  close(): void {
    this.#running = false
    this.#rest()
    for (const track of [...this.#tracks]) this.remove(track)
  }

  /** The newest frames of a track. */
  pushed(track: PacedTrack, frames: Uint8Array, count: number): void {
    if (this.#onBeat) return
    // Where nothing waits before them, they leave as they came; a mark that has to stand among them parts them.
    const isFirst = this.#running && track === this.#current && track.next === track.frames.end - count
    const mayLeave = isFirst && (count === 1 || (this.#leg.takesRuns && count <= this.#untilMark(track)))
    if (mayLeave && this.#canSend() && this.#isTime(count)) this.#send(track, frames, count)
    this.beat()
  }

  ended(): void {
    if (!this.#onBeat) this.beat()
  }

  /** Sends all whose time has come. */
  beat(): void {
    let track = this.#nextUp()
    while (this.#running && track && this.#canSend() && this.#sendNext(track)) track = this.#nextUp()
    if (!this.#running || !track) this.#rest()
    else if (!this.#onBeat) {
      this.#onBeat = true
      this.#beat.enter(this)
    }
  }

  wake(track: PacedTrack): void {
    if (track.waiting === undefined || (track.frames.end - track.next) * this.#frameMs >= FULL_MS) return
    for (const resolve of track.waiting) resolve()
    track.waiting = undefined
  }

  forget(track: PacedTrack, upToMs: number): void {
    track.frames.forgetBefore(Math.min(Math.floor(upToMs / this.#frameMs), track.next))
  }

  rewind(track: PacedTrack, ms: number): void {
    const frame = Math.floor(ms / this.#frameMs)
    track.next = Math.min(track.next, Math.max(track.frames.first, frame))
    track.startMarked = false
    track.endMarked = false
    this.#seekCurrent()
    this.#restart()
    this.beat()
  }

  remove(track: PacedTrack): void {
    if (track.gone) return
    track.gone = true
    this.#tracks.splice(this.#tracks.indexOf(track), 1)
    if (this.#current === track) this.#seekCurrent()
    track.frames.clear()
    track.next = track.frames.end
    this.wake(track)
  }

  drop(track: PacedTrack): void {
    this.remove(track)
    // The far end dropped what was sent early, so the next utterance begins now.
    this.#restart()
    this.beat()
  }

  #nextUp(): PacedTrack | undefined {
    const track = this.#current
    return track !== undefined && (track.next < track.frames.end || track.ended) ? track : undefined
  }

  #seekCurrent(): void {
    this.#current = this.#tracks.find((track) => !track.endMarked)
  }

  #restart(): void {
    this.#origin = this.#clock.monotonicMs()
    this.#sentFrames = 0
  }

  #rest(): void {
    this.#unbroken = false
    if (!this.#onBeat) return
    this.#onBeat = false
    this.#beat.leave(this)
  }

  /** So many frames until a mark is due. */
  #untilMark(track: PacedTrack): number {
    return this.#markFrames - (track.next % this.#markFrames)
  }

  #canSend(): boolean {
    if (this.#leg.writable()) return true
    this.#unbroken = false
    return false
  }

  /** Whether the next frames may leave. Where the first should have left long ago, time begins anew. */
  #isTime(count = 1): boolean {
    const now = this.#clock.monotonicMs()
    const moreMs = (count - 1) * this.#frameMs
    const playsAt = this.#origin + this.#sentFrames * this.#frameMs
    if (now <= playsAt + (this.#unbroken ? LATE_BEAT_MS : 0)) return now >= playsAt + moreMs - this.#leg.leadMs
    this.#restart()
    return moreMs <= this.#leg.leadMs
  }

  /** False when its time has not come. */
  #sendNext(track: PacedTrack): boolean {
    if (track.next >= track.frames.end) {
      track.endMarked = true
      this.#seekCurrent()
      this.#leg.mark(track.utterance, 'end')
      track.events.onAllSent()
      return true
    }
    const frame = this.#isTime() ? track.frames.at(track.next) : undefined
    if (frame) this.#send(track, frame, 1)
    return frame !== undefined
  }

  #send(track: PacedTrack, frames: Uint8Array, count: number): void {
    const leg = this.#leg
    if (!track.startMarked) {
      track.startMarked = true
      leg.mark(track.utterance, 'start')
    }
    leg.send(frames, track.utterance)
    const { agent } = this.#taps
    if (agent !== undefined) agent.sound(frames, leg.output.sampleRateHz)
    this.#unbroken = true
    this.#sentFrames += count
    track.next += count
    if (track.next > this.#keptFrames) track.frames.forgetBefore(track.next - this.#keptFrames)
    const ms = track.next * this.#frameMs
    if (track.next % this.#markFrames === 0) leg.mark(track.utterance, `p${ms}`)
    track.events.onSent(ms)
    this.wake(track)
  }
}
