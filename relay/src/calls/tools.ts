import type { ToolSpec } from '../agents/persona.ts'
import type { FeedWriter } from './feed.ts'
import type { Clock } from './ports.ts'

/** Tools of a call: the page answers client tools, the call answers its own. Each use runs once, however often it is asked for. */
export interface Tools {
  readonly specs: readonly ToolSpec[]
  use(use: { id: string; name: string; arguments: Record<string, unknown> }, signal: AbortSignal): Promise<unknown>
  /** The page's answer. False when nobody waits for it. */
  answer(id: string, result: unknown): boolean
  close(): void
}

const END_CALL: ToolSpec = {
  name: 'end_call',
  description: 'Say goodbye in your answer, then end the call. Use it only when the visitor is finished.',
  parameters: { type: 'object', properties: {} },
  kind: 'built-in',
  timeoutMs: 1000,
}

export function createTools(o: {
  specs: readonly ToolSpec[]
  feed: FeedWriter
  note: (type: string, payload: Record<string, unknown>) => void
  clock: Clock
  onEndCall: () => void
}): Tools {
  const specs = [...o.specs.filter((spec) => spec.kind === 'client' && spec.name !== END_CALL.name), END_CALL]
  const uses = new Map<string, Promise<unknown>>()
  const waiting = new Map<string, (result: unknown) => void>()

  function run(use: { id: string; name: string; arguments: Record<string, unknown> }): Promise<unknown> {
    const spec = specs.find((each) => each.name === use.name)
    if (!spec) return Promise.resolve({ error: `There is no tool ${use.name}.` })
    o.note('tool.called', { id: use.id, name: use.name, arguments: use.arguments })
    if (spec.name === END_CALL.name) {
      o.onEndCall()
      return Promise.resolve({ ok: true })
    }
    return new Promise((resolve) => {
      const settle = (result: unknown) => {
        cancel()
        waiting.delete(use.id)
        o.note('tool.finished', { id: use.id, name: use.name, result })
        resolve(result)
      }
      const cancel = o.clock.after(spec.timeoutMs, () => settle({ error: `The page did not answer ${use.name} in time.` }))
      waiting.set(use.id, settle)
      o.feed.tell({ type: 'tool', id: use.id, name: use.name, arguments: use.arguments })
    })
  }

  return {
    specs,
    use(use, signal) {
      const running = uses.get(use.id) ?? run(use)
      uses.set(use.id, running)
      // Who asked may lose interest (a barge-in); the tool itself goes on and is not run again.
      return unlessAborted(running, signal)
    },
    answer(id, result) {
      const settle = waiting.get(id)
      settle?.(result)
      return settle !== undefined
    },
    close() {
      for (const settle of [...waiting.values()]) settle({ error: 'The call ended.' })
    },
  }
}

async function unlessAborted(running: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  const gone = Promise.withResolvers<unknown>()
  const leave = () => gone.resolve({ error: 'Interrupted.' })
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([running, gone.promise])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}
