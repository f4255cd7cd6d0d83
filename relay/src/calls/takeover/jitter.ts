/** What comes over a network, evened out: a few frames wait, so that one that is late leaves no hole. Adapts between the least and the most. */
const FRAME_MS = 20
const LEAST_MS = 20
const MOST_MS = 40
/** Beyond this, sound was held up on the way: the oldest goes, for who speaks is to be heard now. */
const FULL_MS = 160
/** A hole that is followed by sound within this time was a late frame, and not the end of speaking. */
const LATE_MS = 300
/** For so long more waits than has to: one frame too many. */
const SPARE_FOR_MS = 1000
/** For so long nothing was late: less has to wait. */
const CALM_MS = 10_000

/** Frames on their way in real time: whoever takes asks once a frame. All times are monotonic. */
export interface Jitter {
  push(frame: Uint8Array, nowMs: number): void
  /** When the next frame is due; undefined while none waits to begin. */
  readonly dueMs: number | undefined
  /** The frame that is due now; undefined when there is none, and then it begins anew with the next. */
  take(nowMs: number): Uint8Array | undefined
  /** What has to wait before it begins. */
  readonly targetMs: number
  readonly waiting: number
  reset(): void
}

export function createJitter(): Jitter {
  let frames: Uint8Array[] = []
  let dueMs: number | undefined
  let targetMs = LEAST_MS
  let emptySinceMs = Number.NEGATIVE_INFINITY
  let calmSinceMs = 0
  let spare = { sinceMs: 0, leastFrames: Number.POSITIVE_INFINITY }

  function adapt(nowMs: number) {
    spare.leastFrames = Math.min(spare.leastFrames, frames.length)
    if (nowMs - spare.sinceMs < SPARE_FOR_MS) return
    if (spare.leastFrames * FRAME_MS > targetMs) frames.shift()
    spare = { sinceMs: nowMs, leastFrames: Number.POSITIVE_INFINITY }
    if (nowMs - calmSinceMs < CALM_MS) return
    calmSinceMs = nowMs
    targetMs = Math.max(LEAST_MS, targetMs - FRAME_MS)
  }

  return {
    push(frame, nowMs) {
      frames.push(frame)
      if (frames.length * FRAME_MS > FULL_MS) frames = frames.slice(-targetMs / FRAME_MS)
      if (dueMs !== undefined) return
      const isLate = nowMs - emptySinceMs < LATE_MS
      if (isLate) {
        targetMs = Math.min(MOST_MS, targetMs + FRAME_MS)
        calmSinceMs = nowMs
      }
      // One that comes late has made those behind it wait as long as it was late.
      dueMs = isLate ? nowMs : nowMs + targetMs
      spare = { sinceMs: dueMs, leastFrames: Number.POSITIVE_INFINITY }
    },
    get dueMs() {
      return dueMs
    },
    take(nowMs) {
      if (dueMs === undefined) return undefined
      const frame = frames.shift()
      if (!frame) {
        dueMs = undefined
        emptySinceMs = nowMs
        return undefined
      }
      dueMs += FRAME_MS
      adapt(nowMs)
      return frame
    },
    get targetMs() {
      return targetMs
    },
    get waiting() {
      return frames.length
    },
    reset() {
      frames = []
      dueMs = undefined
    },
  }
}
