import { randomUUID } from 'node:crypto'
import type { EngineContext, EngineInput, EngineSession } from '../../calls/ports.ts'
import type { Logger } from '../../logger.ts'
import { briefingText } from '../briefing.ts'
import { EngineFailure } from '../faults.ts'
import { answerToKeys } from '../key-answer.ts'
import { fillVariables } from '../variables.ts'
import type { Connection, ConnectionEvents } from './connection.ts'
import { createHeardSoFar } from './heard-so-far.ts'
import { createLifeline, type LifelineEvents } from './lifeline.ts'
import type { Piece } from './messages.ts'
import { LISTENING, type ModelEvent, nextTurn } from './model-turn.ts'
import { createRemarks } from './remarks.ts'
import { question, type TextRoute } from './text-route.ts'
import { createToolUses } from './tool-uses.ts'
import { createUplink } from './uplink.ts'

type Turn = Extract<EngineInput, { type: 'turn' }>

/** A connection that is asked to go is left so long before its time is over, at the latest. */
const LEAVE_EARLY_MS = 1500
/** Two sounds that nobody answers so far from each other were noise, which a healthy model passes over. */
const NOISE_MS = 60_000
const MOST_NOTES = 50
const MOST_WAITING = 50

/** What a connection that begins anew is asked again. An answer that had begun is gone on with. */
const ASKED_ANEW = { listening: 'spoken', asked: 'typed', yielding: 'typed', speaking: 'nothing' } as const

/** One call's talk with Gemini Live, over as many connections as it takes. */
export function startSession(o: {
  context: EngineContext
  model: string
  route: TextRoute
  connect: (
    how: {
      handle: string | undefined
      history: ReturnType<ReturnType<typeof createHeardSoFar>['history']>
      notes: readonly string[]
      whispers: readonly string[]
      briefings: readonly string[]
    },
    events: ConnectionEvents,
    signal: AbortSignal,
  ) => Promise<Connection>
  logger: Logger
}): EngineSession {
  const { context, route } = o
  const { clock, emit, variables } = context
  const heard = createHeardSoFar(context.history)
  const uplink = createUplink()
  let notes: string[] = []
  let whispers: string[] = []
  let briefings: string[] = []
  let turn = LISTENING
  /** What the model spoke last: its detector may cut it when it is long made, and still being heard. */
  let lastUtterance: string | undefined
  let lastAsked = ''
  /** When the visitor was last found to have spoken in vain, with nothing from the vendor since. */
  let deafSinceMs: number | undefined
  let cancelLeaving: (() => void) | undefined
  let waiting: string[] = []
  let closed = false

  const send = (json: string) => {
    if (!lifeline.send(json)) waiting = [...waiting, json].slice(-MOST_WAITING)
  }
  const remarks = createRemarks({ route, send })
  const tools = createToolUses({ useTool: context.useTool, known: context.tools, send })
  const events: LifelineEvents = {
    onOpen,
    onPieces(pieces) {
      for (const piece of pieces) {
        if (closed) return
        ;(PIECE[piece.type] as (piece: Piece) => void)(piece)
      }
    },
    onSound(bytes) {
      const utterance = closed ? undefined : spoken()
      if (utterance !== undefined) emit({ type: 'audio', utterance, bytes })
    },
    onLost(failure) {
      o.logger.warn({ callId: context.callId, fault: failure.fault.code }, 'gemini-live connects anew')
      uplink.away()
      tools.moved()
      // What was not answered is sent again, and understood anew.
      if (move({ type: 'lost' }).is === 'speaking') visitorDone()
      else heard.visitorAgain()
      stay()
    },
    onFailed(failure) {
      close()
      emit({ type: 'failed', fault: failure.fault })
    },
    onMalformed: () => o.logger.warn({ callId: context.callId }, 'gemini-live sent what cannot be read'),
  }
  const lifeline = createLifeline({
    connect: (handle, on, signal) =>
      o.connect({ handle, history: heard.history(ASKED_ANEW[turn.is]), notes, whispers, briefings }, on, signal),
    clock,
    events,
  })
  context.signal.addEventListener('abort', close, { once: true })

  /** The one place where the model's turn changes. */
  function move(event: ModelEvent) {
    const before = turn
    turn = nextTurn(before, event)
    return before
  }

  function onOpen({ first, resumed, sound }: Parameters<LifelineEvents['onOpen']>[0]) {
    // A session that begins anew was told everything by its instruction.
    if (!first && !resumed) waiting = []
    uplink.open(sound)
    for (const json of waiting.splice(0)) lifeline.send(json)
    if (turn.is === 'asked') return void lifeline.send(question(route, lastAsked))
    if (first || turn.is !== 'speaking') return
    const words = heard.words(turn.utterance)
    lifeline.send(
      question(
        route,
        words === ''
          ? heard.lastQuestion
          : `(The line broke in the middle of your answer. You had said: ${JSON.stringify(words.slice(-300))}. Go on right after these words, without repeating them.)`,
      ),
    )
  }

  /** Begins or goes on with the model's words. Undefined when nobody wants them. */
  function spoken(): string | undefined {
    deafSinceMs = undefined
    // In the middle of a turn: nearly every piece of sound.
    if (turn.is === 'speaking' && !turn.generated) return turn.wanted ? turn.utterance : undefined
    const before = move({ type: 'speaks', utterance: turn.is === 'listening' || turn.is === 'speaking' ? randomUUID() : '' })
    if (turn.is !== 'speaking') return undefined
    uplink.answered()
    remarks.modelSpeaks()
    lastUtterance = turn.utterance
    const unasked = before.is === 'listening' || before.is === 'speaking'
    if (unasked) emit({ type: 'answers', utterance: turn.utterance })
    return turn.wanted ? turn.utterance : undefined
  }

  const PIECE: { [Type in Piece['type']]: (piece: Extract<Piece, { type: Type }>) => void } = {
    heard({ text, finished }) {
      deafSinceMs = undefined
      if (turn.is === 'listening') remarks.visitorSpeaks()
      const line = heard.visitor(text, finished)
      if (line) emit({ type: 'heard', ...line })
    },
    words({ text }) {
      const utterance = spoken()
      if (utterance === undefined) return
      heard.agent(utterance, text)
      emit({ type: 'said', utterance, text })
    },
    sound: ({ bytes }) => events.onSound(bytes),
    interrupted() {
      const before = move({ type: 'interrupted' })
      visitorDone()
      tools.turnOver()
      remarks.visitorSpeaks()
      const utterance = before.is === 'speaking' ? before.utterance : lastUtterance
      if (utterance !== undefined) emit({ type: 'interrupted', utterance })
    },
    generated() {
      const before = move({ type: 'generated' })
      if (before.is === 'speaking' && !before.generated && before.wanted) emit({ type: 'done', utterance: before.utterance })
    },
    'turn-over'() {
      const before = move({ type: 'turn-over' })
      if (before.is === 'speaking' && !before.generated && before.wanted) emit({ type: 'done', utterance: before.utterance })
      visitorDone()
      tools.turnOver()
      if (cancelLeaving) renew()
    },
    use: (wish) => tools.use(wish),
    unuse: ({ ids }) => tools.cancel(ids),
    usage: (piece) => emit({ ...piece, model: o.model }),
    handle: () => undefined,
    'go-away'({ leftMs }) {
      if (turn.is === 'listening') return renew()
      stay()
      cancelLeaving = clock.after(Math.max(0, leftMs - LEAVE_EARLY_MS), renew)
    },
  }

  function stay() {
    cancelLeaving?.()
    cancelLeaving = undefined
  }

  function renew() {
    stay()
    lifeline.renew()
  }

  function visitorDone() {
    const line = heard.visitorDone()
    if (line) emit({ type: 'heard', ...line })
  }

  function ask({ utterance, text, by }: Turn) {
    const words = by === 'keys' ? pressed(text) : text
    heard.typed(words)
    lastAsked = remarks.before(words)
    move({ type: 'asked', utterance })
    // Between two connections nothing is there that would have to yield.
    if (!lifeline.send(question(route, lastAsked))) move({ type: 'lost' })
  }

  /** The owner's own words for a key are said exactly; a voice of its own can only be asked to. */
  function pressed(digits: string): string {
    const key = answerToKeys(context, digits)
    if (key.is === 'question') return key.text
    // Asked for after the turn, so that the goodbye is what the call waits for.
    if (key.ends) queueMicrotask(() => closed || emit({ type: 'hang-up' }))
    return `(The visitor pressed ${digits}. Say exactly this, and nothing else: ${JSON.stringify(key.text)})`
  }

  function close() {
    if (closed) return
    closed = true
    context.signal.removeEventListener('abort', close)
    stay()
    uplink.close()
    tools.close()
    lifeline.close()
  }
  if (context.signal.aborted) close()

  return {
    hearer: uplink,
    take(input) {
      if (closed) return
      if (input.type === 'audio') return uplink.sound(input.bytes, input.sampleRateHz)
      switch (input.type) {
        case 'turn':
          return ask(input)
        case 'interrupted':
          move({ type: 'unwanted', utterance: input.utterance })
          heard.cut(input.utterance, input.heard)
          return remarks.add(
            input.heard === ''
              ? 'You were interrupted: the visitor heard nothing of your last words.'
              : `You were interrupted: of your last words the visitor heard only ${JSON.stringify(input.heard)}.`,
          )
        case 'context': {
          const note = fillVariables(input.text, variables)
          notes = [...notes, note].slice(-MOST_NOTES)
          return remarks.add(`The page tells you: ${note}`)
        }
        case 'briefing': {
          const text = briefingText(input)
          briefings = [...briefings, text].slice(-MOST_NOTES)
          return remarks.add(text)
        }
        case 'whisper':
          whispers = [...whispers, input.text].slice(-MOST_NOTES)
          return remarks.add(`A person who works here tells you, unheard by the visitor; follow it without telling of it: ${input.text}`)
        case 'unanswered':
          if (deafSinceMs === undefined || clock.monotonicMs() - deafSinceMs > NOISE_MS) {
            deafSinceMs = clock.monotonicMs()
            return renew()
          }
          events.onFailed(new EngineFailure('stalled', 'gemini-live shows nothing of what it hears'))
      }
    },
    async close() {
      close()
    },
  }
}
