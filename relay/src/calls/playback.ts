/**
 * The ledger of what was said aloud: how much of each utterance was made, sent and heard, and which words that is.
 * Everything is clamped: heard ≤ sent ≤ made, and nothing ever goes back, except `sent` when audio is sent again.
 */
export interface Ledger {
  begin(utterance: string): void
  /** What is made from now on speaks these words. */
  words(utterance: string, text: string): void
  made(utterance: string, ms: number): void
  /** All audio of the utterance up to `ms` has been sent. */
  sentUpTo(utterance: string, ms: number): void
  /** The far end says that `ms` of it were heard in all. Stale and unknown reports are ignored. */
  heardUpTo(utterance: string, ms: number): void
  /** Nothing more counts for this utterance. Returns the words heard. */
  close(utterance: string): { text: string; heardMs: number; whole: boolean }
  madeMs(utterance: string): number
  sentMs(utterance: string): number
  heardMs(utterance: string): number
  /** The words begun by `ms`: whole segments, for showing while it plays. */
  textBegunAt(utterance: string, ms: number): string
  readonly open: number
}

interface Track {
  segments: { text: string; ms: number }[]
  madeMs: number
  sentMs: number
  heardMs: number
}

export function createLedger(): Ledger {
  const tracks = new Map<string, Track>()
  const on = (utterance: string, act: (track: Track) => void) => {
    const track = tracks.get(utterance)
    if (track) act(track)
  }
  return {
    begin: (utterance) => void tracks.set(utterance, { segments: [], madeMs: 0, sentMs: 0, heardMs: 0 }),
    words: (utterance, text) => on(utterance, (track) => track.segments.push({ text, ms: 0 })),
    made: (utterance, ms) =>
      on(utterance, (track) => {
        const segment = track.segments.at(-1)
        if (!(ms > 0)) return
        track.madeMs += ms
        if (segment) segment.ms += ms
      }),
    sentUpTo: (utterance, ms) =>
      on(utterance, (track) => {
        track.sentMs = Math.min(track.madeMs, Math.max(track.sentMs, ms))
      }),
    heardUpTo: (utterance, ms) =>
      on(utterance, (track) => {
        if (Number.isFinite(ms)) track.heardMs = Math.max(track.heardMs, Math.min(ms, track.sentMs))
      }),
    close(utterance) {
      const track = tracks.get(utterance)
      tracks.delete(utterance)
      if (!track) return { text: '', heardMs: 0, whole: false }
      return { text: textHeard(track.segments, track.heardMs), heardMs: track.heardMs, whole: track.heardMs >= track.madeMs }
    },
    madeMs: (utterance) => tracks.get(utterance)?.madeMs ?? 0,
    sentMs: (utterance) => tracks.get(utterance)?.sentMs ?? 0,
    heardMs: (utterance) => tracks.get(utterance)?.heardMs ?? 0,
    textBegunAt(utterance, ms) {
      let from = 0
      const begun = (tracks.get(utterance)?.segments ?? []).filter((segment) => {
        const began = from < ms
        from += segment.ms
        return began
      })
      return joinWords(begun.map((segment) => segment.text))
    },
    get open() {
      return tracks.size
    },
  }
}

/** The words of the first `ms`: whole segments, then whole words of the next by its share of letters. */
export function textHeard(segments: readonly { text: string; ms: number }[], ms: number): string {
  const heard: string[] = []
  let from = 0
  for (const { text, ms: lasts } of segments) {
    if (ms >= from + lasts) heard.push(text)
    else {
      heard.push(wholeWords(text, lasts > 0 ? (ms - from) / lasts : 0))
      break
    }
    from += lasts
  }
  return joinWords(heard)
}

function wholeWords(text: string, share: number): string {
  const letters = Math.floor(text.length * Math.max(0, Math.min(1, share)))
  if (letters >= text.length) return text
  const cut = text.slice(0, letters)
  return /\s/.test(text.charAt(letters)) ? cut : cut.replace(/\S*$/, '')
}

function joinWords(pieces: readonly string[]): string {
  return pieces.join(' ').replace(/\s+/g, ' ').trim()
}
