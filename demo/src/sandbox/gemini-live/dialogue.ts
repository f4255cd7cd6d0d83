import type { Fault } from '../faults.ts'
import { plan } from '../plan.ts'
import type { Prompt } from '../responder.ts'
import type { ToolResponse } from './client-frames.ts'
import type { History } from './live.ts'
import { type AnswerEnd, performAnswer, type Stage } from './perform-answer.ts'

/** Whose turn it is. `called`: a tool was called, and its client has not answered yet. */
type State = 'listening' | 'answering' | 'called'

interface Called {
  names: Map<string, string>
  results: Prompt['results']
}

/** The model's side of a conversation: takes what a person said, answers, is interrupted, calls tools. */
export class Dialogue {
  readonly #stage: Stage
  readonly #system: string
  readonly #tools: string[]
  readonly #interruptible: boolean
  #history: History
  #state: State = 'listening'
  #pending: string[] = []
  #answering: { stop: AbortController; end: AnswerEnd } | undefined
  #called: Called | undefined
  #closed = false
  turns = 0

  constructor(stage: Stage, o: { system: string; tools: string[]; interruptible: boolean; history: History }) {
    this.#stage = stage
    this.#system = o.system
    this.#tools = o.tools
    this.#interruptible = o.interruptible
    this.#history = o.history
  }

  get history(): History {
    return this.#history
  }

  /** History that came from the client. */
  seed(turns: History): void {
    this.#history = [...this.#history, ...turns]
  }

  /** A person said something; `more` is on its way when they already speak again. */
  said(text: string, more = false): void {
    this.#pending.push(text)
    if (!more) this.answer()
  }

  /** Answers what is pending, unless an answer is under way. */
  answer(): void {
    if (this.#closed || this.#state !== 'listening' || this.#pending.length === 0) return
    const said = this.#pending.join(' ')
    this.#pending = []
    if (said) this.#history = [...this.#history, { who: 'person', text: said }]
    this.#perform([], this.#stage.faultFor(said))
  }

  /** A person begins to speak or types. Ends what is being said, and takes back calls that wait for their client. */
  interrupt(): void {
    if (!this.#interruptible || this.#state === 'listening') return
    const { answering, called } = { answering: this.#answering, called: this.#called }
    this.#answering = this.#called = undefined
    this.#state = 'listening'
    if (called) this.#stage.cancelled([...called.names.keys()])
    answering?.stop.abort()
    this.#keep(answering?.end.said)
    this.#stage.interrupted()
    this.#complete()
  }

  /** What tools answered; the turn goes on when none is missing. */
  responded({ functionResponses }: ToolResponse): void {
    for (const { id, name, response = {}, willContinue } of functionResponses) {
      const called = this.#called
      const expected = id !== undefined && called?.names.has(id) === true
      this.#stage.responded({ ...(id !== undefined && { id }), ...(name !== undefined && { name }), response, expected })
      if (!called || !expected || willContinue) continue
      called.results = [...called.results, { name: called.names.get(id) ?? '', result: response }]
      called.names.delete(id)
      if (called.names.size > 0) continue
      this.#called = undefined
      this.#perform(called.results, undefined)
    }
  }

  close(): void {
    this.#closed = true
    this.#answering?.stop.abort()
  }

  #perform(results: Prompt['results'], fault: Fault | undefined): void {
    this.#state = 'answering'
    const answering = { stop: new AbortController(), end: { said: '', complete: false } }
    this.#answering = answering
    const answer = plan({ system: this.#system, turns: [...this.#history], tools: this.#tools, results }, fault)
    performAnswer(this.#stage, answer, fault, answering.end, answering.stop.signal).then(
      // Unless another turn has begun, or the session is over: this one was cut.
      () => (this.#answering === answering && !this.#closed ? this.#ended(answering.end) : undefined),
      (error: unknown) => this.#stage.failed(error),
    )
  }

  #ended({ said, called, complete }: AnswerEnd): void {
    this.#answering = undefined
    this.#keep(said)
    if (called) {
      this.#state = 'called'
      this.#called = { names: new Map([[called.id, called.name]]), results: [] }
      return
    }
    this.#state = 'listening'
    if (complete) this.#complete()
    this.answer()
  }

  /** What the person was sent is what the model remembers to have said. */
  #keep(said: string | undefined): void {
    if (said) this.#history = [...this.#history, { who: 'model', text: said }]
  }

  #complete(): void {
    this.turns++
    this.#stage.complete(this.#history)
  }
}
