import { isShallow, TOO_DEEP } from '../../protocol/nesting.ts'
import type { Clock } from '../ports.ts'

export interface Use {
  id: string
  name: string
  arguments: Record<string, unknown>
}

/**
 * What the agent asked of its tools. Who asks may leave (a barge-in); the tool goes on, and whoever asks for the same again meets it:
 * nothing runs a second time as long as nobody was given the result.
 */
export interface Wishes {
  ask(use: Use, signal: AbortSignal): Promise<unknown>
  /** Stops what runs; every asker is answered. */
  close(): void
}

/** A wish moves one way: it runs, then its result waits for somebody or was given. */
type State = { is: 'running' } | { is: 'undelivered' | 'delivered'; result: unknown }
interface Wish {
  key: string
  state: State
  askers: Set<(result: unknown) => void>
}

/** An engine may ask again under an id that it used before; older ones are forgotten. */
const REMEMBERED = 32
const INTERRUPTED = { error: 'Interrupted before the result was there. If it is still wanted, use the tool again: it will not run twice.' }
const ENDED = { error: 'The call ended.' }

export function createWishes(o: {
  /** Settles in any case, also when the signal asks it to stop. */
  run(use: Use, signal: AbortSignal): Promise<unknown>
  clock: Clock
  slowMs: number
  /** Told once for a use that somebody has been waiting for so long. */
  onSlow(use: Use): void
}): Wishes {
  const open = new Map<string, Wish>()
  const byId = new Map<string, Wish>()
  const toldSlow = new Set<string>()
  const stop = new AbortController()

  function begin(use: Use, key: string): Wish {
    const wish: Wish = { key, state: { is: 'running' }, askers: new Set() }
    open.set(key, wish)
    const finish = (result: unknown) => {
      wish.state = { is: 'undelivered', result }
      if (wish.askers.size > 0) deliver(wish)
      for (const settle of [...wish.askers]) settle(result)
    }
    o.run(use, stop.signal).then(finish, () => finish({ error: `The tool ${use.name} failed.` }))
    return wish
  }

  function deliver(wish: Wish) {
    if (wish.state.is !== 'undelivered') return
    wish.state = { ...wish.state, is: 'delivered' }
    open.delete(wish.key)
  }

  function remember(id: string, wish: Wish) {
    byId.delete(id)
    byId.set(id, wish)
    const [oldest] = byId.keys()
    if (byId.size > REMEMBERED && oldest !== undefined) byId.delete(oldest)
  }

  function wait(wish: Wish, use: Use, signal: AbortSignal): Promise<unknown> {
    return new Promise((resolve) => {
      const settle = (result: unknown) => {
        cancelSlow()
        wish.askers.delete(settle)
        signal.removeEventListener('abort', leave)
        resolve(result)
      }
      const leave = () => settle(INTERRUPTED)
      const cancelSlow = o.clock.after(o.slowMs, () => {
        if (toldSlow.has(use.id)) return
        toldSlow.add(use.id)
        o.onSlow(use)
      })
      wish.askers.add(settle)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  return {
    async ask(use, signal) {
      if (stop.signal.aborted) return ENDED
      if (signal.aborted) return INTERRUPTED
      if (!isShallow(use.arguments)) return { error: `What ${use.name} was given ${TOO_DEEP}.` }
      const key = keyOf(use)
      const wish = byId.get(use.id) ?? open.get(key) ?? begin(use, key)
      remember(use.id, wish)
      if (wish.state.is === 'running') return wait(wish, use, signal)
      deliver(wish)
      return wish.state.result
    },
    close: () => stop.abort(),
  }
}

/** Equal for the same tool with equal arguments, in whatever order their names come. */
function keyOf(use: Use): string {
  return JSON.stringify([use.name, canonical(use.arguments)])
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  // Pairs, not an object: whole-number names would be put first, and `__proto__` is no name there.
  return {
    pairs: Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, canonical(inner)]),
  }
}
