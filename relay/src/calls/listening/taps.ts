/** Hears one side of a call as it passes. The bytes are PCM16LE mono, good until the call returns. */
export interface Tap {
  sound(bytes: Uint8Array, sampleRateHz: number): void
  /** The far end dropped what it had not played yet. */
  dropped(): void
}

/**
 * Where somebody may listen, a side each: the visitor as heard by us, the agent and the operator as sent. Undefined while nobody listens,
 * so that a frame costs one look.
 */
export interface Taps {
  visitor: Tap | undefined
  agent: Tap | undefined
  operator: Tap | undefined
}
