import { BUILT_IN_TOOLS, type BuiltInTool, type ToolSpec } from '../../agents/tool-spec.ts'
import type { FeedWriter } from '../feed.ts'
import type { Clock } from '../ports.ts'
import { type ArgumentCheck, argumentCheck } from './arguments.ts'
import { BUILT_IN_SPECS, createBuiltIns } from './built-in.ts'
import { createClientTools } from './client.ts'
import { createWishes, type Use } from './wishes.ts'

/** Tools of a call: the page answers client tools, the owner's services http tools, the call its own. */
export interface Tools {
  /** What engines may offer a model; addresses and headers are not part of it. */
  readonly specs: readonly ToolSpec[]
  /** Runs once, however often the same is asked for before somebody was given the result. Never rejects. */
  use(use: Use, signal: AbortSignal): Promise<unknown>
  /** The page's answer. False when nobody waits for it. */
  answer(id: string, result: unknown): boolean
  /** What the page was asked and has not answered: told again when it comes back, under the same ids. */
  unanswered(): Use[]
  close(): void
}

const SLOW_MS = 1500

export function createTools(o: {
  specs: readonly ToolSpec[]
  /** Which of the call's own tools the agent may use. Unset: all. */
  builtIns?: readonly BuiltInTool[]
  feed: Pick<FeedWriter, 'tell'>
  note: (type: string, payload: Record<string, unknown>) => void
  clock: Clock
  onEndCall: () => void
  /** Asks an owner's service. Unset: the agent has no http tools. */
  askService?: (tool: ToolSpec, values: Record<string, unknown>, signal: AbortSignal) => Promise<unknown>
  /** How many people watch calls now. */
  watchers?: () => number
  /** A client or http tool keeps somebody waiting for longer than `slowMs`; told once a use. */
  onSlow?: (use: Use) => void
  slowMs?: number
}): Tools {
  const { clock, note } = o
  const own = o.builtIns ?? BUILT_IN_TOOLS
  const askService = o.askService
  const given = o.specs.filter(
    (spec) => !own.some((name) => name === spec.name) && (spec.kind === 'client' || (spec.kind === 'http' && askService)),
  )
  const known = new Map([...given, ...own.map((name) => BUILT_IN_SPECS[name])].map((spec) => [spec.name, spec]))
  const checks = new Map<string, ArgumentCheck>()
  const client = createClientTools(o.feed)
  const builtIns = createBuiltIns({ feed: o.feed, note, onEndCall: o.onEndCall, watchers: o.watchers ?? (() => 0) })
  const wishes = createWishes({
    clock,
    slowMs: o.slowMs ?? SLOW_MS,
    run,
    onSlow: (use) => known.get(use.name)?.kind !== 'built-in' && o.onSlow?.(use),
  })

  async function run(use: Use, stop: AbortSignal): Promise<unknown> {
    const spec = known.get(use.name)
    if (!spec) return { error: `There is no tool ${use.name}.` }
    note('tool.called', { id: use.id, name: use.name, arguments: use.arguments })
    const startedMs = clock.monotonicMs()
    const wrong = fault(spec, use.arguments)
    return new Promise((resolve) => {
      const over = new AbortController()
      // The first of these counts: a result, the limit of time, the end of the call (noted at once, while the log still takes it).
      const settle = (result: unknown) => {
        if (over.signal.aborted) return
        cancel()
        stop.removeEventListener('abort', leave)
        over.abort()
        note('tool.finished', { id: use.id, name: use.name, ms: Math.round(clock.monotonicMs() - startedMs), ok: !isFault(result), result })
        resolve(result)
      }
      const leave = () => settle({ error: 'The call ended.' })
      const cancel = clock.after(spec.timeoutMs, () => settle({ error: tooSlow(spec) }))
      stop.addEventListener('abort', leave, { once: true })
      if (wrong === undefined) perform(spec, use, over.signal).then(settle, () => settle({ error: `The tool ${spec.name} failed.` }))
      else settle({ error: wrong })
    })
  }

  async function perform(spec: ToolSpec, use: Use, signal: AbortSignal): Promise<unknown> {
    if (spec.kind === 'client') return client.run(use, signal)
    if (spec.kind === 'http') return askService?.(spec, use.arguments, signal)
    return builtIns[spec.name as BuiltInTool](use.arguments)
  }

  function fault(spec: ToolSpec, values: Record<string, unknown>): string | undefined {
    try {
      const check = checks.get(spec.name) ?? argumentCheck(spec.parameters)
      checks.set(spec.name, check)
      const wrong = check(values)
      return wrong && `The arguments of ${spec.name} do not fit. ${wrong}`
    } catch {
      return `The tool ${spec.name} cannot be used: its parameters are not understood.`
    }
  }

  return {
    specs: [...known.values()].map(({ http, ...spec }) => spec),
    use: wishes.ask,
    answer: client.answer,
    unanswered: client.unanswered,
    close: wishes.close,
  }
}

function tooSlow({ kind, name }: ToolSpec): string {
  return kind === 'client' ? `The page did not answer ${name} in time.` : `The service did not answer ${name} in time.`
}

/** A result that says of itself that it is none. */
function isFault(result: unknown): boolean {
  if (typeof result !== 'object' || result === null) return false
  return 'error' in result || ('ok' in result && result.ok === false)
}
