/** Both sides of the same 20 ms: what the phone says, and what it hears. */
export type Tap = (fromPhone: Int16Array, toPhone: Int16Array) => void
export interface Mouth {
  next(): Int16Array | undefined
}

/** A carrier's end of a line as sound sees it: what the phone hears comes from its mouth, what the phone says passes its taps. */
export interface SoundEnd {
  mouth: Mouth | undefined
  readonly taps: Set<Tap>
  /** Aborted when the call is over. */
  readonly over: AbortSignal
}
