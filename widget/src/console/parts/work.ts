import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { ConsoleProblem, sentenceOf } from '../problem.ts'

/** What a page is doing and what went wrong with it. One piece of work of a name at a time; the newest fault stands until the next try. */
export class Work implements ReactiveController {
  readonly #host: ReactiveControllerHost
  readonly #doing = new Set<string>()
  /** For people; empty when all went well. */
  fault = ''
  /** What of a form was refused, by the relay's paths. */
  errors: readonly { path: string; message: string }[] = []
  /** There is nothing under this address, or not for us. */
  isMissing = false

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    host.addController(this)
  }

  hostConnected(): void {}

  is(name: string): boolean {
    return this.#doing.has(name)
  }

  /** Does it unless it is being done. @returns whether it went well */
  async run(name: string, deed: () => Promise<void>): Promise<boolean> {
    if (this.#doing.has(name)) return false
    this.#doing.add(name)
    this.fault = ''
    this.errors = []
    this.isMissing = false
    this.#host.requestUpdate()
    try {
      await deed()
      return true
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return false
      this.fault = sentenceOf(error)
      if (error instanceof ConsoleProblem) {
        this.errors = error.errors
        this.isMissing = error.status === 404
      } else reportError(error)
      return false
    } finally {
      this.#doing.delete(name)
      this.#host.requestUpdate()
    }
  }
}
