/**
 * Speech out of single frames, as a table: a sound `stirs`, becomes `speech` once it is longer than a cough, `taken` once it is longer
 * than a remark, and ends after silence. All times are of the sound itself, in ms since its first frame.
 */
export type Hearing =
  | { readonly is: 'silent' }
  | { readonly is: 'stirring' | 'speech' | 'taken'; readonly sinceMs: number; readonly voicedMs: number; readonly lastMs: number }

export type SpeechEvent =
  /** Somebody speaks, and has for longer than a cough lasts. */
  | { type: 'began'; sinceMs: number }
  /** It is more than a remark. */
  | { type: 'taken'; sinceMs: number }
  /** It was a remark, or a long cough. `endedMs`: its last sound. */
  | { type: 'passed'; sinceMs: number; endedMs: number }
  /** The visitor is through: silence for long enough after speech that took the word. */
  | { type: 'ended'; sinceMs: number; endedMs: number }

export interface Thresholds {
  /** Longer than this is speech. */
  minSpeechMs: number
  /** As long as this takes the word. */
  takeWordMs: number
  /** So much silence ends a turn. */
  endSilenceMs: number
}

export const SILENT: Hearing = { is: 'silent' }

/** Silence within a word or between two. */
const GAP_MS = 160
/** A remark is over after this: the agent has waited long enough. */
const REMARK_GAP_MS = 360
/** A burst may touch one frame more than it is long. */
const SLACK_MS = 20
/** Speech is sound for at least this share of its time; taps on a keyboard are not. */
const SHARE = 0.5

/** The next state after one frame that ends at `nowMs`, and what it shows. */
export function hearFrame(
  before: Hearing,
  frame: { voiced: boolean; nowMs: number; frameMs: number },
  at: Thresholds,
): [Hearing, SpeechEvent?] {
  const { voiced, nowMs, frameMs } = frame
  if (before.is === 'silent') {
    return [voiced ? { is: 'stirring', sinceMs: nowMs - frameMs, voicedMs: frameMs, lastMs: nowMs } : SILENT]
  }
  const heard = voiced ? { ...before, voicedMs: before.voicedMs + frameMs, lastMs: nowMs } : before
  const { sinceMs, lastMs } = heard
  const quietMs = nowMs - lastMs
  const spanMs = lastMs - sinceMs
  const full = heard.voicedMs >= spanMs * SHARE
  switch (before.is) {
    case 'stirring':
      if (quietMs > GAP_MS) return [SILENT]
      if (full && spanMs > at.minSpeechMs + SLACK_MS)
        return [
          { ...heard, is: 'speech' },
          { type: 'began', sinceMs },
        ]
      return [heard]
    case 'speech':
      if (quietMs > REMARK_GAP_MS) return [SILENT, { type: 'passed', sinceMs, endedMs: lastMs }]
      if (full && spanMs >= at.takeWordMs)
        return [
          { ...heard, is: 'taken' },
          { type: 'taken', sinceMs },
        ]
      return [heard]
    case 'taken':
      if (quietMs >= at.endSilenceMs) return [SILENT, { type: 'ended', sinceMs, endedMs: lastMs }]
      return [heard]
  }
}
