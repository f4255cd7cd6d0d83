/** What the page tells the capture worklet. */
export type ToCapture = { type: 'mute'; muted: boolean } | { type: 'stop' }

/** What it tells the page. */
export type FromCapture =
  /** 20 ms of PCM16LE at 16 kHz, handed over; `atMs` is its first sample on the context's clock. */
  | { type: 'frame'; pcm: ArrayBuffer; atMs: number }
  /** Some ten times a second: RMS of what was sent, 0 to 1. */
  | { type: 'level'; level: number }
  /** Nothing but zeros for two seconds, told again every two seconds; and the first sample after that. */
  | { type: 'silent' }
  | { type: 'sound' }

export interface CaptureOptions {
  muted: boolean
}
