import type { Clock } from './ports.ts'

/** Keys pressed within this time are one input. */
const GATHER_MS = 1200

export interface Keys {
  press(digits: string): void
  /** What is gathered and not yet told is forgotten. */
  close(): void
}

interface KeysOptions {
  menu: readonly string[]
  clock: Clock
  onInput: (digits: string) => void
}

/** Gathers pressed keys into one input; a single key of the menu acts at once. `w` is a pause in dialling and means nothing here. */
export function createKeys(o: KeysOptions): Keys {
  return new GatheredKeys(o)
}

class GatheredKeys implements Keys {
  readonly #o: KeysOptions
  #gathered = ''
  #cancel: (() => void) | undefined = undefined

  constructor(o: KeysOptions) {
    this.#o = o
  }

  press(digits: string) {
    this.#gathered += digits.replaceAll('w', '')
    if (this.#o.menu.includes(this.#gathered)) return this.#tell()
    this.#cancel?.()
    this.#cancel = this.#o.clock.after(GATHER_MS, () => this.#tell())
  }
  close() {
    this.#gathered = ''
    this.#cancel?.()
  }

  #tell() {
    const digits = this.#gathered
    this.#gathered = ''
    this.#cancel?.()
    this.#cancel = undefined
    if (digits !== '') this.#o.onInput(digits)
  }
}
