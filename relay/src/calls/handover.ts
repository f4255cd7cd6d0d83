import type { Clock, Engine, EngineContext, EngineEvent, EngineFault, EngineInput, EngineSession, Heard } from './ports.ts'

type Turn = Extract<EngineInput, { type: 'turn' }>

export interface EngineChain {
  /** Starts the first engine; the conversation may already talk to the chain. */
  start(): void
  take(input: EngineInput): void
  /** The name of the engine that answers now. */
  readonly engine: string
  close(): Promise<void>
}

/**
 * An agent's engines in order. When one fails to start, says so, or stays silent longer than its limit, the next one takes over
 * with the conversation as heard and the turn that was not answered. A closed engine's late words are never heard.
 */
export function createEngineChain(o: {
  engines: readonly Engine[]
  clock: Clock
  context: Omit<EngineContext, 'emit' | 'signal' | 'history' | 'clock'>
  history: () => Heard[]
  onEvent: (event: Exclude<EngineEvent, { type: 'failed' }>) => void
  /** Ends what the failed engine was saying; resolves with the utterance under which the turn is answered anew. */
  onHandover: (change: { from: string; to: string | undefined; fault: EngineFault; utterance: string | undefined }) => Promise<string>
  /** No engine is left. */
  onExhausted: () => void
}): EngineChain {
  const { clock } = o
  let index = -1
  let session: EngineSession | undefined
  let stopped = new AbortController()
  let inbox: EngineInput[] = []
  let turn: Turn | undefined
  let toolsRunning = 0
  let cancelStall: (() => void) | undefined
  let closed = false
  let handing = false

  const engineAt = (place: number) => o.engines[place]
  const nameAt = (place: number) => engineAt(place)?.name

  function watch() {
    cancelStall?.()
    cancelStall = undefined
    const engine = engineAt(index)
    if (!turn || toolsRunning > 0 || !engine) return
    cancelStall = clock.after(engine.stallMs, () =>
      fail({ code: 'stalled', message: `${engine.name} said nothing for ${engine.stallMs} ms.`, retryable: true }),
    )
  }

  function startNext() {
    index += 1
    const engine = engineAt(index)
    if (!engine) return o.onExhausted()
    const mine = new AbortController()
    stopped = mine
    const current = () => !closed && stopped === mine && !mine.signal.aborted
    const emit = (event: EngineEvent) => {
      if (!current()) return
      if (event.type === 'failed') return fail(event.fault)
      if (event.type === 'done' && event.utterance === turn?.utterance) turn = undefined
      if ('utterance' in event) watch()
      o.onEvent(event)
    }
    const context: EngineContext = {
      ...o.context,
      clock,
      history: o.history(),
      signal: mine.signal,
      emit,
      async useTool(use, signal) {
        toolsRunning += 1
        watch()
        try {
          return await o.context.useTool(use, signal)
        } finally {
          toolsRunning -= 1
          if (current()) watch()
        }
      },
    }
    watch()
    engine.start(context).then(
      (started) => {
        if (!current()) return void started.close().catch(() => undefined)
        session = started
        for (const input of inbox.splice(0)) started.take(input)
      },
      (error: unknown) => {
        if (current()) fail({ code: 'unavailable', message: error instanceof Error ? error.message : String(error), retryable: true })
      },
    )
  }

  function fail(fault: EngineFault) {
    if (closed || handing) return
    handing = true
    cancelStall?.()
    const from = nameAt(index) ?? 'none'
    const unanswered = turn
    stopped.abort()
    session?.close().catch(() => undefined)
    session = undefined
    const waiting = inbox.filter((input) => input.type !== 'turn' && input.type !== 'audio')
    inbox = []
    void o.onHandover({ from, to: nameAt(index + 1), fault, utterance: unanswered?.utterance }).then((utterance) => {
      handing = false
      if (closed) return
      // A newer turn may have come while the old one was being ended; it is the one to answer.
      const newer = inbox.some((input) => input.type === 'turn')
      if (!newer) turn = unanswered && { ...unanswered, utterance }
      inbox = [...waiting, ...(turn && !newer ? [turn] : []), ...inbox]
      startNext()
    })
  }

  return {
    start: startNext,
    take(input) {
      if (closed) return
      if (input.type === 'turn') turn = input
      if (input.type === 'interrupted' && turn?.utterance === input.utterance) turn = undefined
      if (session) session.take(input)
      else if (input.type !== 'audio') inbox.push(input)
      if (!handing) watch()
    },
    get engine() {
      return nameAt(index) ?? 'none'
    },
    async close() {
      if (closed) return
      closed = true
      cancelStall?.()
      stopped.abort()
      inbox = []
      await session?.close()
    },
  }
}
