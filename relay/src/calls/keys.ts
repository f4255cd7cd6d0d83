import type { Clock } from './ports.ts'

/** Keys pressed within this time are one input. */
const GATHER_MS = 1200

export interface Keys {
  press(digits: string): void
  /** What is gathered and not yet told is forgotten. */
  close(): void
}

/** Gathers pressed keys into one input; a single key of the menu acts at once. `w` is a pause in dialling and means nothing here. */
export function createKeys(o: { menu: readonly string[]; clock: Clock; onInput: (digits: string) => void }): Keys {
  let gathered = ''
  let cancel: (() => void) | undefined
  const tell = () => {
    const digits = gathered
    gathered = ''
    cancel?.()
    cancel = undefined
    if (digits !== '') o.onInput(digits)
  }
  return {
    press(digits) {
      gathered += digits.replaceAll('w', '')
      if (o.menu.includes(gathered)) return tell()
      cancel?.()
      cancel = o.clock.after(GATHER_MS, tell)
    },
    close() {
      gathered = ''
      cancel?.()
    },
  }
}
