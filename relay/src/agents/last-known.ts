import type { Clock } from '../calls/ports.ts'

/** So long an answer is waited for where an older one is known. */
const ANSWERS_WITHIN_MS = 500
/** An older answer is none. Longer than calls last. */
const KNOWN_FOR_MS = 4 * 3_600_000
const MOST_KNOWN = 1000

export interface LastKnown<Args extends readonly string[], T> {
  /** What was never asked before is waited for, and rejects as the asking does. */
  ask(...args: Args): Promise<T>
  /** Learnt by another way, where nothing is known yet. */
  learn(answer: T, ...args: Args): void
  /** Something has changed: what was answered until now counts no more. */
  forget(): void
}

/** Asks, and while nobody answers gives what was answered last. */
export function lastKnown<Args extends readonly string[], T>(ask: (...args: Args) => Promise<T>, clock: Clock): LastKnown<Args, T> {
  let known = new Map<string, { answer: T; atMs: number }>()

  function keep(into: typeof known, name: string, answer: T) {
    into.delete(name)
    into.set(name, { answer, atMs: clock.monotonicMs() })
    const [oldest] = into.keys()
    if (into.size > MOST_KNOWN && oldest !== undefined) into.delete(oldest)
  }

  return {
    ask(...args) {
      const name = args.join(' ')
      const here = known
      const asked = ask(...args).then((answer) => {
        // What was asked before a change goes where nobody looks any more.
        keep(here, name, answer)
        return answer
      })
      const before = here.get(name)
      if (!before || clock.monotonicMs() - before.atMs > KNOWN_FOR_MS) return asked
      const late = Promise.withResolvers<T>()
      const cancel = clock.after(ANSWERS_WITHIN_MS, () => late.resolve(before.answer))
      return Promise.race([asked.catch(() => before.answer), late.promise]).finally(cancel)
    },
    learn(answer, ...args) {
      const name = args.join(' ')
      if (!known.has(name)) keep(known, name, answer)
    },
    forget() {
      known = new Map()
    },
  }
}
