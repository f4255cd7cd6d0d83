import type { Counting, Keys, Tx } from './counting.ts'
import { createFullness } from './fullness.ts'
import type { Allowance } from './rules/limits.ts'

type FullSince = readonly (number | undefined)[]

/** Has something counted, alone, unless a limit is known to be used up: then it is refused without counting, as a flood of questions is. */
export type UnlessFull = (
  what: { keys: Keys; nowMs: number; allowances: readonly Allowance[] },
  refuse: (fullSince: FullSince) => Promise<void>,
  /** `learn` is told what was counted, for those who come next. */
  count: (tx: Tx, learn: (fullSince: FullSince) => void) => Promise<void>,
) => Promise<void>

export function createUnlessFull({ alone, inTurn }: Counting): UnlessFull {
  const fullness = createFullness()
  return async ({ allowances, keys, nowMs }, refuse, count) => {
    async function isRefused(): Promise<boolean> {
      const fullSince = fullness.known(allowances, keys, nowMs)
      if (fullSince) await refuse(fullSince)
      return fullSince !== undefined
    }
    if (await isRefused()) return
    await inTurn(async () => {
      // Whoever was before us in the turn may have learnt it.
      if (await isRefused()) return
      await alone((tx) => count(tx, (fullSince) => fullness.learn(allowances, fullSince, keys)))
    })
  }
}
