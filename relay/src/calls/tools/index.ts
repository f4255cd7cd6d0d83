import { BUILT_IN_TOOLS, type BuiltInTool, type ToolSpec } from '../../agents/tool-spec.ts'
import type { FeedWriter } from '../feed.ts'
import type { Clock } from '../ports.ts'
import { type ArgumentCheck, argumentCheck } from './arguments.ts'
import { BUILT_IN_SPECS, createBuiltIns } from './built-in.ts'
import { type ClientTools, createClientTools } from './client.ts'
import { createWishes, type Use, type Wishes } from './wishes.ts'

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

interface ToolsOptions {
  specs: readonly ToolSpec[]
  /** Which of the call's own tools the agent may use. Unset: all. */
  builtIns?: readonly BuiltInTool[]
  feed: Pick<FeedWriter, 'tell'>
  note: (type: string, payload: Record<string, unknown>) => void
  clock: Clock
  onEndCall: () => void
  /** Asks an owner's service. Unset: the agent has no http tools. */
  askService?: (tool: ToolSpec, values: Record<string, unknown>, signal: AbortSignal) => Promise<unknown>
  /** Whether anybody watches calls now who may step in; unset: nobody does. Never rejects. */
  anybodyWatches?: () => Promise<boolean>
  /** A client or http tool keeps somebody waiting for longer than `slowMs`; told once a use. */
  onSlow?: (use: Use) => void
  slowMs?: number
}

export function createTools(o: ToolsOptions): Tools {
  return new CallTools(o)
}

class CallTools implements Tools {
  readonly specs: readonly ToolSpec[]
  readonly #o: ToolsOptions
  readonly #known: ReadonlyMap<string, ToolSpec>
  // Most calls use none: these are made with the first use.
  #client: ClientTools | undefined = undefined
  #builtIns: ReturnType<typeof createBuiltIns> | undefined = undefined
  #wishes: Wishes | undefined = undefined
  #closed = false

  constructor(o: ToolsOptions) {
    const { known, specs } = kitOf(o.specs, o.builtIns ?? BUILT_IN_TOOLS, o.askService !== undefined)
    this.specs = specs
    this.#o = o
    this.#known = known
  }

  use(use: Use, signal: AbortSignal) {
    this.#wishes ??= this.#makeWishes()
    return this.#wishes.ask(use, signal)
  }
  answer(id: string, result: unknown) {
    return this.#client?.answer(id, result) ?? false
  }
  unanswered() {
    return this.#client?.unanswered() ?? []
  }
  close() {
    this.#closed = true
    this.#wishes?.close()
  }

  #makeWishes(): Wishes {
    const { clock, onSlow, slowMs = SLOW_MS } = this.#o
    const made = createWishes({
      clock,
      slowMs,
      run: (use, stop) => this.#run(use, stop),
      onSlow: (use) => this.#known.get(use.name)?.kind !== 'built-in' && onSlow?.(use),
    })
    if (this.#closed) made.close()
    return made
  }

  async #run(use: Use, stop: AbortSignal): Promise<unknown> {
    const { clock, note } = this.#o
    const spec = this.#known.get(use.name)
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
      if (wrong === undefined) this.#perform(spec, use, over.signal).then(settle, () => settle({ error: `The tool ${spec.name} failed.` }))
      else settle({ error: wrong })
    })
  }

  async #perform(spec: ToolSpec, use: Use, signal: AbortSignal): Promise<unknown> {
    const { anybodyWatches = async () => false, askService, feed, note, onEndCall } = this.#o
    if (spec.kind === 'client') {
      this.#client ??= createClientTools(feed)
      return this.#client.run(use, signal)
    }
    if (spec.kind === 'http') return askService?.(spec, use.arguments, signal)
    this.#builtIns ??= createBuiltIns({ anybodyWatches, feed, note, onEndCall })
    return this.#builtIns[spec.name as BuiltInTool](use.arguments)
  }
}

/** What an agent's tools are, for all its calls. */
interface Kit {
  own: readonly BuiltInTool[]
  hasServices: boolean
  known: ReadonlyMap<string, ToolSpec>
  specs: readonly ToolSpec[]
}

const kits = new WeakMap<readonly ToolSpec[], Kit>()

function kitOf(given: readonly ToolSpec[], own: readonly BuiltInTool[], hasServices: boolean): Kit {
  const before = kits.get(given)
  if (before?.own === own && before.hasServices === hasServices) return before
  const usable = given.filter(
    (spec) => !own.some((name) => name === spec.name) && (spec.kind === 'client' || (spec.kind === 'http' && hasServices)),
  )
  const known = new Map([...usable, ...own.map((name) => BUILT_IN_SPECS[name])].map((spec) => [spec.name, spec]))
  const kit = { own, hasServices, known, specs: [...known.values()].map(({ http, ...spec }) => spec) }
  kits.set(given, kit)
  return kit
}

const checks = new WeakMap<ToolSpec, ArgumentCheck>()

function fault(spec: ToolSpec, values: Record<string, unknown>): string | undefined {
  try {
    const check = checks.get(spec) ?? argumentCheck(spec.parameters)
    checks.set(spec, check)
    const wrong = check(values)
    return wrong && `The arguments of ${spec.name} do not fit. ${wrong}`
  } catch {
    return `The tool ${spec.name} cannot be used: its parameters are not understood.`
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
