export type Trouble = 'silent' | 'system-muted' | 'lost' | 'frozen'

/** What may be told while something else is wrong already; 'back' ends whichever it was. */
const OVER: Record<Trouble | 'none', readonly Trouble[]> = {
  none: ['silent', 'system-muted', 'lost', 'frozen'],
  silent: ['system-muted', 'lost', 'frozen'],
  // A track that the system muted gives zeros, too.
  'system-muted': ['lost', 'frozen'],
  lost: [],
  // Frozen stands until the context is rebuilt.
  frozen: ['lost'],
}

/** What is wrong with the microphone at the moment: each trouble is told once, its end once, and none hides a worse one. */
export class TroubleState {
  #now: Trouble | 'none' = 'none'
  readonly #tell: (what: Trouble | 'back') => void

  constructor(tell: (what: Trouble | 'back') => void) {
    this.#tell = tell
  }

  begins(what: Trouble): void {
    if (!OVER[this.#now].includes(what)) return
    this.#now = what
    this.#tell(what)
  }

  /** Nothing is told unless one of these stood. */
  ends(...which: readonly Trouble[]): void {
    if (this.#now === 'none' || !which.includes(this.#now)) return
    this.#now = 'none'
    this.#tell('back')
  }

  is(what: Trouble): boolean {
    return this.#now === what
  }
}
