import { randomBytes } from 'node:crypto'
import type { EngineContext } from '../../calls/ports.ts'

/** A use that the model asked for, under its own id. */
export interface Wish {
  id: string
  name: string
  arguments: Record<string, unknown>
}

interface Use {
  name: string
  /** The same tool with the same arguments. */
  key: string
  result: Promise<unknown>
  stop: AbortController
  /** The connection on which an answer is owed. */
  owedOn: number | undefined
}

/** The model's uses of tools: each runs once, several at a time; what was cancelled is not answered. */
export interface ToolUses {
  use(wish: Wish): void
  cancel(ids: readonly string[]): void
  /** The connection is gone, and the turn is asked again: what it used already runs on for the one that comes. */
  moved(): void
  /** The turn is over: the next one's uses are its own. */
  turnOver(): void
  close(): void
}

/** Ids that are remembered, so that none runs again. */
const MOST_IDS = 200

export function createToolUses(o: {
  useTool: EngineContext['useTool']
  known: readonly { name: string }[]
  send: (json: string) => void
}): ToolUses {
  /** Of one that was taken back only the id is kept: it may have done its work already. */
  const uses = new Map<string, Use | 'taken-back'>()
  let ofTurn: Use[] = []
  /** A vendor that resumes has forgotten the turn it was in, and asks for the same again under a new id. */
  let carried: Use[] = []
  let connection = 0

  function begin({ name, arguments: values }: Wish, key: string): Use {
    const stop = new AbortController()
    return { name, key, stop, owedOn: undefined, result: resultOf(name, values, stop.signal) }
  }

  async function resultOf(name: string, values: Wish['arguments'], signal: AbortSignal): Promise<unknown> {
    if (!o.known.some((tool) => tool.name === name)) return { error: `There is no tool ${name}.` }
    try {
      return await o.useTool({ id: `tool_${randomBytes(9).toString('base64url')}`, name, arguments: values }, signal)
    } catch {
      return { error: `The tool ${name} failed.` }
    }
  }

  function answer(id: string, use: Use) {
    if (use.owedOn === connection) return
    const mine = connection
    use.owedOn = mine
    void use.result.then((output) => {
      if (use.stop.signal.aborted || mine !== connection) return
      use.owedOn = undefined
      o.send(JSON.stringify({ toolResponse: { functionResponses: [{ id, name: use.name, response: { output } }] } }))
    })
  }

  function remember(id: string, use: Use | 'taken-back') {
    uses.set(id, use)
    for (const old of uses.keys()) {
      if (uses.size <= MOST_IDS) return
      uses.delete(old)
    }
  }

  return {
    use(wish) {
      const before = uses.get(wish.id)
      if (before === 'taken-back') return
      if (before) return answer(wish.id, before)
      const key = JSON.stringify([wish.name, wish.arguments])
      const at = carried.findIndex((use) => use.key === key)
      const use = carried[at] ?? begin(wish, key)
      if (at >= 0) carried.splice(at, 1)
      remember(wish.id, use)
      ofTurn.push(use)
      answer(wish.id, use)
    },
    cancel(ids) {
      for (const id of ids) {
        const use = uses.get(id)
        if (use && use !== 'taken-back') {
          use.stop.abort()
          ofTurn = ofTurn.filter((each) => each !== use)
        }
        remember(id, 'taken-back')
      }
    },
    moved() {
      connection += 1
      carried = [...new Set([...carried, ...ofTurn])]
      ofTurn = []
    },
    turnOver() {
      carried = []
      ofTurn = []
    },
    close() {
      for (const use of uses.values()) if (use !== 'taken-back') use.stop.abort()
      uses.clear()
      carried = []
      ofTurn = []
    },
  }
}
