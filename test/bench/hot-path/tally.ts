/** How long frames took, and how many did not come; over all calls of one measured process. */

const BUCKET_US = 10
/** Two seconds; what takes longer counts as that. */
const BUCKETS = 200_000

export class Delays {
  readonly #counts = new Uint32Array(BUCKETS)
  #all = 0

  add(ms: number): void {
    const bucket = Math.min(BUCKETS - 1, Math.max(0, Math.floor((ms * 1000) / BUCKET_US)))
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#all += 1
  }

  /** In ms; NaN of nothing. */
  percentile(share: number): number {
    let left = Math.ceil(share * this.#all)
    for (let bucket = 0; bucket < BUCKETS && this.#all > 0; bucket++) {
      left -= this.#counts[bucket] ?? 0
      if (left <= 0) return ((bucket + 0.5) * BUCKET_US) / 1000
    }
    return Number.NaN
  }
}

const KEPT = 4096

/** One direction of one call: frames are numbered, and each has to come once and in its turn. */
export class Course {
  readonly #sentAt = new Float64Array(KEPT)
  #expected: number | undefined
  sent = 0
  came = 0
  lost = 0
  /** Came again, or out of turn. */
  odd = 0
  /** How much more or less time the last frame took than the one right before it; undefined when that one did not come. */
  jitterMs: number | undefined
  #lastMs = Number.NaN

  leaves(atMs: number): void {
    this.#sentAt[this.sent % KEPT] = atMs
    this.sent += 1
  }

  /** Ms since it left. */
  arrives(frame: number, atMs: number): number {
    this.came += 1
    // What was said before the line stood is nobody's loss.
    const expected = this.#expected ?? frame
    const ms = atMs - (this.#sentAt[frame % KEPT] ?? Number.NaN)
    this.jitterMs = frame === this.#expected ? Math.abs(ms - this.#lastMs) : undefined
    this.#lastMs = ms
    if (frame < expected) this.odd += 1
    else {
      this.lost += frame - expected
      this.#expected = frame + 1
    }
    return ms
  }

  /** Sent, and still not there. */
  get missing(): number {
    return this.#expected === undefined ? (this.came > 0 ? 0 : this.sent) : this.sent - this.#expected
  }

  /** From here on frames bear no number (a muted microphone). */
  skip(): void {
    this.came += 1
    this.#expected = undefined
  }
}
