import type { EndedBy, TakeoverRecord } from '../../protocol/index.ts'
import type { Beat } from '../beat.ts'
import type { FeedWriter } from '../feed.ts'
import { createMonitor, type Listener } from '../listening/monitor.ts'
import type { Taps } from '../listening/taps.ts'
import type { OwnWords } from '../own-words.ts'
import type { Pause } from '../pause.ts'
import { type Phrase, phrase } from '../phrases.ts'
import type { Clock, EngineInput, Leg } from '../ports.ts'
import type { Transcript } from '../transcript.ts'
import type { Scribe } from './scribe.ts'
import { FREE, nextTakeover, type Takeover, type TakeoverEvent, type TakeoverTimes, takeoverDeadlineMs } from './states.ts'
import { createOperatorVoice, type OperatorVoice } from './voice.ts'
import { createOperatorWords, type OperatorWords } from './words.ts'

/** A person of the house, as the visitor and other operators know them. */
export interface Operator {
  id: string
  name: string
}

/** Where the operator speaks with the visitor, when that is not here. */
export interface Elsewhere {
  /** Resolves when the visitor is here again. */
  back(): Promise<void>
}

/** The holder's sound and words, as long as their socket is there. */
export interface Seat {
  /** PCM16LE mono. */
  sound(bytes: Uint8Array, sampleRateHz: number): void
  write(text: string): void
  recognised(text: string, final: boolean): void
  /** The socket is gone. */
  leave(): void
}

/** What operators do on one call besides steering its agent: hear it, take it over, give it back. One of them holds it at a time. */
export interface Desk {
  readonly holder: Operator | undefined
  /** The holder, once the visitor was told and they can be heard. */
  readonly speaker: Operator | undefined
  /** Since the call began, the newest last. */
  readonly takeovers: readonly TakeoverRecord[]
  /** Hears both sides from now on; the returned function ends it. */
  listen(listener: Listener): () => void
  /**
   * The agent falls silent at once, and a sentence tells the visitor. Resolves `heard` when that sentence was heard, or given up.
   * Undefined while somebody else holds the call; the holder's own is answered with the same `heard`.
   */
  take(by: Operator, o: { reason?: string; notes?: string; elsewhere?: Elsewhere }): { heard: Promise<void> } | undefined
  /** The holder is there; an earlier seat of theirs counts no more. Undefined while nobody holds the call. */
  sit(): Seat | undefined
  /** The agent goes on, knowing what was said and what the holder leaves it. False when nobody holds the call. */
  giveBack(briefing?: string): boolean
  /** The holder may not any more, or is gone for good. */
  lose(): void
  /** The carrier takes the visitor's sound away from us: only who speaks with them elsewhere still holds the call. */
  passedBy(): void
  callOver(): void
  close(): void
}

export function createDesk(o: {
  language: string
  taps: Taps
  beat: Beat
  clock: Clock
  times: TakeoverTimes
  newId: () => string
  leg: () => Leg | undefined
  conversation: { readonly pause: Omit<Pause, 'away'>; readonly announce: OwnWords['announce'] }
  transcript: Transcript
  tellEngine: (input: Extract<EngineInput, { type: 'briefing' }>) => void
  agentName: string
  /** Writes down what the operator says, where an engine of the agent hears. */
  scribe: (onWords: (id: string, text: string, final: boolean) => void) => Scribe | undefined
  feed: Pick<FeedWriter, 'tell'>
  note: (type: string, payload: Record<string, unknown>) => void
  /** Who has the visitor now changed. */
  onHolder: (holder: Operator | undefined) => void
  onFault: (error: unknown) => void
}): Desk {
  const { clock, feed, note, taps, transcript } = o
  const monitor = createMonitor({ taps, beat: o.beat, clock })
  const takeovers: TakeoverRecord[] = []
  const now = () => new Date(clock.nowMs()).toISOString()
  let state: Takeover = FREE
  let cancelDeadline: (() => void) | undefined
  let held: { by: Operator; record: TakeoverRecord; heard: Promise<void>; elsewhere?: Elsewhere; words: OperatorWords } | undefined
  let voice: OperatorVoice | undefined
  let scribe: Scribe | undefined
  let seated: object | undefined

  /** The one place where a takeover moves: the table decides, the state's effects follow, each once. */
  function step(event: TakeoverEvent, briefing?: string) {
    const before = state
    state = nextTakeover(before, event)
    if (state === before) return
    cancelDeadline?.()
    const deadlineMs = takeoverDeadlineMs(state, o.times)
    cancelDeadline = deadlineMs === undefined ? undefined : clock.after(deadlineMs, () => step({ type: 'time-up' }))
    if (state.is === before.is) return
    if (state.is === 'held') speak()
    else if (state.is === 'away') note('takeover.away', { by: held?.by.id })
    else if (state.is === 'free') end(state.why ?? 'operator', briefing)
  }

  function speak() {
    if (!held) return
    const { elsewhere, words } = held
    if (!elsewhere && !voice) {
      voice = createOperatorVoice({ leg: o.leg, utterance: o.newId(), taps, clock })
      scribe = o.scribe((id, text, final) => words.recognised(text, final, id))
    }
    feed.tell({ type: 'speaker', who: 'operator', name: held.by.name })
  }

  function end(why: EndedBy, briefing: string | undefined) {
    if (!held) return
    const { by, elsewhere, record, words } = held
    words.close()
    voice?.stop()
    voice = undefined
    scribe?.close()
    scribe = undefined
    held = undefined
    seated = undefined
    Object.assign(record, { endedAt: now(), endedBy: why, ...(briefing === undefined ? {} : { briefing }) })
    note('takeover.ended', { by: by.id, name: by.name, endedBy: why, ...(briefing === undefined ? {} : { briefing }) })
    o.onHolder(undefined)
    if (why === 'call') return
    const said = elsewhere ? undefined : transcript.heard(record.startedAt)
    o.tellEngine({ type: 'briefing', by: by.name, said, ...(briefing === undefined ? {} : { leaves: briefing }) })
    o.conversation.pause.comeBack()
    feed.tell({ type: 'speaker', who: 'agent', name: o.agentName })
    const say = () => o.conversation.announce(phrase(AGAIN[why], o.language))
    // Where they were is where they are heard again.
    ;(elsewhere ? elsewhere.back().then(say) : say()).catch(o.onFault)
  }

  return {
    get holder() {
      return held?.by
    },
    get speaker() {
      const speaks = state.is === 'held' || (state.is === 'away' && state.everHere)
      return speaks ? held?.by : undefined
    },
    takeovers,
    listen: monitor.add,
    take(by, { elsewhere, ...why }) {
      if (held) return held.by.id === by.id ? { heard: held.heard } : undefined
      o.conversation.pause.standAside()
      const record: TakeoverRecord = { by: by.id, name: by.name, ...why, startedAt: now() }
      takeovers.push(record)
      note('takeover.began', { by: by.id, name: by.name, ...why })
      const heard = o.conversation.announce(phrase('takingOver', o.language))
      const words = createOperatorWords({ transcript, clock, unwritten: phrase('unwritten', o.language) })
      const mine = { by, record, heard, words, ...(elsewhere ? { elsewhere } : {}) }
      held = mine
      step({ type: 'take' })
      if (elsewhere) step({ type: 'here' })
      o.onHolder(by)
      heard.then(() => held === mine && step({ type: 'said' }), o.onFault)
      return { heard }
    },
    sit() {
      const mine = held
      if (!mine) return undefined
      const seat = {}
      seated = seat
      step({ type: 'here' })
      const isMine = () => seated === seat && held === mine
      return {
        sound(bytes, sampleRateHz) {
          if (!isMine() || state.is !== 'held') return
          voice?.sound(bytes, sampleRateHz)
          scribe?.sound(bytes, sampleRateHz)
          mine.words.sound(bytes, sampleRateHz)
        },
        write: (text) => void (isMine() && mine.words.write(text)),
        // One of the two writes: else every sentence stood there twice.
        recognised: (text, final) => void (isMine() && !scribe?.writes && mine.words.recognised(text, final)),
        leave() {
          if (!isMine()) return
          seated = undefined
          step({ type: 'gone' })
        },
      }
    },
    giveBack(briefing) {
      if (!held) return false
      step({ type: 'give-back' }, briefing)
      return true
    },
    lose: () => step({ type: 'right-lost' }),
    passedBy: () => (held?.elsewhere ? undefined : step({ type: 'call-over' })),
    callOver: () => step({ type: 'call-over' }),
    close: monitor.close,
  }
}

const AGAIN: Record<'operator' | 'connection', Phrase> = { operator: 'backAgain', connection: 'operatorLost' }
