import type { Clock } from '../../calls/ports.ts'
import type { ToRelay } from '../../protocol/index.ts'

/** Sound that comes faster than this × real time is no microphone, */
const AUDIO_FACTOR = 1.5
/** for this long: in every one of the steps it is counted in, or as a store of sound that is used up at once. */
const FOR_MS = 2000
const STEP_MS = 500
const MAX_MALFORMED_IN_A_ROW = 20
/** Messages that cost something, over `FOR_MS`: far above what a person at a keyboard makes, far below what hurts. */
const MAX_MESSAGES = 200
/** What makes the agent answer or fall silent, over `FOR_MS`: quicker than anybody types, and each may cost a model's answer. */
const MAX_TURNS = 20
const TURNS = new Set<ToRelay['type']>(['text', 'dtmf', 'interrupt'])
/** Letters that are kept: as many at once, and so many a second from then on; a call's words stay in memory until it ends. */
const STORE_BYTES = 2 * 1024 * 1024
const BYTES_PER_S = 32 * 1024
/** Messages that cost next to nothing: a page may send as many as its line carries. */
const CHEAP = new Set<ToRelay['type']>(['ping', 'mark', 'played'])

export interface AbuseGuard {
  /** False once the socket has to go. */
  audio(bytes: number): boolean
  message(type: ToRelay['type'], bytes: number): boolean
  malformed(): boolean
  /** False when this one comes too soon after many others: it is refused, the socket stays. */
  turn(type: ToRelay['type']): boolean
}

/** Counts what one socket sends: sound against real time, messages, malformed frames in a row. */
export function createAbuseGuard(clock: Clock, sampleRateHz: number): AbuseGuard {
  const sound = createSoundGauge(clock, (sampleRateHz * 2) / 1000)
  let messages = { sinceMs: clock.monotonicMs(), count: 0 }
  let store = { atMs: clock.monotonicMs(), left: STORE_BYTES }
  let turns = { sinceMs: clock.monotonicMs(), count: 0 }
  let malformedInARow = 0
  return {
    audio(bytes) {
      malformedInARow = 0
      return sound(bytes)
    },
    message(type, bytes) {
      malformedInARow = 0
      if (CHEAP.has(type)) return true
      const now = clock.monotonicMs()
      store = { atMs: now, left: Math.min(STORE_BYTES, store.left + ((now - store.atMs) * BYTES_PER_S) / 1000) - bytes }
      if (store.left < 0) return false
      if (now - messages.sinceMs >= FOR_MS) messages = { sinceMs: now, count: 0 }
      messages.count += 1
      return messages.count <= MAX_MESSAGES
    },
    turn(type) {
      if (!TURNS.has(type)) return true
      const now = clock.monotonicMs()
      if (now - turns.sinceMs >= FOR_MS) turns = { sinceMs: now, count: 0 }
      turns.count += 1
      return turns.count <= MAX_TURNS
    },
    malformed() {
      malformedInARow += 1
      return malformedInARow < MAX_MALFORMED_IN_A_ROW
    },
  }
}

/**
 * Two counts, for a line that stalls sends what it held back in one go, and that is no abuse: a store that fills at 1.5 × real time and
 * holds what two seconds may bring, and how many steps in a row were too fast.
 */
function createSoundGauge(clock: Clock, bytesPerMs: number): (bytes: number) => boolean {
  const perMs = AUDIO_FACTOR * bytesPerMs
  const store = perMs * FOR_MS
  const stepStore = perMs * STEP_MS
  const began = clock.monotonicMs()
  // One object of whole numbers: a fraction, or a number that a closure keeps, is a place of its own on the heap.
  const at = { left: store, countedMs: 0, step: 0, inStep: 0, fastSteps: 0 }
  return (bytes) => {
    const nowMs = Math.round(clock.monotonicMs() - began)
    at.left = Math.min(store, at.left + Math.floor((nowMs - at.countedMs) * perMs)) - bytes
    at.countedMs = nowMs
    const thisStep = Math.floor(nowMs / STEP_MS)
    if (thisStep > at.step) {
      at.fastSteps = thisStep === at.step + 1 && at.inStep > stepStore ? at.fastSteps + 1 : 0
      at.step = thisStep
      at.inStep = 0
    }
    at.inStep += bytes
    return at.left >= 0 && at.fastSteps * STEP_MS < FOR_MS
  }
}
