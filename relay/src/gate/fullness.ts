import type { Keys } from './counting.ts'
import type { Allowance } from './rules/limits.ts'

/**
 * Allowances that were seen used up. Until the oldest answer in them is out of their window nothing can make room again,
 * so a flood of questions is refused without counting anew. What is in here was counted; what is not, is counted.
 */
export interface Fullness {
  learn(allowances: readonly Allowance[], fullSince: readonly (number | undefined)[], keys: Keys): void
  /** For each allowance: since when it is known to be used up. Undefined: nothing is known to be full. */
  known(allowances: readonly Allowance[], keys: Keys, nowMs: number): (number | undefined)[] | undefined
}

const KEPT = 10_000

export function createFullness(kept = KEPT): Fullness {
  const sinceOf = new Map<string, number>()
  // With its count in the name: a limit that was changed is another limit.
  const nameOf = ({ limited, window, count, column }: Allowance, keys: Keys) => `${limited} ${window} ${count} ${keys[column]}`
  return {
    learn(allowances, fullSince, keys) {
      for (const [place, allowance] of allowances.entries()) {
        const since = fullSince[place]
        // Nothing is allowed at all: no answer to wait for.
        if (since === undefined || allowance.count === 0 || keys[allowance.column] === null) continue
        const name = nameOf(allowance, keys)
        sinceOf.delete(name)
        sinceOf.set(name, since)
        const [oldest] = sinceOf.keys()
        if (sinceOf.size > kept && oldest !== undefined) sinceOf.delete(oldest)
      }
    },
    known(allowances, keys, nowMs) {
      const fullSince = allowances.map((allowance) => {
        const name = nameOf(allowance, keys)
        const since = sinceOf.get(name)
        if (since === undefined || since + allowance.windowMs > nowMs) return since
        sinceOf.delete(name)
        return undefined
      })
      return fullSince.some((since) => since !== undefined) ? fullSince : undefined
    },
  }
}
