import type { Passage } from './passage.ts'
import type { Clock, Engine, EngineContext, EngineEvent, EngineFault, EngineInput, EngineSession, Hearer } from './ports.ts'

export type Turn = Extract<EngineInput, { type: 'turn' }>
export type Answer = Exclude<EngineEvent, { type: 'failed' }>

/** So much may be said to an engine that is still starting: ten seconds of sound. */
const MOST_WAITING = 500

/** One engine at work in a call: started, fed, watched. It fails at most once; after that, or once closed, it is not heard any more. */
export interface Seat {
  take(input: EngineInput): void
  /** The visitor's sound, PCM16LE mono, good until it returns: fifty times a second. */
  sound(bytes: Uint8Array, sampleRateHz: number): void
  /** The turn it still owes an answer to. */
  readonly turn: Turn | undefined
  /** What the visitor said to an engine that hears, and no answer has begun to. */
  readonly question: string
  close(): Promise<void>
}

/** What is given to every engine alike. */
export type SharedContext = Omit<EngineContext, 'emit' | 'signal' | 'history' | 'clock'>

export function takeSeat(o: {
  engine: Engine
  context: SharedContext
  history: EngineContext['history']
  clock: Clock
  passage: Passage
  onAnswer: (event: Answer) => void
  onFault: (fault: EngineFault) => void
}): Seat {
  return new EngineSeat(o)
}

type Given = Parameters<typeof takeSeat>[0]

// A class, so that a frame finds all it needs in one object.
class EngineSeat implements Seat {
  turn: Turn | undefined = undefined
  question = ''
  #session: EngineSession | undefined = undefined
  #hearer: Hearer | undefined = undefined
  #isGone = false
  #toolsRunning = 0
  #heardAtMs = 0
  #cancelStall: (() => void) | undefined = undefined
  readonly #clock: Clock
  readonly #passage: Passage
  readonly #onAnswer: Given['onAnswer']
  readonly #onFault: Given['onFault']
  readonly #engine: Engine
  readonly #context: SharedContext
  /** As `#isGone` says, which takes less time to ask. */
  readonly #gone = new AbortController()
  /** What comes before the engine is ready. */
  #inbox: EngineInput[] = []

  constructor(o: Given) {
    this.#clock = o.clock
    this.#passage = o.passage
    this.#onAnswer = o.onAnswer
    this.#onFault = o.onFault
    this.#engine = o.engine
    this.#context = o.context
    // Not before the seat stands in its chain, whatever an engine does at once.
    Promise.resolve()
      .then(() => this.#start(o.history))
      .catch((error: unknown) => this.#fail({ code: 'unavailable', message: messageOf(error), retryable: true }))
  }

  sound(bytes: Uint8Array, sampleRateHz: number): void {
    // Whoever is not there yet hears it later.
    if (this.#isGone || this.#hearer === undefined) this.take({ type: 'audio', bytes: new Uint8Array(bytes), sampleRateHz })
    else
      try {
        this.#hearer.sound(bytes, sampleRateHz)
      } catch (error) {
        this.#broke(error)
      }
  }

  take(input: EngineInput): void {
    if (this.#isGone) return
    if (input.type === 'turn') this.turn = input
    if (input.type === 'interrupted' && this.turn?.utterance === input.utterance) this.turn = undefined
    if (input.type === 'turn' || input.type === 'interrupted') this.#watch()
    if (this.#session) this.#give(this.#session, input)
    else this.#keep(input)
  }

  #keep(input: EngineInput) {
    this.#inbox.push(input)
    if (this.#inbox.length > MOST_WAITING) this.#inbox = forgetSound(this.#inbox)
  }

  async close(): Promise<void> {
    this.#isGone = true
    this.#gone.abort()
    this.#cancelStall?.()
    this.#inbox = []
    try {
      await this.#session?.close()
    } catch {
      // A session that does not close properly is gone all the same.
    }
  }

  async #start(history: Given['history']) {
    const { signal } = this.#gone
    if (signal.aborted) return
    const started = await this.#engine.start({
      ...this.#context,
      clock: this.#clock,
      history,
      signal,
      emit: (event) => this.#emit(event),
      useTool: (use, asked) => this.#useTool(use, asked),
    })
    if (signal.aborted) return started.close()
    this.#session = started
    this.#hearer = started.hearer
    for (const input of this.#inbox.splice(0)) this.#give(started, input)
  }

  #emit(event: EngineEvent) {
    if (this.#isGone) return
    // Nearly every event; a turn neither begins nor ends with it.
    if (event.type === 'audio') {
      this.#watch()
      return this.#passage.answer(event.utterance, event.bytes) ? undefined : this.#onAnswer(event)
    }
    if (event.type === 'failed') return this.#fail(event.fault)
    if (event.type === 'heard') this.question = event.text
    if (event.type === 'answers') {
      this.turn = { type: 'turn', utterance: event.utterance, text: this.question, by: 'speech' }
      this.question = ''
    }
    if (event.type === 'done' && event.utterance === this.turn?.utterance) this.turn = undefined
    if ('utterance' in event) this.#watch()
    this.#onAnswer(event)
  }

  /** While an answer is owed something has to come within the engine's own limit; a tool at work is not its fault. */
  #watch() {
    this.#heardAtMs = this.#clock.monotonicMs()
    if (!this.#owes()) {
      this.#cancelStall?.()
      this.#cancelStall = undefined
    } else this.#cancelStall ??= this.#clock.after(this.#engine.stallMs, this.#look)
  }

  /** One timer for many pieces: it looks how long ago the last one came, and again when that will have been too long. */
  readonly #look = () => {
    this.#cancelStall = undefined
    if (!this.#owes()) return
    const { name, stallMs } = this.#engine
    const leftMs = stallMs - (this.#clock.monotonicMs() - this.#heardAtMs)
    if (leftMs > 0) this.#cancelStall = this.#clock.after(leftMs, this.#look)
    else this.#fail({ code: 'stalled', message: `${name} said nothing for ${stallMs} ms.`, retryable: true })
  }

  #owes(): boolean {
    return this.turn !== undefined && this.#toolsRunning === 0 && !this.#isGone
  }

  #fail(fault: EngineFault) {
    if (this.#isGone) return
    void this.close()
    this.#onFault(fault)
  }

  async #useTool(use: Parameters<EngineContext['useTool']>[0], signal: AbortSignal) {
    this.#toolsRunning += 1
    this.#watch()
    try {
      return await this.#context.useTool(use, AbortSignal.any([signal, this.#gone.signal]))
    } finally {
      this.#toolsRunning -= 1
      this.#watch()
    }
  }

  #give(to: EngineSession, input: EngineInput) {
    try {
      to.take(input)
    } catch (error) {
      this.#broke(error)
    }
  }

  #broke(error: unknown) {
    this.#fail({ code: 'malformed', message: messageOf(error), retryable: false })
  }
}

/** The older half of what was only sound goes. */
function forgetSound(inbox: readonly EngineInput[]): EngineInput[] {
  const half = inbox.length >> 1
  return inbox.filter((input, at) => at >= half || input.type !== 'audio')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
