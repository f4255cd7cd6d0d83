/**
 * What a call is joined from: legs (people), at most one engine (the agent), a voice for engines that speak text, a log.
 * Types only. Carriers, engines, legs and the store implement these; `calls/` knows no other name of theirs.
 */
import type { Persona, ToolSpec } from '../agents/persona.ts'
import type { CallStatus, EndReason, Entry, EntryRole, Variables } from '../protocol/index.ts'

/** Time from outside, so that tests own it. `nowMs` is wall time, `monotonicMs` never jumps. */
export interface Clock {
  nowMs(): number
  monotonicMs(): number
  /** Runs `task` once after `delayMs`; the returned function cancels. Does not keep the process alive. */
  after(delayMs: number, task: () => void): () => void
}

export interface AudioFormat {
  readonly encoding: 'pcm_s16le' | 'mulaw' | 'alaw'
  readonly sampleRateHz: number
  readonly frameMs: number
}

// ---------------------------------------------------------------- legs

/** A person's media. It may drop and come back, or be replaced, while the call goes on. */
export type Leg = AudioLeg | TextLeg

export type LegEvent =
  /** One or more whole samples in the leg's input format. */
  | { type: 'audio'; bytes: Uint8Array }
  | { type: 'text'; text: string }
  /** What the page's own recogniser understood so far of what is being said; `final` when the visitor is through with it. */
  | { type: 'recognised'; text: string; final: boolean }
  | { type: 'digits'; digits: string }
  | { type: 'muted'; muted: boolean }
  | { type: 'interrupt' }
  | { type: 'context'; text: string }
  | { type: 'feedback'; score: number; issue?: string; comment?: string }
  /** Playback reached this mark: everything queued before it was heard. */
  | { type: 'mark'; utterance: string; name: string }
  /** A far end that speaks itself: so much of what it was given of the utterance was heard, letter for letter; `whole` once it was heard to its end. */
  | { type: 'played'; utterance: string; text: string; whole: boolean }
  /** A far end that speaks itself fell silent amid this utterance, for the visitor spoke or pressed a key over it. */
  | { type: 'cut'; utterance: string }
  /** A far end that listens itself: the visitor begins or stops speaking. */
  | { type: 'speaking'; speaks: boolean }
  /** Media is away; it may come back (`attached`). With `leaving` the far end said that it goes, and why: it is given little time to be wrong. */
  | { type: 'detached'; leaving?: EndReason }
  | { type: 'attached' }
  | { type: 'closed'; reason: EndReason }

interface LegBase {
  readonly name: string
  /** One listener: the call. Returns its removal. */
  listen(listener: (event: LegEvent) => void): () => void
  /** Says goodbye on the wire and frees every socket and timer. Idempotent. */
  close(reason: EndReason): void
}

/** Where its sound goes, past the events: fifty times a second. Without one, sound is an event. */
export interface Ear {
  /** One or more whole samples in the leg's input format, good until it returns. */
  sound(bytes: Uint8Array): void
}

export interface AudioLeg extends LegBase {
  readonly kind: 'audio'
  readonly input: AudioFormat
  readonly output: AudioFormat
  /** How far ahead of real time frames may be sent: 0 for a line that plays at once, more where the far end has a cushion. */
  readonly leadMs: number
  /** One listener: the call. With an ear, sound goes there instead of being an event. Returns its removal. */
  listen(listener: (event: LegEvent) => void, ear?: Ear): () => void
  /** False while the far end does not take more (detached, or its socket is full): the playout waits and nothing piles up. */
  writable(): boolean
  /** Gathers frames into messages of its own: `send` may be given several at once. */
  readonly takesRuns?: boolean
  /** One whole frame in the output format. The bytes are good until it returns. */
  send(frame: Uint8Array, utterance: string): void
  /** Queued behind the audio sent so far; comes back as a `mark` event when playback reached it. */
  mark(utterance: string, name: string): void
  /** Drops what is queued at the far end at once. Resolves with the ms of this utterance that were heard in all; `undefined` when the far end did not say in time. */
  clear(utterance: string): Promise<number | undefined>
}

export interface TextLeg extends LegBase {
  readonly kind: 'text'
  /** The far end speaks the words itself, in its own time, and tells by `played` how far it came; without it text counts as heard when the leg took it. */
  readonly speaks?: true
  /** A piece of an utterance; `last` closes it. */
  say(text: string, utterance: string, last: boolean): void
  /** Stops an utterance on its way, and forgets it. Resolves with the text that was heard, where the far end knows. */
  clear(utterance: string): Promise<string | undefined>
}

// ---------------------------------------------------------------- lines

/** The right to ring one number once. Only the gate makes them. */
export interface Permit {
  readonly callId: string
  /** E.164. */
  readonly number: string
  readonly decisionId: string
  /** Takes the right to ring this number for this call. @throws when it is for another one, was taken before, or the gate did not make it */
  redeem(use: { callId: string; number: string }): void
}

/** A call's own control of its carrier; web calls have none. */
export interface Line {
  readonly carrier: string
  /** Ends the call at the carrier, which is asked until it says so. Idempotent. */
  hangUp(): void
}

// ---------------------------------------------------------------- engines

/** Why an engine gave up. `retryable` tells the log, not the chain: the chain always goes to the next. */
export interface EngineFault {
  code: 'unavailable' | 'unauthorized' | 'quota' | 'stalled' | 'dropped' | 'refused' | 'malformed'
  message: string
  retryable: boolean
}

export interface Heard {
  role: Exclude<EntryRole, 'system'>
  text: string
}

export interface EngineContext {
  readonly callId: string
  readonly persona: Persona
  /** BCP 47. */
  readonly language: string
  readonly variables: Variables
  /** The conversation so far, as heard; not empty after a hand-over. */
  readonly history: readonly Heard[]
  readonly tools: readonly ToolSpec[]
  readonly clock: Clock
  /** Aborted when the call ends or the engine is replaced. */
  readonly signal: AbortSignal
  emit(event: EngineEvent): void
  /** Runs a tool once and resolves with its JSON result; never rejects for an operational fault (`{error}` instead). */
  useTool(use: { id: string; name: string; arguments: Record<string, unknown> }, signal: AbortSignal): Promise<unknown>
}

export type EngineInput =
  /** The visitor's turn: answer it under this utterance id. A newer turn replaces one still being answered. */
  | { type: 'turn'; utterance: string; text: string; by: 'typing' | 'speech' | 'keys' }
  /** Engines that hear audio only: PCM16LE mono at the leg's own rate, whole samples. The bytes are not kept by whoever gave them. */
  | { type: 'audio'; bytes: Uint8Array; sampleRateHz: number }
  /** Engines that hear audio only: the visitor spoke, stopped `sinceMs` ago, and nothing came of it. What a healthy engine ignores was noise; a deaf one must show. */
  | { type: 'unanswered'; sinceMs: number }
  /** The visitor cut this utterance; `heard` is what reached their ear. Stop generating it. */
  | { type: 'interrupted'; utterance: string; heard: string }
  /** Something the agent should know, without answering it. */
  | { type: 'context'; text: string }
  /** What a person of the house tells the agent to do, unheard by the visitor: it counts from the next answer on. */
  | { type: 'whisper'; text: string }
  /** The agent has the visitor back from an operator: what was said meanwhile, and what it is to know. Not to be answered. */
  | {
      type: 'briefing'
      /** What the operator is called. */
      by: string
      /** As heard; undefined when nothing of it was written down. */
      said: readonly Heard[] | undefined
      leaves?: string
    }

export type EngineEvent =
  /** Hears audio: the engine answers of itself, under this new utterance. What belongs to it follows; what was said before ends here. */
  | { type: 'answers'; utterance: string }
  /** Speaks text: the next piece of an utterance. */
  | { type: 'text'; utterance: string; text: string }
  /** Speaks audio: PCM16LE at `Engine.speaksHz`. The bytes are good until it is taken: whoever keeps them copies them. */
  | { type: 'audio'; utterance: string; bytes: Uint8Array }
  /** Speaks audio: the next piece of the words of that audio, spaces included, close to the sound it belongs to. */
  | { type: 'said'; utterance: string; text: string }
  /** Generation of this utterance is complete (not: heard). */
  | { type: 'done'; utterance: string }
  /** Hears audio: all that the visitor said in this turn as far as known; `id` repeats while it grows or is rewritten. */
  | { type: 'heard'; id: string; text: string; final: boolean }
  /** The engine's own detector cut its utterance. */
  | { type: 'interrupted'; utterance: string }
  /** The agent wants the call to end after what it has said so far was heard. */
  | { type: 'hang-up' }
  | { type: 'usage'; inputTokens: number; outputTokens: number; model: string }
  | { type: 'failed'; fault: EngineFault }

/** Takes PCM16LE mono. */
export interface Hearer {
  sound(bytes: Uint8Array, sampleRateHz: number): void
}

export interface EngineSession {
  take(input: EngineInput): void
  /** Where the visitor's sound goes, past `take`, until it is closed: fifty times a second. Without one, sound is an input. */
  readonly hearer?: Hearer
  /** Idempotent; emits nothing afterwards. */
  close(): Promise<void>
}

export interface Engine {
  readonly name: string
  readonly hears: 'audio' | 'text'
  readonly speaks: 'audio' | 'text'
  readonly speaksHz?: number
  /** Longest silence between a turn (or the last piece) and the next piece before the chain calls it stalled. */
  readonly stallMs: number
  /** Whether settings allow it; `missing` names the variable an operator has to set. */
  availability(): { ok: true } | { ok: false; missing: string }
  start(context: EngineContext): Promise<EngineSession>
}

/** Turns text into speech for engines that speak text. */
export interface Voice {
  readonly name: string
  readonly sampleRateHz: number
  /** PCM16LE mono chunks of any even length. Throws on failure; stops at `signal`. `cache` keeps the result for the next call (greetings). */
  speak(
    text: string,
    how: { voice: string; speed: number; language: string; cache?: boolean },
    signal: AbortSignal,
  ): AsyncIterable<Uint8Array>
}

// ---------------------------------------------------------------- log

export interface NewCall {
  id: string
  sessionId: string
  organisationId: string
  agentId: string
  kind: 'web' | 'phone' | 'bridge'
  direction: 'inbound' | 'outbound'
  /** Calls on a line: who carries it, and over which number of the house. */
  carrier?: string
  phoneNumberId?: string
  /** What the carrier calls it, where that is known already. */
  carrierCallId?: string
  startedAtMs: number
  /** Kept under the call's own key: variables, page, user id, consent, numbers. */
  details: Record<string, unknown>
}

/**
 * The call's book. Nothing here waits for the database on the audio path: writes are queued in order per call and coalesced,
 * survive a database that is away for a while, and `close` resolves when the last one is stored.
 */
export interface CallLog {
  open(call: NewCall): Promise<void>
  /** The payload is encrypted and committed to the call's chain. */
  event(callId: string, type: string, payload?: Record<string, unknown>): void
  /** The entry's newest state. `place` orders the transcript and never changes for an id. */
  entry(callId: string, at: { place: number; seq: number }, entry: Entry): void
  status(
    callId: string,
    change: {
      status: CallStatus
      /** The clock's. */
      at: number
      ai?: 'active' | 'paused' | 'off'
      /** The operator who has the visitor; null once nobody has. */
      heldBy?: { id: string; name: string } | null
    },
  ): void
  /** Who carries it and what the carrier calls it, told before anything is asked of it: whoever finds the call after a crash can hang it up. */
  line(
    callId: string,
    line: Partial<Pick<NewCall, 'carrier' | 'phoneNumberId' | 'carrierCallId' | 'kind'>> & {
      /** The number that rings now. */ from?: string
    },
  ): Promise<void>
  /** The one terminal write: status, chain head signed. A second close of the same call is ignored. */
  close(
    callId: string,
    end: { status: 'completed' | 'failed'; endReason: EndReason; at: number; usage?: Record<string, unknown> },
  ): Promise<void>
}
