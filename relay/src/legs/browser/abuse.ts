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
/** What makes the agent answer or fall silent, or makes a page's next token, over `FOR_MS`: quicker than anybody types, and each may cost money. */
const MAX_TURNS = 20
type Turn = ToRelay['type'] | 'access-token'
const TURNS = new Set<Turn>(['text', 'dtmf', 'interrupt', 'access-token'])
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
  turn(type: Turn): boolean
}

/** Counts what one socket sends: sound against real time, messages, malformed frames in a row. */
export function createAbuseGuard(clock: Clock, sampleRateHz: number): AbuseGuard {
  return new Guard(clock, sampleRateHz)
}

/** One object of whole numbers for what is counted fifty times a second: a fraction is a place of its own on the heap. */
class Guard implements AbuseGuard {
  #malformedInARow = 0
  readonly #clock: Clock
  readonly #beganMs: number
  readonly #bytesPerMs: number
  #left: number
  #countedMs = 0
  #step = 0
  #inStep = 0
  #fastSteps = 0
  #messages: { sinceMs: number; count: number }
  #store: { atMs: number; left: number }
  #turns: { sinceMs: number; count: number }

  constructor(clock: Clock, sampleRateHz: number) {
    this.#clock = clock
    const nowMs = clock.monotonicMs()
    this.#beganMs = Math.floor(nowMs)
    this.#bytesPerMs = (sampleRateHz * 2) / 1000
    this.#left = this.#bytesPerMs * AUDIO_FACTOR * FOR_MS
    this.#messages = { sinceMs: nowMs, count: 0 }
    this.#store = { atMs: nowMs, left: STORE_BYTES }
    this.#turns = { sinceMs: nowMs, count: 0 }
  }

  /**
   * Two counts, for a line that stalls sends what it held back in one go, and that is no abuse: a store that fills at 1.5 × real time and
   * holds what two seconds may bring, and how many steps in a row were too fast.
   */
  audio(bytes: number): boolean {
    this.#malformedInARow = 0
    const nowMs = Math.floor(this.#clock.monotonicMs()) - this.#beganMs
    const perMs = this.#bytesPerMs * AUDIO_FACTOR
    this.#left = Math.min(perMs * FOR_MS, this.#left + Math.floor((nowMs - this.#countedMs) * perMs)) - bytes
    this.#countedMs = nowMs
    const step = Math.floor(nowMs / STEP_MS)
    if (step > this.#step) {
      this.#fastSteps = step === this.#step + 1 && this.#inStep > perMs * STEP_MS ? this.#fastSteps + 1 : 0
      this.#step = step
      this.#inStep = 0
    }
    this.#inStep += bytes
    return this.#left >= 0 && this.#fastSteps * STEP_MS < FOR_MS
  }

  message(type: ToRelay['type'], bytes: number): boolean {
    this.#malformedInARow = 0
    if (CHEAP.has(type)) return true
    const now = this.#clock.monotonicMs()
    const store = this.#store
    this.#store = { atMs: now, left: Math.min(STORE_BYTES, store.left + ((now - store.atMs) * BYTES_PER_S) / 1000) - bytes }
    if (this.#store.left < 0) return false
    if (now - this.#messages.sinceMs >= FOR_MS) this.#messages = { sinceMs: now, count: 0 }
    this.#messages.count += 1
    return this.#messages.count <= MAX_MESSAGES
  }

  turn(type: Turn): boolean {
    if (!TURNS.has(type)) return true
    const now = this.#clock.monotonicMs()
    if (now - this.#turns.sinceMs >= FOR_MS) this.#turns = { sinceMs: now, count: 0 }
    this.#turns.count += 1
    return this.#turns.count <= MAX_TURNS
  }

  malformed(): boolean {
    this.#malformedInARow += 1
    return this.#malformedInARow < MAX_MALFORMED_IN_A_ROW
  }
}
