import { setTimeout as wait } from 'node:timers/promises'
import type { Fault } from './faults.ts'

/** How fast a service speaks. */
export interface Pace {
  firstWordMs: number
  wordMs: number
}

export const DEFAULT_PACE: Pace = { firstWordMs: 40, wordMs: 15 }

/** One step of an answer; the wire turns it into bytes. `drop` and `end` are last. */
export type Step =
  | { do: 'say'; text: string; last: boolean }
  | { do: 'malformed' }
  | { do: 'error' }
  | { do: 'drop' }
  | { do: 'end'; marked: boolean }

export const words = (text: string): string[] => text.match(/\S+\s*/g) ?? ['']

/** Before which piece the fault comes: never after the last one, which ends the answer. */
function turningPoint(fault: Fault | undefined, pieces: number): number {
  if (!fault || !('afterWords' in fault) || fault.afterWords === undefined) return -1
  return Math.min(fault.afterWords, pieces - 1)
}

/**
 * Plays an answer piece by piece at its pace, with the fault that was ordered. `released` ends a stall; `signal` is the client leaving.
 * @throws AbortError when the client left
 */
export async function* perform(
  pieces: string[],
  o: { fault: Fault | undefined; pace: Pace; released: () => Promise<void>; signal: AbortSignal },
): AsyncGenerator<Step> {
  const { fault, signal } = o
  const turn = turningPoint(fault, pieces.length)
  await pause(fault?.kind === 'slow-start' ? fault.delayMs : o.pace.firstWordMs, signal)
  for (const [at, text] of pieces.entries()) {
    if (at > 0) await pause(o.pace.wordMs, signal)
    if (at === turn) {
      if (fault?.kind === 'stall') await stalled(fault.forMs, o.released, signal)
      if (fault?.kind === 'malformed') yield { do: 'malformed' }
      if (fault?.kind === 'no-end') return yield { do: 'end', marked: false }
      if (fault?.kind === 'drop') return yield { do: 'drop' }
      if (fault?.kind === 'error-in-stream') return yield { do: 'error' }
    }
    yield { do: 'say', text, last: at === pieces.length - 1 && fault?.kind !== 'no-end' }
  }
  yield { do: 'end', marked: fault?.kind !== 'no-end' }
}

const pause = (ms: number, signal: AbortSignal) => wait(ms, undefined, { signal })

async function stalled(forMs: number | undefined, released: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const left = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  const over: Promise<unknown>[] = [left, released()]
  if (forMs !== undefined) over.push(pause(forMs, signal))
  await Promise.race(over)
}
