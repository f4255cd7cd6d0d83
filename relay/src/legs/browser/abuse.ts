import type { Clock } from '../../calls/ports.ts'

const WINDOW_MS = 2000
const BUCKETS = 4
/** Audio faster than this × real time for the whole window is no microphone. */
const AUDIO_FACTOR = 1.5
const MAX_MALFORMED_IN_A_ROW = 20
/** Far above what a person at a keyboard makes, far below what hurts. */
const MAX_MESSAGES_PER_WINDOW = 400

export interface AbuseGuard {
  /** False once the socket has to go. */
  audio(bytes: number): boolean
  message(): boolean
  malformed(): boolean
}

/** Counts what one socket sends: sound in bytes and messages over a sliding window, malformed frames in a row. */
export function createAbuseGuard(clock: Clock, sampleRateHz: number): AbuseGuard {
  const audio = createWindow(clock)
  const messages = createWindow(clock)
  const mostBytes = (AUDIO_FACTOR * WINDOW_MS * sampleRateHz * 2) / 1000
  let malformedInARow = 0
  return {
    audio(bytes) {
      malformedInARow = 0
      return audio(bytes) <= mostBytes
    },
    message() {
      malformedInARow = 0
      return messages(1) <= MAX_MESSAGES_PER_WINDOW
    },
    malformed() {
      malformedInARow += 1
      return malformedInARow < MAX_MALFORMED_IN_A_ROW
    },
  }
}

/** Adds to a sliding sum over the window and returns it. */
function createWindow(clock: Clock): (amount: number) => number {
  const buckets = new Float64Array(BUCKETS)
  const bucketMs = WINDOW_MS / BUCKETS
  let at = Math.floor(clock.monotonicMs() / bucketMs)
  return (amount) => {
    const now = Math.floor(clock.monotonicMs() / bucketMs)
    for (let step = 0; step < Math.min(now - at, BUCKETS); step++) buckets[(at + 1 + step) % BUCKETS] = 0
    at = Math.max(at, now)
    buckets[at % BUCKETS] = (buckets[at % BUCKETS] ?? 0) + amount
    return buckets.reduce((sum, each) => sum + each, 0)
  }
}
