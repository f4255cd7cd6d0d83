import { randomBytes } from 'node:crypto'
import type { EngineContext } from '../../calls/ports.ts'

/** The model's uses of tools: each runs once, several at a time; what was cancelled is not answered. */
export interface ToolUses {
  use(call: { id: string; name: string; arguments: Record<string, unknown> }): void
  cancel(ids: readonly string[]): void
  /** The turn is over: its ids may be used again. */
  turnOver(): void
  close(): void
}

export function createToolUses(o: {
  useTool: EngineContext['useTool']
  known: ReadonlySet<string>
  send: (json: string) => void
}): ToolUses {
  const running = new Map<string, AbortController>()
  const answered = new Map<string, string>()

  async function run({ id, name, arguments: values }: Parameters<ToolUses['use']>[0], stop: AbortController) {
    const result = o.known.has(name)
      ? await o.useTool({ id: `tool_${randomBytes(9).toString('base64url')}`, name, arguments: values }, stop.signal)
      : { error: `There is no tool ${name}.` }
    if (stop.signal.aborted) return
    running.delete(id)
    const response = JSON.stringify({ toolResponse: { functionResponses: [{ id, name, response: { output: result } }] } })
    answered.set(id, response)
    o.send(response)
  }

  return {
    use(call) {
      // Asked again by a connection that came back.
      const known = answered.get(call.id)
      if (known !== undefined) return o.send(known)
      if (running.has(call.id)) return
      const stop = new AbortController()
      running.set(call.id, stop)
      void run(call, stop)
    },
    cancel(ids) {
      for (const id of ids) {
        running.get(id)?.abort()
        running.delete(id)
      }
    },
    turnOver: () => answered.clear(),
    close() {
      for (const stop of running.values()) stop.abort()
      running.clear()
      answered.clear()
    },
  }
}
