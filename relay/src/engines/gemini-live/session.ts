import { randomUUID } from 'node:crypto'
import type { EngineContext, EngineInput, EngineSession } from '../../calls/ports.ts'
import type { Logger } from '../../logger.ts'
import { briefingText } from '../briefing.ts'
import { EngineFailure } from '../faults.ts'
import { answerToKeys } from '../key-answer.ts'
import { fillVariables } from '../variables.ts'
import type { Connection, ConnectionEvents } from './connection.ts'
import { createHeardSoFar, type HeardSoFar } from './heard-so-far.ts'
import { createLifeline, type Lifeline, type LifelineEvents } from './lifeline.ts'
import type { Piece } from './messages.ts'
import { LISTENING, type ModelEvent, type ModelTurn, nextTurn } from './model-turn.ts'
import { createRemarks, type Remarks } from './remarks.ts'
import { question, type TextRoute } from './text-route.ts'
import { createToolUses, type ToolUses } from './tool-uses.ts'
import { createUplink, type Uplink } from './uplink.ts'

type Turn = Extract<EngineInput, { type: 'turn' }>

/** A connection that is asked to go is left so long before its time is over, at the latest. */
const LEAVE_EARLY_MS = 1500
/** Two sounds that nobody answers so far from each other were noise, which a healthy model passes over. */
const NOISE_MS = 60_000
const MOST_NOTES = 50
const MOST_WAITING = 50

/** What a connection that begins anew is asked again. An answer that had begun is gone on with. */
const ASKED_ANEW = { listening: 'spoken', asked: 'typed', yielding: 'typed', speaking: 'nothing' } as const

/** Until there is something. */
const NONE: readonly string[] = []

interface Given {
  context: EngineContext
  model: string
  route: TextRoute
  connect: (
    how: {
      handle: string | undefined
      history: ReturnType<HeardSoFar['history']>
      notes: readonly string[]
      whispers: readonly string[]
      briefings: readonly string[]
    },
    events: ConnectionEvents,
    signal: AbortSignal,
  ) => Promise<Connection>
  logger: Logger
}

/** One call's talk with Gemini Live, over as many connections as it takes. */
export function startSession(o: Given): EngineSession {
  return new LiveSession(o)
}

// A class: functions of its own would make each call 2 kB larger.
class LiveSession implements EngineSession, LifelineEvents {
  readonly #o: Given
  readonly #emit: EngineContext['emit']
  readonly #heard: HeardSoFar
  readonly #uplink: Uplink = createUplink()
  readonly #remarks: Remarks
  readonly #tools: ToolUses
  readonly #lifeline: Lifeline
  #turn: ModelTurn = LISTENING
  #closed = false
  /** When the visitor was last found to have spoken in vain, with nothing from the vendor since. */
  #deafSinceMs: number | undefined = undefined
  /** What the model spoke last: its detector may cut it when it is long made, and still being heard. */
  #lastUtterance: string | undefined = undefined
  #lastAsked = ''
  #notes = NONE
  #whispers = NONE
  #briefings = NONE
  #waiting = NONE
  #cancelLeaving: (() => void) | undefined = undefined

  constructor(o: Given) {
    const { context, route } = o
    this.#o = o
    this.#emit = context.emit
    this.#heard = createHeardSoFar(context.history)
    const send = (json: string) => this.#send(json)
    this.#remarks = createRemarks({ route, send })
    this.#tools = createToolUses({ useTool: context.useTool, known: context.tools, send })
    this.#lifeline = createLifeline({
      connect: (handle, on, signal) => o.connect({ handle, ...this.#known() }, on, signal),
      clock: context.clock,
      events: this,
    })
    context.signal.addEventListener('abort', this.#end, { once: true })
    if (context.signal.aborted) this.#end()
  }

  get hearer() {
    return this.#uplink
  }

  take(input: EngineInput) {
    if (this.#closed) return
    if (input.type === 'audio') return this.#uplink.sound(input.bytes, input.sampleRateHz)
    switch (input.type) {
      case 'turn':
        return this.#ask(input)
      case 'interrupted':
        this.#move({ type: 'unwanted', utterance: input.utterance })
        this.#heard.cut(input.utterance, input.heard)
        return this.#remarks.add(
          input.heard === ''
            ? 'You were interrupted: the visitor heard nothing of your last words.'
            : `You were interrupted: of your last words the visitor heard only ${JSON.stringify(input.heard)}.`,
        )
      case 'context': {
        const note = fillVariables(input.text, this.#o.context.variables)
        this.#notes = [...this.#notes, note].slice(-MOST_NOTES)
        return this.#remarks.add(`The page tells you: ${note}`)
      }
      case 'briefing': {
        const text = briefingText(input)
        this.#briefings = [...this.#briefings, text].slice(-MOST_NOTES)
        return this.#remarks.add(text)
      }
      case 'whisper':
        this.#whispers = [...this.#whispers, input.text].slice(-MOST_NOTES)
        return this.#remarks.add(
          `A person who works here tells you, unheard by the visitor; follow it without telling of it: ${input.text}`,
        )
      case 'unanswered': {
        const { clock } = this.#o.context
        if (this.#deafSinceMs === undefined || clock.monotonicMs() - this.#deafSinceMs > NOISE_MS) {
          this.#deafSinceMs = clock.monotonicMs()
          return this.#renew()
        }
        this.onFailed(new EngineFailure('stalled', 'gemini-live shows nothing of what it hears'))
      }
    }
  }

  async close() {
    this.#end()
  }

  onOpen({ first, resumed, sound }: Parameters<LifelineEvents['onOpen']>[0]) {
    // A session that begins anew was told everything by its instruction.
    if (!first && !resumed) this.#waiting = NONE
    this.#uplink.open(sound)
    const waiting = this.#waiting
    this.#waiting = NONE
    for (const json of waiting) this.#lifeline.send(json)
    const { route } = this.#o
    const turn = this.#turn
    if (turn.is === 'asked') return void this.#lifeline.send(question(route, this.#lastAsked))
    if (first || turn.is !== 'speaking') return
    const words = this.#heard.words(turn.utterance)
    this.#lifeline.send(
      question(
        route,
        words === ''
          ? this.#heard.lastQuestion
          : `(The line broke in the middle of your answer. You had said: ${JSON.stringify(words.slice(-300))}. Go on right after these words, without repeating them.)`,
      ),
    )
  }

  onPieces(pieces: Piece[]) {
    for (const piece of pieces) {
      if (this.#closed) return
      ;(LiveSession.#PIECE[piece.type] as (session: LiveSession, piece: Piece) => void)(this, piece)
    }
  }

  onSound(bytes: Uint8Array) {
    const utterance = this.#closed ? undefined : this.#spoken()
    if (utterance !== undefined) this.#emit({ type: 'audio', utterance, bytes })
  }

  onLost(failure: EngineFailure) {
    const { context, logger } = this.#o
    logger.warn({ callId: context.callId, fault: failure.fault.code }, 'gemini-live connects anew')
    this.#uplink.away()
    this.#tools.moved()
    // What was not answered is sent again, and understood anew.
    if (this.#move({ type: 'lost' }).is === 'speaking') this.#visitorDone()
    else this.#heard.visitorAgain()
    this.#stay()
  }

  onFailed(failure: EngineFailure) {
    this.#end()
    this.#emit({ type: 'failed', fault: failure.fault })
  }

  onMalformed() {
    const { context, logger } = this.#o
    logger.warn({ callId: context.callId }, 'gemini-live sent what cannot be read')
  }

  /** The one place where the model's turn changes. */
  #move(event: ModelEvent) {
    const before = this.#turn
    this.#turn = nextTurn(before, event)
    return before
  }

  /** Begins or goes on with the model's words. Undefined when nobody wants them. */
  #spoken(): string | undefined {
    this.#deafSinceMs = undefined
    const before = this.#turn
    // In the middle of a turn: nearly every piece of sound.
    if (before.is === 'speaking' && !before.generated) return before.wanted ? before.utterance : undefined
    const unasked = before.is === 'listening' || before.is === 'speaking'
    this.#move({ type: 'speaks', utterance: unasked ? randomUUID() : '' })
    const turn = this.#turn
    if (turn.is !== 'speaking') return undefined
    this.#uplink.answered()
    this.#remarks.modelSpeaks()
    this.#lastUtterance = turn.utterance
    if (unasked) this.#emit({ type: 'answers', utterance: turn.utterance })
    return this.#turn.is === 'speaking' && this.#turn.wanted ? this.#turn.utterance : undefined
  }

  static readonly #PIECE: { readonly [Type in Piece['type']]: (session: LiveSession, piece: Extract<Piece, { type: Type }>) => void } = {
    heard(session, { text, finished }) {
      session.#deafSinceMs = undefined
      if (session.#turn.is === 'listening') session.#remarks.visitorSpeaks()
      const line = session.#heard.visitor(text, finished)
      if (line) session.#emit({ type: 'heard', ...line })
    },
    words(session, { text }) {
      const utterance = session.#spoken()
      if (utterance === undefined) return
      session.#heard.agent(utterance, text)
      session.#emit({ type: 'said', utterance, text })
    },
    sound: (session, { bytes }) => session.onSound(bytes),
    interrupted(session) {
      const before = session.#move({ type: 'interrupted' })
      session.#visitorDone()
      session.#tools.turnOver()
      session.#remarks.visitorSpeaks()
      const utterance = before.is === 'speaking' ? before.utterance : session.#lastUtterance
      if (utterance !== undefined) session.#emit({ type: 'interrupted', utterance })
    },
    generated: (session) => session.#generated({ type: 'generated' }),
    'turn-over'(session) {
      session.#generated({ type: 'turn-over' })
      session.#visitorDone()
      session.#tools.turnOver()
      if (session.#cancelLeaving) session.#renew()
    },
    use: (session, wish) => session.#tools.use(wish),
    unuse: (session, { ids }) => session.#tools.cancel(ids),
    usage: (session, piece) => session.#emit({ ...piece, model: session.#o.model }),
    handle: () => undefined,
    'go-away'(session, { leftMs }) {
      if (session.#turn.is === 'listening') return session.#renew()
      session.#stay()
      session.#cancelLeaving = session.#o.context.clock.after(Math.max(0, leftMs - LEAVE_EARLY_MS), () => session.#renew())
    },
  }

  /** All words of the turn are there. */
  #generated(event: ModelEvent) {
    const before = this.#move(event)
    if (before.is === 'speaking' && !before.generated && before.wanted) this.#emit({ type: 'done', utterance: before.utterance })
  }

  #send(json: string) {
    if (!this.#lifeline.send(json)) this.#waiting = [...this.#waiting, json].slice(-MOST_WAITING)
  }

  /** What a connection that begins anew is told. */
  #known() {
    return {
      history: this.#heard.history(ASKED_ANEW[this.#turn.is]),
      notes: this.#notes,
      whispers: this.#whispers,
      briefings: this.#briefings,
    }
  }

  #stay() {
    this.#cancelLeaving?.()
    this.#cancelLeaving = undefined
  }

  #renew() {
    this.#stay()
    this.#lifeline.renew()
  }

  #visitorDone() {
    const line = this.#heard.visitorDone()
    if (line) this.#emit({ type: 'heard', ...line })
  }

  #ask({ utterance, text, by }: Turn) {
    const words = by === 'keys' ? this.#pressed(text) : text
    this.#heard.typed(words)
    this.#lastAsked = this.#remarks.before(words)
    this.#move({ type: 'asked', utterance })
    // Between two connections nothing is there that would have to yield.
    if (!this.#lifeline.send(question(this.#o.route, this.#lastAsked))) this.#move({ type: 'lost' })
  }

  /** The owner's own words for a key are said exactly; a voice of its own can only be asked to. */
  #pressed(digits: string): string {
    const key = answerToKeys(this.#o.context, digits)
    if (key.is === 'question') return key.text
    // Asked for after the turn, so that the goodbye is what the call waits for.
    if (key.ends) queueMicrotask(() => this.#closed || this.#emit({ type: 'hang-up' }))
    return `(The visitor pressed ${digits}. Say exactly this, and nothing else: ${JSON.stringify(key.text)})`
  }

  // Of its own, for the signal calls it.
  readonly #end = () => {
    if (this.#closed) return
    this.#closed = true
    this.#o.context.signal.removeEventListener('abort', this.#end)
    this.#stay()
    this.#uplink.close()
    this.#tools.close()
    this.#lifeline.close()
  }
}
