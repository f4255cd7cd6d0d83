import { randomUUID } from 'node:crypto'
import type { Logger } from '../logger.ts'
import { Problem } from '../protocol/index.ts'
import { type Call, type CallTimes, createCall, type OpenCall } from './call.ts'
import type { CallLog, Clock, Engine, Voice } from './ports.ts'

export type { Call } from './call.ts'

/** How long a goodbye may take before the call ends without it. */
const GOODBYE_MS = 8000

export interface LiveCalls {
  /**
   * Opens a call and its book.
   * @throws Problem provider_unavailable when neither the agent's engine nor any fallback can run
   */
  open(request: Omit<OpenCall, 'id'> & { details: Record<string, unknown> }): Promise<Call>
  get(id: string): Call | undefined
  /** A call that lives, or is over while the log still writes its end: until then it knows better than the book. */
  unsettled(id: string): Call | undefined
  list(): Call[]
  readonly size: number
  /** Says goodbye on every call and resolves when all are stored, at the latest after `deadlineMs` (then they end at once). */
  drain(deadlineMs: number): Promise<void>
}

/** The calls whose media this relay holds. */
export function createLiveCalls(o: {
  log: CallLog
  engines: readonly Engine[]
  voice: Voice
  clock: Clock
  logger: Logger
  settings: Omit<CallTimes, 'goodbyeMs'>
}): LiveCalls {
  const calls = new Map<string, Call>()
  const unsettled = new Map<string, Call>()
  const closing = new Set<Promise<void>>()
  const newId = () => randomUUID().replaceAll('-', '')

  return {
    async open({ details, ...request }) {
      const id = newId()
      const engines = enginesFor(o.engines, [request.persona.engine, ...request.persona.fallbacks], o.logger)
      await o.log.open({ ...request, id, details, startedAtMs: o.clock.nowMs() })
      const call = createCall({
        ...request,
        id,
        engines,
        voice: o.voice,
        log: o.log,
        clock: o.clock,
        logger: o.logger,
        times: { ...o.settings, goodbyeMs: GOODBYE_MS },
        newId,
        onOver() {
          calls.delete(id)
        },
      })
      calls.set(id, call)
      unsettled.set(id, call)
      closing.add(call.closed)
      void call.closed.then(() => {
        closing.delete(call.closed)
        unsettled.delete(id)
      })
      return call
    },
    get: (id) => calls.get(id),
    unsettled: (id) => unsettled.get(id),
    list: () => [...calls.values()],
    get size() {
      return calls.size
    },
    async drain(deadlineMs) {
      for (const call of calls.values()) call.sayGoodbye('deadline')
      let cancel = () => {}
      const late = new Promise<void>((resolve) => {
        cancel = o.clock.after(deadlineMs, resolve)
      })
      await Promise.race([Promise.all(closing), late])
      cancel()
      for (const call of [...calls.values()]) call.hangUp('deadline')
      await Promise.all(closing)
    },
  }
}

/** The agent's engines that can run now, in the owner's order, each once. */
function enginesFor(all: readonly Engine[], names: readonly string[], logger: Logger): Engine[] {
  const wanted = [...new Set(names)].map((name) => ({ name, engine: all.find((engine) => engine.name === name) }))
  const missing: string[] = []
  const able = wanted.flatMap(({ name, engine }) => {
    const availability = engine?.availability() ?? { ok: false as const, missing: `an engine named ${name}` }
    if (!availability.ok) missing.push(availability.missing)
    return engine && availability.ok ? [engine] : []
  })
  if (able.length > 0) return able
  logger.error({ missing }, 'no engine of the agent can run: set one of these')
  throw new Problem('provider_unavailable', 'The agent cannot answer just now. Please try again later.')
}
