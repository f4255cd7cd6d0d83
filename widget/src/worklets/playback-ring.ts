import { Interpolator } from './interpolator.ts'
import { Ledger } from './ledger.ts'

const SMALLEST = 2 ** 17
/** Nearly six minutes at 24 kHz: nobody speaks so far ahead. */
const LARGEST = 2 ** 23
const CUSHION_STEP_MS = 20
const FADE_MS = 25
const EDGE_MS = 5
/** A piece shorter than the cushion that nobody closes is played after this long. */
const PATIENCE_MS = 200

export interface RingOptions {
  sourceHz: number
  deviceHz: number
  /** Audio gathered before playing begins; grows after each underrun, up to `maxCushionMs`. */
  cushionMs?: number
  maxCushionMs?: number
}

type Phase = 'silent' | 'filling' | 'playing'

/**
 * What is queued to be heard, at the source's rate, and the position up to which it was. Written by messages, read by `render`, both
 * on the audio thread; `render` allocates nothing. Positions count source samples from the beginning of the call.
 */
export class PlaybackRing {
  readonly ledger = new Ledger()
  /** Ids of the marks that the last `render` reached: the first `reachedCount` of them. */
  reached: Int32Array = new Int32Array(64)
  reachedCount = 0
  underruns = 0
  cushionMs: number
  readonly #maxCushionMs: number
  readonly #interpolator: Interpolator
  readonly #sourceHz: number
  readonly #step: number
  readonly #slope: number
  readonly #edge: number
  #samples = new Float32Array(SMALLEST)
  #mask = SMALLEST - 1
  #phase: Phase = 'silent'
  #read = 0
  #write = 0
  #closedAt = 0
  #gain = 1
  #held = false
  #waitedMs = 0
  #marks: { at: number; id: number }[] = []
  #marksDone = 0

  constructor(o: RingOptions) {
    this.cushionMs = o.cushionMs ?? 60
    this.#maxCushionMs = o.maxCushionMs ?? 120
    this.#sourceHz = o.sourceHz
    this.#step = o.sourceHz / o.deviceHz
    this.#slope = 1000 / (EDGE_MS * o.deviceHz)
    this.#edge = (EDGE_MS * o.sourceHz) / 1000
    this.#interpolator = new Interpolator(o.sourceHz, o.deviceHz)
  }

  get position(): number {
    return this.#read
  }
  get queuedMs(): number {
    return ((this.#write - this.#read) * 1000) / this.#sourceHz
  }
  get playing(): boolean {
    return this.#phase === 'playing'
  }

  /** Queues samples. Returns how many were taken: all, unless the ring has reached its largest size. */
  push(pcm: Int16Array): number {
    const length = this.#makeRoom(pcm.length)
    const samples = this.#samples
    for (let i = 0; i < length; i += 1) samples[(this.#write + i) & this.#mask] = (pcm[i] as number) / 32768
    this.#write += length
    this.#silenceAhead()
    return length
  }

  /** What follows belongs to `utterance`. */
  begin(utterance: number): void {
    this.ledger.begin(utterance, this.#write)
  }

  /** Reported when playback reaches what is queued so far. `closes`: the utterance has no more audio, so running dry here is no fault. */
  mark(id: number, utterance: number, closes: boolean): void {
    this.ledger.mark(utterance, this.#write)
    if (this.#marksDone > 0) {
      this.#marks.splice(0, this.#marksDone)
      this.#marksDone = 0
    }
    this.#marks.push({ at: this.#write, id })
    if (this.#marks.length > this.reached.length) this.reached = new Int32Array(this.reached.length * 2)
    if (closes) this.#closedAt = this.#write
  }

  /** Drops what is queued but for a short fade. Returns the samples of `utterance` that were heard in all, the fade included. */
  clear(utterance: number): number {
    this.ledger.mark(utterance, this.#write)
    const next = Math.ceil(this.#read)
    const audible = this.#phase === 'playing' && this.#gain > 0
    const fade = audible ? Math.min(Math.round((FADE_MS * this.#sourceHz) / 1000), this.#write - next) : 0
    for (let i = 0; i < fade; i += 1) {
      const at = (next + i) & this.#mask
      this.#samples[at] = (this.#samples[at] as number) * (1 - (i + 1) / (fade + 1))
    }
    this.#write = Math.max(next, 0) + Math.max(fade, 0)
    this.#closedAt = this.#write
    this.#held = false
    if (fade === 0) this.#stop(1)
    this.#silenceAhead()
    this.#marks = this.#marks.slice(this.#marksDone).filter((mark) => mark.at <= this.#write)
    this.#marksDone = 0
    this.ledger.cut(this.#write)
    return this.ledger.heard(utterance, this.#write)
  }

  /** Falls silent within milliseconds and keeps the place; `false` goes on from there. */
  hold(held: boolean): void {
    this.#held = held
    if (held && this.#phase !== 'playing') this.#gain = 0
  }

  /** Fills one block of the device's samples. */
  render(out: Float32Array): void {
    if (this.#phase !== 'playing') this.#gather((out.length * 1000 * this.#step) / this.#sourceHz)
    for (let i = 0; i < out.length; i += 1) out[i] = this.#phase === 'playing' ? this.#next() : 0
    this.#reach()
  }

  #next(): number {
    const left = this.#write - this.#read
    if (left <= 0) {
      this.#dry()
      return 0
    }
    const dying = this.#held || (left < this.#edge && this.#closedAt !== this.#write)
    this.#gain = dying ? Math.max(0, this.#gain - this.#slope) : Math.min(1, this.#gain + this.#slope)
    if (this.#held && this.#gain === 0) return 0
    const value = this.#interpolator.at(this.#samples, this.#mask, this.#read) * this.#gain
    this.#read += this.#step
    return value
  }

  #gather(blockMs: number): void {
    if (this.#write <= this.#read) return
    if (this.#phase === 'silent') this.#waitedMs = 0
    this.#phase = 'filling'
    if (this.queuedMs >= this.cushionMs || this.#closedAt === this.#write || this.#waitedMs >= PATIENCE_MS) this.#phase = 'playing'
    else this.#waitedMs += blockMs
  }

  #dry(): void {
    if (this.#closedAt === this.#write) {
      this.#stop(1)
      return
    }
    this.underruns += 1
    this.cushionMs = Math.min(this.#maxCushionMs, this.cushionMs + CUSHION_STEP_MS)
    this.#stop(0)
  }

  #stop(gain: number): void {
    this.#phase = 'silent'
    this.#read = this.#write
    this.#gain = this.#held ? 0 : gain
  }

  #reach(): void {
    this.reachedCount = 0
    while (this.#marksDone < this.#marks.length) {
      const mark = this.#marks[this.#marksDone] as { at: number; id: number }
      // A mark before audio that still gathers waits with it: its place is where that audio begins.
      if (mark.at > this.#read || (mark.at === this.#read && this.#phase === 'filling')) return
      this.reached[this.reachedCount] = mark.id
      this.reachedCount += 1
      this.#marksDone += 1
    }
  }

  /** Samples past the end are silence, so that the interpolator may look ahead. */
  #silenceAhead(): void {
    for (let i = 0; i < this.#interpolator.half + 1; i += 1) this.#samples[(this.#write + i) & this.#mask] = 0
  }

  #makeRoom(length: number): number {
    const margin = 2 * this.#interpolator.half + 4
    const used = this.#write - Math.floor(this.#read) + margin
    let size = this.#samples.length
    while (used + length > size && size < LARGEST) size *= 2
    if (size > this.#samples.length) {
      const larger = new Float32Array(size)
      const from = Math.floor(this.#read) - this.#interpolator.half - 1
      for (let i = from; i < this.#write; i += 1) larger[i & (size - 1)] = this.#samples[i & this.#mask] as number
      this.#samples = larger
      this.#mask = size - 1
    }
    return Math.max(0, Math.min(length, size - used))
  }
}
