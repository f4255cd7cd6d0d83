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
  /** All its sound up to `ms` has been sent. True when `begunText` may tell more than when it was last asked. */
  sentUpTo(ms: number): boolean
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

/** Later than any sound. */
const NEVER = 2 ** 30

export function createLedger(): Ledger {
  return new OwnLedger()
}

/** A segment whose sound begins at `fromMs` and lasts until the next one's. */
interface Written extends Segment {
  soundMs: number
  readonly fromMs: number
}

// What a frame of sound changes are numbers of its own; segments are only looked at when words come or are asked for.
class OwnLedger implements Ledger {
  madeMs = 0
  sentMs = 0
  #closed = false
  /** More sound of the last segment may come. */
  #open = false
  /** Up to the end of the last sound that was not silent. */
  #soundedMs = 0
  /** Of the first segment that is not begun, once its words are known. */
  #nextFromMs = NEVER
  heardMs = 0
  readonly #segments: Written[] = []
  /** How many are begun, and their words. */
  #begun = 0
  #begunRaw = ''
  #begunText = ''

  words(text: string): void {
    if (this.#closed) return
    const last = this.#segments.at(-1)
    if (this.#open && last?.text === '') {
      last.text = text
      this.#open = false
    }
    // Pieces of a sentence that has no sound yet: nobody knows where it divides.
    else if (this.#open && last?.fromMs === this.madeMs) last.text += text
    else this.#begin(text)
    this.#seekNext()
  }

  wordsMade(): void {
    this.#open = false
    this.#seekNext()
  }

  made(ms: number, silent = false): void {
    if (this.#closed || !(ms > 0)) return
    if (!this.#open) this.#begin('')
    this.madeMs += ms
    if (!silent) this.#soundedMs = this.madeMs
  }

  sentUpTo(ms: number): boolean {
    if (!this.#closed && ms > this.sentMs) this.sentMs = Math.min(this.madeMs, ms)
    return this.sentMs > this.#nextFromMs
  }

  heardUpTo(ms: number): void {
    if (!this.#closed && Number.isFinite(ms) && ms > this.heardMs) this.heardMs = Math.min(ms, this.sentMs)
  }

  begunText(): string {
    if (this.sentMs <= this.#nextFromMs) return this.#begunText
    while (this.sentMs > this.#nextFromMs) {
      this.#begunRaw += this.#segments[this.#begun]?.text ?? ''
      this.#begun += 1
      this.#seekNext()
    }
    this.#begunText = tidy(this.#begunRaw)
    return this.#begunText
  }

  finish(): Hearing {
    this.#closed = true
    return { text: tidy(this.#segments.map((segment) => segment.text).join('')), ms: this.madeMs }
  }

  close(): Hearing {
    this.#closed = true
    this.#measure()
    return { text: textHeard(this.#segments, this.heardMs), ms: this.heardMs }
  }

  #begin(text: string): void {
    this.#open = false
    this.#measure()
    this.#segments.push({ text, ms: 0, soundMs: 0, open: false, fromMs: this.madeMs })
    this.#open = true
    this.#seekNext()
  }

  /** Writes down what there is of the last segment. */
  #measure(): void {
    const last = this.#segments.at(-1)
    if (!last) return
    last.ms = this.madeMs - last.fromMs
    last.soundMs = this.#soundedMs > last.fromMs ? this.#soundedMs - last.fromMs : last.ms
    last.open = this.#open
  }

  #seekNext(): void {
    const next = this.#segments[this.#begun]
    // Its words may still come.
    const isUnknown = next?.text === '' && this.#open && this.#begun === this.#segments.length - 1
    this.#nextFromMs = next === undefined || isUnknown ? NEVER : next.fromMs
  }
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
