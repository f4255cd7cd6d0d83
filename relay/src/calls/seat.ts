import type { Clock, Engine, EngineContext, EngineEvent, EngineFault, EngineInput, EngineSession } from './ports.ts'

export type Turn = Extract<EngineInput, { type: 'turn' }>
export type Answer = Exclude<EngineEvent, { type: 'failed' }>

/** So much may be said to an engine that is still starting: ten seconds of sound. */
const MOST_WAITING = 500

/** One engine at work in a call: started, fed, watched. It fails at most once; after that, or once closed, it is not heard any more. */
export interface Seat {
  take(input: EngineInput): void
  /** The visitor's sound, PCM16LE mono: fifty times a second. */
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
  onAnswer: (event: Answer) => void
  onFault: (fault: EngineFault) => void
}): Seat {
  const { engine, clock } = o
  const gone = new AbortController()
  /** As its signal says, which takes longer to ask. */
  let isGone = false
  let session: EngineSession | undefined
  /** What comes before the engine is ready. */
  let inbox: EngineInput[] = []
  let toolsRunning = 0
  let cancelStall: (() => void) | undefined
  // In an object: a number that a closure keeps is a new one on the heap each time it changes.
  const heard = { atMs: 0 }

  /** While an answer is owed something has to come within the engine's own limit; a tool at work is not its fault. */
  function watch() {
    heard.atMs = clock.monotonicMs()
    if (!owes()) {
      cancelStall?.()
      cancelStall = undefined
    } else cancelStall ??= clock.after(engine.stallMs, look)
  }

  /** One timer for many pieces: it looks how long ago the last one came, and again when that will have been too long. */
  function look() {
    cancelStall = undefined
    if (!owes()) return
    const leftMs = engine.stallMs - (clock.monotonicMs() - heard.atMs)
    if (leftMs > 0) cancelStall = clock.after(leftMs, look)
    else fail({ code: 'stalled', message: `${engine.name} said nothing for ${engine.stallMs} ms.`, retryable: true })
  }

  function owes(): boolean {
    return seat.turn !== undefined && toolsRunning === 0 && !isGone
  }

  function emit(event: EngineEvent) {
    if (isGone) return
    // Nearly every event; a turn neither begins nor ends with it.
    if (event.type === 'audio') {
      watch()
      return o.onAnswer(event)
    }
    if (event.type === 'failed') return fail(event.fault)
    if (event.type === 'heard') seat.question = event.text
    if (event.type === 'answers') {
      seat.turn = { type: 'turn', utterance: event.utterance, text: seat.question, by: 'speech' }
      seat.question = ''
    }
    if (event.type === 'done' && event.utterance === seat.turn?.utterance) seat.turn = undefined
    if ('utterance' in event) watch()
    o.onAnswer(event)
  }

  function fail(fault: EngineFault) {
    if (gone.signal.aborted) return
    void leave()
    o.onFault(fault)
  }

  async function leave() {
    isGone = true
    gone.abort()
    cancelStall?.()
    inbox = []
    // A session that does not close properly is gone all the same.
    await session?.close().catch(() => undefined)
  }

  async function useTool(use: Parameters<EngineContext['useTool']>[0], signal: AbortSignal) {
    toolsRunning += 1
    watch()
    try {
      return await o.context.useTool(use, AbortSignal.any([signal, gone.signal]))
    } finally {
      toolsRunning -= 1
      watch()
    }
  }

  function give(to: EngineSession, input: EngineInput) {
    try {
      to.take(input)
    } catch (error) {
      fail({ code: 'malformed', message: messageOf(error), retryable: false })
    }
  }

  async function start() {
    if (gone.signal.aborted) return
    const started = await engine.start({ ...o.context, clock, history: o.history, signal: gone.signal, emit, useTool })
    if (gone.signal.aborted) return started.close()
    session = started
    for (const input of inbox.splice(0)) give(started, input)
  }
  // Plain properties: getters would make each seat a slow object of its own shape.
  const seat = {
    turn: undefined as Turn | undefined,
    question: '',
    sound(bytes: Uint8Array, sampleRateHz: number) {
      const input: EngineInput = { type: 'audio', bytes, sampleRateHz }
      if (!isGone && session) give(session, input)
      else seat.take(input)
    },
    take(input: EngineInput) {
      if (isGone) return
      if (input.type === 'turn') seat.turn = input
      if (input.type === 'interrupted' && seat.turn?.utterance === input.utterance) seat.turn = undefined
      if (input.type === 'turn' || input.type === 'interrupted') watch()
      if (session) return give(session, input)
      inbox.push(input)
      if (inbox.length > MOST_WAITING) inbox = forgetSound(inbox)
    },
    close: leave,
  }
  // Not before the seat stands in its chain, whatever an engine does at once.
  Promise.resolve()
    .then(start)
    .catch((error: unknown) => fail({ code: 'unavailable', message: messageOf(error), retryable: true }))
  return seat
}

/** The older half of what was only sound goes. */
function forgetSound(inbox: readonly EngineInput[]): EngineInput[] {
  const half = inbox.length >> 1
  return inbox.filter((input, at) => at >= half || input.type !== 'audio')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
