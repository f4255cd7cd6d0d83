import type { Passage } from './passage.ts'
import type { Clock, Engine, EngineFault, EngineInput, Heard } from './ports.ts'
import { type Answer, type Seat, type SharedContext, takeSeat } from './seat.ts'

/** Notes from the page that a next engine is told too. */
const MOST_NOTES = 50

export interface EngineChain {
  /** Starts the first engine; the conversation may already talk to the chain. */
  start(): void
  /**
   * Words come and words go, and no sound: engines that hear or speak sound are passed over from now on, also the one at work.
   * Gives the names of those it passed over, each once.
   */
  wordsOnly(): string[]
  take(input: EngineInput): void
  /** The visitor's sound, PCM16LE mono: fifty times a second. */
  sound(bytes: Uint8Array, sampleRateHz: number): void
  /** The name of the engine that answers now. */
  readonly engine: string
  /** Whether it hears sound, and finds the visitor's turns in it itself. */
  readonly hears: 'audio' | 'text'
  /** The rate of its own voice; undefined for one that speaks text. */
  readonly ownHz: number | undefined
  /** The engine at work; undefined between two. */
  readonly seat: Seat | undefined
  close(): Promise<void>
}

export interface Handover {
  from: string
  /** None is left. */
  to: string | undefined
  fault: EngineFault
  /** What the failed engine still owed. */
  utterance: string | undefined
  /** The visitor's words that it owes an answer to, as far as they are known. */
  question: string
  /** It heard the visitor's voice, and the next one does not. */
  deaf: boolean
}

interface ChainOptions {
  engines: readonly Engine[]
  clock: Clock
  context: SharedContext
  passage: Passage
  history: () => Heard[]
  onStarted?: (engine: string) => void
  onEvent: (event: Answer) => void
  /** Ends what the failed engine was saying; resolves with the utterance under which its turn is answered anew, if it still is wanted. */
  onHandover: (change: Handover) => Promise<string | undefined>
  /** No engine is left. */
  onExhausted: () => void
  /** The hand-over itself went wrong; the next engine begins all the same. */
  onFault?: (error: unknown) => void
}

/**
 * An agent's engines in order. When one fails to start, says so, or stays silent longer than its limit, the next one takes over
 * with the conversation as heard, the page's notes, and the turn that was not answered.
 */
export function createEngineChain(o: ChainOptions): EngineChain {
  return new OrderedEngines(o)
}

const NONE: readonly EngineInput[] = []

class OrderedEngines implements EngineChain {
  engine = 'none'
  hears: 'audio' | 'text' = 'text'
  ownHz: number | undefined = undefined
  seat: Seat | undefined = undefined
  readonly #o: ChainOptions
  #engines: readonly Engine[]
  #place = -1
  #notes = NONE
  /** What comes between two engines. */
  #waiting = NONE
  #closed = false

  constructor(o: ChainOptions) {
    this.#o = o
    this.#engines = o.engines
  }

  start() {
    this.#goTo(0)
    this.#sitDown([])
  }
  wordsOnly() {
    const passed = this.#engines.filter((engine) => !isOfWords(engine))
    if (this.#closed || passed.length === 0) return []
    const { seat } = this
    const place = this.#place
    const leaving = seat !== undefined && !isOfWords(this.#engines[place])
    // One that works and may stay keeps its place, and so does one that is being handed over just now.
    const kept = leaving ? place : place + 1
    this.#engines = [...this.#engines.slice(0, kept), ...this.#engines.slice(kept).filter(isOfWords)]
    if (leaving) {
      const { turn } = seat
      seat.close().catch((error: unknown) => this.#o.onFault?.(error))
      this.seat = undefined
      this.#goTo(place)
      this.#sitDown([...this.#notes, ...(turn ? [turn] : [])])
    }
    return passed.map(({ name }) => name)
  }
  sound(bytes: Uint8Array, sampleRateHz: number) {
    if (!this.#closed) this.seat?.sound(bytes, sampleRateHz)
  }
  take(input: EngineInput) {
    if (this.#closed) return
    if (isNote(input)) this.#notes = [...this.#notes, input].slice(-MOST_NOTES)
    if (this.seat) this.seat.take(input)
    else if (input.type !== 'audio' && input.type !== 'unanswered' && !isNote(input)) this.#waiting = [...this.#waiting, input]
  }
  async close() {
    this.#closed = true
    this.#o.passage.close()
    this.#waiting = NONE
    await this.seat?.close()
  }

  /** The engine at this place is the one that counts. */
  #goTo(place: number) {
    this.#place = place
    this.#o.passage.close()
    const engine = this.#engines[place]
    this.engine = engine?.name ?? 'none'
    this.hears = engine?.hears ?? 'text'
    this.ownHz = engine?.speaks === 'audio' ? engine.speaksHz : undefined
  }

  #sitDown(first: readonly EngineInput[]) {
    const { clock, context, history, onEvent, onExhausted, onStarted, passage } = this.#o
    const engine = this.#engines[this.#place]
    if (!engine) return onExhausted()
    onStarted?.(engine.name)
    this.seat = takeSeat({
      engine,
      context,
      history: history(),
      clock,
      passage,
      onAnswer: onEvent,
      onFault: (fault) => this.#leave(fault),
    })
    for (const input of first) this.seat?.take(input)
  }

  /** Whatever goes wrong with that: nobody is left talking to no engine. */
  #leave(fault: EngineFault) {
    const { onExhausted, onFault } = this.#o
    const stumbled = (error: unknown) => onFault?.(error)
    const endIfEmpty = (error: unknown) => {
      stumbled(error)
      if (!this.seat && !this.#closed) onExhausted()
    }
    this.#handOver(fault).catch(endIfEmpty).catch(stumbled)
  }

  async #handOver(fault: EngineFault) {
    const { onEvent, onFault, onHandover } = this.#o
    const turn = this.seat?.turn
    const question = turn?.text || (this.seat?.question ?? '')
    this.seat = undefined
    const failed = this.#engines[this.#place]
    const next = this.#engines[this.#place + 1]
    const deaf = failed?.hears === 'audio' && next?.hears === 'text'
    const change = { from: failed?.name ?? 'none', to: next?.name, fault, utterance: turn?.utterance, question, deaf }
    const utterance = await onHandover(change).catch((error: unknown) => void onFault?.(error))
    if (this.#closed) return
    this.#goTo(this.#place + 1)
    const by = turn?.by ?? 'speech'
    const anew: EngineInput[] = utterance !== undefined && question !== '' ? [{ type: 'turn', utterance, text: question, by }] : []
    const waiting = this.#waiting
    this.#waiting = NONE
    this.#sitDown([...this.#notes, ...anew, ...waiting])
    // Nobody knows what was asked, so nobody can answer it.
    if (utterance !== undefined && question === '') onEvent({ type: 'done', utterance })
  }
}

const isOfWords = (engine: Engine | undefined) => engine?.hears === 'text' && engine.speaks === 'text'

const isNote = ({ type }: EngineInput) => type === 'context' || type === 'whisper' || type === 'briefing'
