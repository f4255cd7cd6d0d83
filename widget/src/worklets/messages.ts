/** What the page tells the playback worklet. Audio comes as a bare ArrayBuffer of PCM16LE, handed over. */
export type ToPlayback =
  | ArrayBuffer
  | { type: 'begin'; utterance: number }
  | { type: 'mark'; id: number; utterance: number; closes: boolean }
  | { type: 'clear'; utterance: number; ticket: number }
  | { type: 'hold'; held: boolean }
  | { type: 'stop' }

/** What it tells the page. */
export type FromPlayback =
  | { type: 'reached'; id: number }
  | { type: 'cleared'; ticket: number; heard: number }
  /** Some 25 times a second while there is sound, and once when it ends. `heard` is of the utterance begun last. */
  | { type: 'level'; level: number; utterance: number; heard: number }
  /** The first sample that is not zero, at this time of the context's clock. */
  | { type: 'sounding'; contextTime: number }

export interface PlaybackOptions {
  sourceHz: number
}
