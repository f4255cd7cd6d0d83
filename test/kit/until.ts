import { setTimeout as wait } from 'node:timers/promises'

const EVERY_MS = 25
const WITHIN_MS = 20_000

/**
 * Asks again until the answer is neither undefined, null nor false.
 * @throws Error naming `what` when the time is over
 */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  withinMs = WITHIN_MS,
): Promise<Exclude<T, undefined | null | false>> {
  for (const end = performance.now() + withinMs; ; await wait(EVERY_MS)) {
    const answer = await ask()
    if (answer !== undefined && answer !== null && answer !== false) return answer as Exclude<T, undefined | null | false>
    if (performance.now() > end) throw new Error(`waited ${withinMs} ms in vain for: ${what}`)
  }
}
