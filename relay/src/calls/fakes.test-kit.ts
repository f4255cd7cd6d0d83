import { pino } from 'pino'
import { Persona } from '../agents/persona.ts'
import { TestClock } from '../clock.test-kit.ts'
import type { Entry, Variables } from '../protocol/index.ts'
import { createLiveCalls } from './live-calls.ts'
import type { AudioLeg, CallLog, Ear, Engine, EngineContext, EngineInput, LegEvent, NewCall, TextLeg, Voice } from './ports.ts'

/** One word of the fake voice lasts this long. */
const WORD_MS = 100

/** A log that remembers, in memory. */
export class FakeLog implements CallLog {
  readonly opened: NewCall[] = []
  readonly events: { callId: string; type: string; payload: Record<string, unknown> | undefined }[] = []
  readonly entries = new Map<string, Entry>()
  readonly places = new Map<string, number>()
  readonly closes: { callId: string; status: string; endReason: string }[] = []
  readonly usage: unknown[] = []
  async open(call: NewCall) {
    this.opened.push(call)
  }
  event(callId: string, type: string, payload?: Record<string, unknown>) {
    this.events.push({ callId, type, payload })
  }
  entry(_callId: string, at: { place: number; seq: number }, entry: Entry) {
    this.places.set(entry.id, at.place)
    this.entries.set(entry.id, entry)
  }
  status() {}
  readonly lines: { callId: string }[] = []
  async line(callId: string, line: Parameters<CallLog['line']>[1]) {
    this.lines.push({ callId, ...line })
  }
  async close(callId: string, end: Parameters<CallLog['close']>[1]) {
    if (end.usage) this.usage.push(end.usage)
    this.closes.push({ callId, status: end.status, endReason: end.endReason })
  }
  types(): string[] {
    return this.events.map((event) => event.type)
  }
}

/** Speaks every word as 100 ms of a constant sample at 24 kHz. */
export function fakeVoice(): Voice & { spoken: string[] } {
  const spoken: string[] = []
  return {
    name: 'fake',
    sampleRateHz: 24_000,
    spoken,
    async *speak(text, _how, signal) {
      spoken.push(text)
      for (const _word of text.split(/\s+/)) {
        if (signal.aborted) return
        yield new Uint8Array(24 * 2 * WORD_MS).fill(1)
      }
    },
  }
}

/** An engine that does what the test's `onInput` says. */
export function scriptedEngine(
  name: string,
  onInput: (input: EngineInput, context: EngineContext) => void,
  more: Partial<Engine> = {},
): Engine & { contexts: EngineContext[]; inputs: EngineInput[]; closed: number } {
  const engine = {
    name,
    hears: 'text' as const,
    speaks: 'text' as const,
    stallMs: 2000,
    contexts: [] as EngineContext[],
    inputs: [] as EngineInput[],
    closed: 0,
    availability: () => ({ ok: true as const }),
    async start(context: EngineContext) {
      engine.contexts.push(context)
      return {
        take(input: EngineInput) {
          engine.inputs.push(input)
          onInput(input, context)
        },
        async close() {
          engine.closed += 1
        },
      }
    },
    ...more,
  }
  return engine
}

/** Answers every turn with these words at once. */
export function answering(name: string, answer: (text: string) => string) {
  return scriptedEngine(name, (input, context) => {
    if (input.type !== 'turn') return
    context.emit({ type: 'text', utterance: input.utterance, text: answer(input.text) })
    context.emit({ type: 'done', utterance: input.utterance })
  })
}

export interface FakeAudioLeg extends AudioLeg {
  emit(event: LegEvent): void
  frames: { utterance: string; atMs: number }[]
  marks: string[]
  cleared: string[]
  closedWith: string | undefined
  room: boolean
  /** Echoes marks when their audio would have been heard, and answers `clear` with what was heard. */
  echo: boolean
  /** Sent but swallowed by a line that broke: never played. */
  lose(utterance: string, ms: number): void
}

/** A far end that plays frames in real time from when the first of an utterance came. */
export function fakeAudioLeg(clock: TestClock, leadMs = 200): FakeAudioLeg {
  let listener: ((event: LegEvent) => void) | undefined
  let ear: Ear | undefined
  let playedUntilMs = 0
  let generation = 0
  const heard = new Map<string, { fromMs: number; ms: number; before: number }>()
  const leg: FakeAudioLeg = {
    kind: 'audio',
    name: 'fake',
    input: { encoding: 'pcm_s16le', sampleRateHz: 16_000, frameMs: 20 },
    output: { encoding: 'pcm_s16le', sampleRateHz: 24_000, frameMs: 20 },
    leadMs,
    frames: [],
    marks: [],
    cleared: [],
    closedWith: undefined,
    room: true,
    echo: true,
    emit: (event) => (event.type === 'audio' && ear ? ear.sound(event.bytes) : listener?.(event)),
    lose(utterance, ms) {
      const track = heard.get(utterance)
      if (track) track.ms -= ms
      generation += 1
    },
    listen(next, hears) {
      listener = next
      ear = hears
      return () => {
        listener = undefined
        ear = undefined
      }
    },
    close(reason) {
      leg.closedWith ??= reason
    },
    writable: () => leg.room,
    send(_frame, utterance) {
      leg.frames.push({ utterance, atMs: clock.monotonicMs() })
      const now = clock.monotonicMs()
      playedUntilMs = Math.max(playedUntilMs, now)
      const track = heard.get(utterance) ?? { fromMs: playedUntilMs, ms: 0, before: 0 }
      if (track.ms === 0) track.fromMs = playedUntilMs
      track.ms += 20
      heard.set(utterance, track)
      playedUntilMs += 20
    },
    mark(utterance, name) {
      leg.marks.push(`${utterance}:${name}`)
      const mine = generation
      if (leg.echo)
        clock.after(playedUntilMs - clock.monotonicMs(), () => mine === generation && leg.emit({ type: 'mark', utterance, name }))
    },
    async clear(utterance) {
      leg.cleared.push(utterance)
      generation += 1
      const track = heard.get(utterance)
      const now = clock.monotonicMs()
      playedUntilMs = now
      if (!track || !leg.echo) return undefined
      track.before += Math.max(0, Math.min(track.ms, now - track.fromMs))
      track.ms = 0
      return track.before
    },
  }
  return leg
}

export function fakeTextLeg(): TextLeg & { emit(event: LegEvent): void; said: string[]; closedWith: string | undefined } {
  let listener: ((event: LegEvent) => void) | undefined
  const leg = {
    kind: 'text' as const,
    name: 'fake-text',
    said: [] as string[],
    closedWith: undefined as string | undefined,
    emit: (event: LegEvent) => listener?.(event),
    listen(next: (event: LegEvent) => void) {
      listener = next
      return () => {
        listener = undefined
      }
    },
    close(reason: string) {
      leg.closedWith ??= reason
    },
    say: (text: string) => void leg.said.push(text),
    clear: async () => undefined,
  }
  return leg
}

/** Live calls over fakes, in a world whose clock the test owns. */
export function world(engines: Engine[], more: { voice?: Voice } = {}) {
  const clock = new TestClock()
  const log = new FakeLog()
  const voice = more.voice ?? fakeVoice()
  const calls = createLiveCalls({
    log,
    engines,
    voice,
    clock,
    logger: pino({ level: 'silent' }),
    settings: { resumeMs: 30_000, firstConnectMs: 60_000 },
  })
  const open = (persona: Record<string, unknown> = {}, modality: 'voice' | 'text' = 'voice', variables: Variables = {}) =>
    calls.open({
      organisationId: 'org',
      agentId: 'demo',
      persona: Persona.parse({
        name: 'Mira',
        greeting: 'Hello there.',
        disclosure: '',
        engine: engines[0]?.name,
        fallbacks: engines.slice(1).map((engine) => engine.name),
        ...persona,
      }),
      sessionId: 'session',
      modality,
      kind: 'web',
      direction: 'inbound',
      language: 'en',
      variables,
      details: {},
    })
  const lines = () =>
    [...log.entries.values()]
      .sort((a, b) => (log.places.get(a.id) ?? 0) - (log.places.get(b.id) ?? 0))
      .map((entry) => `${entry.role}: ${entry.text}${entry.interrupted ? ' —' : ''}${entry.final ? '' : ' …'}`)
  return { clock, log, voice, calls, open, lines }
}
