/**
 * The ledger of one utterance said aloud: how much of it was made, sent and heard, and which words that is.
 * Everything is clamped: heard ≤ sent ≤ made; nothing ever goes back, and nothing counts once it is closed.
 */
export interface Ledger {
  /** The sound made from now on speaks these words. */
  words(text: string): void
  /** All sound of the last words is there. Until then their length is a guess. */
  wordsMade(): void
  made(ms: number): void
  /** All its sound up to `ms` has been sent. */
  sentUpTo(ms: number): void
  /** The far end says that `ms` of it were heard in all. */
  heardUpTo(ms: number): void
  readonly madeMs: number
  readonly sentMs: number
  readonly heardMs: number
  /** The words begun by what was sent: whole segments, for showing while it plays. */
  begunText(): string
  /** It was heard to its end, the words without sound included. */
  finish(): Hearing
  /** It ended where it stands. */
  close(): Hearing
}

export interface Hearing {
  text: string
  ms: number
}

/** Words and their sound; `open` while more sound may come. */
interface Segment {
  text: string
  ms: number
  open?: boolean
}

/** How long a letter takes when nothing is known yet: about 15 letters a second. */
const LETTER_MS = 65

export function createLedger(): Ledger {
  const segments: (Segment & { fromMs: number })[] = []
  let [madeMs, sentMs, heardMs] = [0, 0, 0]
  let closed = false
  /** Kept between frames: only a new segment changes it. */
  const begun = { segments: 0, text: '' }

  const wordsMade = () => {
    const last = segments.at(-1)
    if (last) last.open = false
  }
  const end = (text: string, ms: number): Hearing => {
    closed = true
    return { text, ms }
  }
  return {
    words(text) {
      if (closed) return
      wordsMade()
      segments.push({ text, ms: 0, open: true, fromMs: madeMs })
    },
    wordsMade,
    made(ms) {
      const segment = segments.at(-1)
      if (closed || !segment || !(ms > 0)) return
      madeMs += ms
      segment.ms += ms
    },
    sentUpTo(ms) {
      if (!closed && ms > sentMs) sentMs = Math.min(madeMs, ms)
    },
    heardUpTo(ms) {
      if (!closed && Number.isFinite(ms) && ms > heardMs) heardMs = Math.min(ms, sentMs)
    },
    get madeMs() {
      return madeMs
    },
    get sentMs() {
      return sentMs
    },
    get heardMs() {
      return heardMs
    },
    begunText() {
      for (let next = segments[begun.segments]; next && next.fromMs < sentMs; next = segments[begun.segments]) {
        begun.segments += 1
        begun.text = joinWords([begun.text, next.text])
      }
      return begun.text
    },
    finish: () => end(joinWords(segments.map((segment) => segment.text)), madeMs),
    close: () => end(textHeard(segments, heardMs), heardMs),
  }
}

/** The words of the first `ms`: whole segments, then whole words of the next by its share of letters. */
export function textHeard(segments: readonly Segment[], ms: number): string {
  const heard: string[] = []
  let from = 0
  for (const { text, ms: made, open } of segments) {
    if (ms <= from) break
    const lasts = open ? Math.max(made, text.length * LETTER_MS) : made
    if (ms < from + lasts) {
      heard.push(wholeWords(text, (ms - from) / lasts))
      break
    }
    heard.push(text)
    from += lasts
  }
  return joinWords(heard)
}

function wholeWords(text: string, share: number): string {
  const letters = Math.floor(text.length * share)
  const cut = text.slice(0, letters)
  return /\s/.test(text.charAt(letters)) ? cut : cut.replace(/\S*$/, '')
}

function joinWords(pieces: readonly string[]): string {
  return pieces.join(' ').replace(/\s+/g, ' ').trim()
}
