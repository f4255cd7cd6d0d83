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

interface ToolUsesOptions {
  useTool: EngineContext['useTool']
  known: readonly { name: string }[]
  send: (json: string) => void
}

export function createToolUses(o: ToolUsesOptions): ToolUses {
  return new SessionToolUses(o)
}

// A class: functions of its own would make every call larger for what most never use.
class SessionToolUses implements ToolUses {
  readonly #o: ToolUsesOptions
  /** Of one that was taken back only the id is kept: it may have done its work already. */
  readonly #uses = new Map<string, Use | 'taken-back'>()
  #ofTurn: Use[] = []
  /** A vendor that resumes has forgotten the turn it was in, and asks for the same again under a new id. */
  #carried: Use[] = []
  #connection = 0

  constructor(o: ToolUsesOptions) {
    this.#o = o
  }

  use(wish: Wish) {
    const before = this.#uses.get(wish.id)
    if (before === 'taken-back') return
    if (before) return this.#answer(wish.id, before)
    const key = JSON.stringify([wish.name, wish.arguments])
    const at = this.#carried.findIndex((use) => use.key === key)
    const use = this.#carried[at] ?? this.#begin(wish, key)
    if (at >= 0) this.#carried.splice(at, 1)
    this.#remember(wish.id, use)
    this.#ofTurn.push(use)
    this.#answer(wish.id, use)
  }
  cancel(ids: readonly string[]) {
    for (const id of ids) {
      const use = this.#uses.get(id)
      if (use && use !== 'taken-back') {
        use.stop.abort()
        this.#ofTurn = this.#ofTurn.filter((each) => each !== use)
      }
      this.#remember(id, 'taken-back')
    }
  }
  moved() {
    this.#connection += 1
    this.#carried = [...new Set([...this.#carried, ...this.#ofTurn])]
    this.#ofTurn = []
  }
  turnOver() {
    this.#carried = []
    this.#ofTurn = []
  }
  close() {
    for (const use of this.#uses.values()) if (use !== 'taken-back') use.stop.abort()
    this.#uses.clear()
    this.turnOver()
  }

  #begin({ name, arguments: values }: Wish, key: string): Use {
    const stop = new AbortController()
    return { name, key, stop, owedOn: undefined, result: this.#resultOf(name, values, stop.signal) }
  }

  async #resultOf(name: string, values: Wish['arguments'], signal: AbortSignal): Promise<unknown> {
    if (!this.#o.known.some((tool) => tool.name === name)) return { error: `There is no tool ${name}.` }
    try {
      return await this.#o.useTool({ id: `tool_${randomBytes(9).toString('base64url')}`, name, arguments: values }, signal)
    } catch {
      return { error: `The tool ${name} failed.` }
    }
  }

  #answer(id: string, use: Use) {
    const mine = this.#connection
    if (use.owedOn === mine) return
    use.owedOn = mine
    void use.result.then((output) => {
      if (use.stop.signal.aborted || mine !== this.#connection) return
      use.owedOn = undefined
      this.#o.send(JSON.stringify({ toolResponse: { functionResponses: [{ id, name: use.name, response: { output } }] } }))
    })
  }

  #remember(id: string, use: Use | 'taken-back') {
    this.#uses.set(id, use)
    for (const old of this.#uses.keys()) {
      if (this.#uses.size <= MOST_IDS) return
      this.#uses.delete(old)
    }
  }
}
