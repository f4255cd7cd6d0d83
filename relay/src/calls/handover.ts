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

/**
 * An agent's engines in order. When one fails to start, says so, or stays silent longer than its limit, the next one takes over
 * with the conversation as heard, the page's notes, and the turn that was not answered.
 */
export function createEngineChain(o: {
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
}): EngineChain {
  let { engines } = o
  let place = -1
  let notes: EngineInput[] = []
  /** What comes between two engines. */
  let waiting: EngineInput[] = []
  let closed = false

  const nameAt = (at: number) => engines[at]?.name

  /** The engine at this place is the one that counts. */
  function goTo(next: number) {
    place = next
    o.passage.close()
    const engine = engines[place]
    chain.engine = engine?.name ?? 'none'
    chain.hears = engine?.hears ?? 'text'
    chain.ownHz = engine?.speaks === 'audio' ? engine.speaksHz : undefined
  }

  function sitDown(first: readonly EngineInput[]) {
    const engine = engines[place]
    if (!engine) return o.onExhausted()
    o.onStarted?.(engine.name)
    chain.seat = takeSeat({
      engine,
      context: o.context,
      history: o.history(),
      clock: o.clock,
      passage: o.passage,
      onAnswer: o.onEvent,
      onFault: (fault) => void handOver(fault),
    })
    for (const input of first) chain.seat?.take(input)
  }

  async function handOver(fault: EngineFault) {
    const turn = chain.seat?.turn
    const question = turn?.text || (chain.seat?.question ?? '')
    chain.seat = undefined
    const next = engines[place + 1]
    const deaf = engines[place]?.hears === 'audio' && next?.hears === 'text'
    const change = { from: nameAt(place) ?? 'none', to: next?.name, fault, utterance: turn?.utterance, question, deaf }
    const utterance = await o.onHandover(change).catch((error: unknown) => void o.onFault?.(error))
    if (closed) return
    goTo(place + 1)
    const by = turn?.by ?? 'speech'
    const anew: EngineInput[] = utterance !== undefined && question !== '' ? [{ type: 'turn', utterance, text: question, by }] : []
    sitDown([...notes, ...anew, ...waiting.splice(0)])
    // Nobody knows what was asked, so nobody can answer it.
    if (utterance !== undefined && question === '') o.onEvent({ type: 'done', utterance })
  }

  // Plain properties: getters would make each chain a slow object of its own shape.
  const chain = {
    engine: 'none',
    hears: 'text' as 'audio' | 'text',
    ownHz: undefined as number | undefined,
    seat: undefined as Seat | undefined,
    start() {
      goTo(0)
      sitDown([])
    },
    wordsOnly() {
      const passed = engines.filter((engine) => !isOfWords(engine))
      if (closed || passed.length === 0) return []
      const leaving = chain.seat !== undefined && !isOfWords(engines[place])
      // One that works and may stay keeps its place, and so does one that is being handed over just now.
      const kept = leaving ? place : place + 1
      engines = [...engines.slice(0, kept), ...engines.slice(kept).filter(isOfWords)]
      if (leaving) {
        const turn = chain.seat?.turn
        chain.seat?.close().catch((error: unknown) => o.onFault?.(error))
        chain.seat = undefined
        goTo(place)
        sitDown([...notes, ...(turn ? [turn] : [])])
      }
      return passed.map(({ name }) => name)
    },
    sound(bytes: Uint8Array, sampleRateHz: number) {
      if (!closed) chain.seat?.sound(bytes, sampleRateHz)
    },
    take(input: EngineInput) {
      if (closed) return
      if (isNote(input)) notes = [...notes, input].slice(-MOST_NOTES)
      if (chain.seat) chain.seat.take(input)
      else if (input.type !== 'audio' && input.type !== 'unanswered' && !isNote(input)) waiting.push(input)
    },
    async close() {
      closed = true
      o.passage.close()
      waiting = []
      await chain.seat?.close()
    },
  }
  return chain
}

const isOfWords = (engine: Engine | undefined) => engine?.hears === 'text' && engine.speaks === 'text'

const isNote = ({ type }: EngineInput) => type === 'context' || type === 'whisper' || type === 'briefing'
