import type { FeedWriter } from '../feed.ts'
import type { Use } from './wishes.ts'

/** Tools that the page answers. */
export interface ClientTools {
  run(use: Use, signal: AbortSignal): Promise<unknown>
  /** The page's answer. False when nobody waits for it. */
  answer(id: string, result: unknown): boolean
  /** Asked and not answered, oldest first: a page that comes back is told again. */
  unanswered(): Use[]
}

export function createClientTools(feed: Pick<FeedWriter, 'tell'>): ClientTools {
  const waiting = new Map<string, { use: Use; settle: (result: unknown) => void }>()
  return {
    run(use, signal) {
      return new Promise((resolve) => {
        const settle = (result: unknown) => {
          waiting.delete(use.id)
          signal.removeEventListener('abort', leave)
          resolve(result)
        }
        const leave = () => settle({ error: 'Nobody waits any more.' })
        signal.addEventListener('abort', leave, { once: true })
        waiting.set(use.id, { use, settle })
        feed.tell({ type: 'tool', id: use.id, name: use.name, arguments: use.arguments })
      })
    },
    answer(id, result) {
      const asked = waiting.get(id)
      asked?.settle(result)
      return asked !== undefined
    },
    unanswered: () => [...waiting.values()].map(({ use: { id, name, arguments: values } }) => ({ id, name, arguments: values })),
  }
}
