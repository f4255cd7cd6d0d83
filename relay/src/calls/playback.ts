/**
 * The ledger of one utterance said aloud: how much of it was made, sent and heard, and which words that is.
 * Everything is clamped: heard ≤ sent ≤ made; nothing ever goes back, and nothing counts once it is closed.
 */
export interface Ledger {
  /**
   * Words, spaces included. Words that come before their sound own the sound made from now on; where sound came first, they are the words
   * of the sound since the last ones.
   */
  words(text: string): void
  /** All sound of the last words is there. Until then their length is a guess. */
  wordsMade(): void
  /** More sound; `silent` when nothing is said in it: a pause after the words is none of them. */
  made(ms: number, silent?: boolean): void
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
  /** Up to the end of the last sound in it. */
  soundMs?: number
  open?: boolean
}

/** How long a letter takes when nothing is known yet: about 15 letters a second. */
const LETTER_MS = 65

export function createLedger(): Ledger {
  const segments: (Segment & { fromMs: number })[] = []
  let closed = false
  /** Kept between frames: only a new segment changes it. */
  const begun = { segments: 0, raw: '', text: '' }

  const wordsMade = () => {
    const last = segments.at(-1)
    if (last) last.open = false
  }
  const end = (text: string, ms: number): Hearing => {
    closed = true
    return { text, ms }
  }
  // Plain properties: getters would make each ledger a slow object of its own shape.
  const ledger = {
    madeMs: 0,
    sentMs: 0,
    heardMs: 0,
    words(text: string) {
      if (closed) return
      const last = segments.at(-1)
      if (last?.open && last.text === '') Object.assign(last, { text, open: false })
      // Pieces of a sentence that has no sound yet: nobody knows where it divides.
      else if (last?.open && last.ms === 0) last.text += text
      else {
        wordsMade()
        segments.push({ text, ms: 0, open: true, fromMs: ledger.madeMs })
      }
    },
    wordsMade,
    made(ms: number, silent = false) {
      if (closed || !(ms > 0)) return
      let segment = segments.at(-1)
      if (!segment?.open) {
        segment = { text: '', ms: 0, open: true, fromMs: ledger.madeMs }
        segments.push(segment)
      }
      ledger.madeMs += ms
      segment.ms += ms
      if (!silent) segment.soundMs = segment.ms
    },
    sentUpTo(ms: number) {
      if (!closed && ms > ledger.sentMs) ledger.sentMs = Math.min(ledger.madeMs, ms)
    },
    heardUpTo(ms: number) {
      if (!closed && Number.isFinite(ms) && ms > ledger.heardMs) ledger.heardMs = Math.min(ms, ledger.sentMs)
    },
    begunText() {
      const before = begun.segments
      for (let next = segments[begun.segments]; next && next.fromMs < ledger.sentMs; next = segments[begun.segments]) {
        // Its words may still come.
        if (next.text === '' && next.open) break
        begun.segments += 1
        begun.raw += next.text
      }
      if (begun.segments > before) begun.text = tidy(begun.raw)
      return begun.text
    },
    finish: () => end(tidy(segments.map((segment) => segment.text).join('')), ledger.madeMs),
    close: () => end(textHeard(segments, ledger.heardMs), ledger.heardMs),
  }
  return ledger
}

/** The words of the first `ms`: by each segment's share of letters, whole words only. */
export function textHeard(segments: readonly Segment[], ms: number): string {
  let letters = 0
  let from = 0
  for (const { text, ms: made, soundMs = made, open } of segments) {
    if (ms <= from) break
    const lasts = open ? Math.max(soundMs, text.length * LETTER_MS) : soundMs
    if (ms < from + lasts) {
      letters += Math.floor(text.length * ((ms - from) / lasts))
      break
    }
    letters += text.length
    from += open ? Math.max(made, lasts) : made
  }
  const whole = segments.map((segment) => segment.text).join('')
  const cut = whole.slice(0, letters)
  const atWordEnd = letters >= whole.length || /\s/.test(whole.charAt(letters)) || /\s$/.test(cut)
  return tidy(atWordEnd ? cut : cut.replace(/\S*$/, ''))
}

function tidy(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
