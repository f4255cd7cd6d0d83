/** What differs between generations of Live models (PROTOCOLS 5.5). */
export interface Generation {
  /** `clientContent` may only bring the history that stands before the first turn; words go by `realtimeInput.text`. */
  historyOnly: boolean
}

const LIVE = /^models\/gemini-(\d+)(?:\.(\d+))?-.*(live|native-audio)/

/** undefined: no such Live model. */
export function generationOf(model: string): Generation | undefined {
  const major = LIVE.exec(model)?.[1]
  return major === undefined ? undefined : { historyOnly: Number(major) >= 3 }
}
