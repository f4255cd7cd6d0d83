import { setTimeout as wait } from 'node:timers/promises'
import type { Fault } from '../faults.ts'
import { words } from '../performance.ts'
import type { Speech, VoiceName } from '../speech/speech.ts'
import type { Setup } from './client-frames.ts'
import type { History, Live } from './live.ts'
import type { LiveSettings } from './live-settings.ts'
import type { Stage } from './perform-answer.ts'
import { INTERNAL, QUOTA } from './refusal.ts'
import type { LiveSession } from './session.ts'
import { ANSWER_HZ } from './spoken-answer.ts'
import { Usage } from './usage.ts'
import type { Wire } from './wire.ts'

type Answered = LiveSession['record']['answers'][number]

/** Where the dialogue plays: turns what happens into server messages (PROTOCOLS 5.4), and writes it down. */
export class SessionStage implements Stage {
  readonly speech: Speech
  readonly voice: VoiceName
  readonly #session: LiveSession
  readonly #live: Live
  readonly #wire: Wire
  readonly #setup: Setup
  readonly #usage: Usage
  #answer: Answered | undefined
  /** The end of a transcription that rides with the answer's first sound. */
  #riding: object | undefined
  #calls = 0

  constructor(session: LiveSession, live: Live, wire: Wire, setup: Setup, voice: VoiceName) {
    this.#session = session
    this.#live = live
    this.#wire = wire
    this.#setup = setup
    this.#usage = new Usage(setup, session.record)
    this.speech = live.speech
    this.voice = voice
  }

  get settings(): LiveSettings {
    return this.#live.settings
  }

  transcribed(text: string): void {
    this.#usage.heard()
    if (!this.#setup.inputAudioTranscription) return
    this.#flush()
    const all = words(text)
    const half = all.slice(0, all.length >> 1).join('')
    if (half) this.#wire.send({ serverContent: { inputTranscription: { text: half } } })
    this.#riding = { inputTranscription: { text: all.slice(all.length >> 1).join(''), finished: true } }
    // Every second one comes alone, as it does when the model takes its time.
    if (this.#session.record.transcriptions.length % 2 === 1) this.#flush()
  }

  faultFor(said: string): Fault | undefined {
    const fault = this.#live.world.faults.next('gemini-live', said, inAnswer)
    if (fault) this.#session.record.faults.push({ atMs: this.#session.atMs, kind: fault.kind })
    // What the person said is not kept back by an answer that is late.
    if (fault) this.#flush()
    return fault
  }

  begins(): void {
    this.#answer = { begunMs: this.#session.atMs, text: '', audioMs: 0 }
    this.#session.record.answers.push(this.#answer)
  }

  audio(pcm: Uint8Array, text: string): void {
    const answer = this.#answer
    if (!answer) return
    const spoken = this.#setup.outputAudioTranscription && text ? { outputTranscription: { text } } : {}
    if (answer.firstAudioMs === undefined) answer.firstAudioMs = this.#session.atMs
    answer.text += text
    answer.audioMs += ((pcm.length >> 1) * 1000) / ANSWER_HZ
    this.#usage.spoke(pcm.length)
    const data = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString('base64')
    const modelTurn = pcm.length ? { modelTurn: { parts: [{ inlineData: { mimeType: `audio/pcm;rate=${ANSWER_HZ}`, data } }] } } : {}
    const riding = this.#riding
    this.#riding = undefined
    // Kinds come apart or together, and both are right: several in one message as well as one each.
    if (riding) this.#wire.send({ serverContent: { ...riding, ...modelTurn, ...spoken }, usageMetadata: this.#usage.now() })
    else if (this.#wire.sent % 3 === 0 && text && pcm.length) {
      this.#wire.send({ serverContent: modelTurn })
      if (this.#setup.outputAudioTranscription) this.#wire.send({ serverContent: spoken })
    } else if (pcm.length || 'outputTranscription' in spoken) this.#wire.send({ serverContent: { ...modelTurn, ...spoken } })
  }

  call(name: string, args: Record<string, unknown>): string {
    this.#flush()
    const id = `function-call-${++this.#calls}-${this.#session.record.id}`
    this.#session.record.toolCalls.push({ atMs: this.#session.atMs, id, name, args })
    this.#wire.send({ toolCall: { functionCalls: [{ id, name, args }] } })
    if (this.#setup.sessionResumption) this.#wire.send({ sessionResumptionUpdate: {} })
    return id
  }

  cancelled(ids: string[]): void {
    for (const call of this.#session.record.toolCalls) if (ids.includes(call.id)) call.cancelledMs = this.#session.atMs
    this.#wire.send({ toolCallCancellation: { ids } })
  }

  responded(response: { id?: string; name?: string; response: Record<string, unknown>; expected: boolean }): void {
    this.#session.record.toolResponses.push({ atMs: this.#session.atMs, ...response })
  }

  generated(): void {
    this.#flush()
    if (this.#answer) this.#answer.generatedMs = this.#session.atMs
    this.#wire.send({ serverContent: { generationComplete: true } })
  }

  interrupted(): void {
    this.#flush()
    if (this.#answer) this.#answer.interruptedMs = this.#session.atMs
    this.#wire.send({ serverContent: { interrupted: true } })
  }

  complete(history: History): void {
    if (this.#answer) this.#answer.completeMs = this.#session.atMs
    this.#answer = undefined
    this.#wire.send({ serverContent: { turnComplete: true }, usageMetadata: this.#usage.now() })
    if (!this.#setup.sessionResumption) return
    const newHandle = this.#live.keep(history)
    this.#session.record.newestHandle = newHandle
    this.#wire.send({ sessionResumptionUpdate: { newHandle, resumable: true } })
  }

  async fault(fault: Fault, signal: AbortSignal): Promise<'go on' | 'over'> {
    const noted = this.#session.record.faults.findLast(({ kind }) => kind === fault.kind)
    if (noted) noted.metMs = this.#session.atMs
    if (fault.kind === 'drop') this.#session.drop()
    else if (fault.kind === 'close') this.#session.close(fault.code, fault.reason)
    else if (fault.kind === 'quota') this.#session.close(1011, QUOTA)
    else if (fault.kind === 'error-in-stream') this.#session.close(1011, INTERNAL)
    else if (fault.kind === 'no-end') return 'over'
    else {
      if (fault.kind === 'malformed') this.#session.garbage()
      if (fault.kind === 'go-away') this.#session.goAway(fault.timeLeftMs)
      if (fault.kind === 'stall') await this.#stalled(fault.forMs, signal)
      return 'go on'
    }
    return 'over'
  }

  /** An answer that cannot be given is the service's own fault, as it would be at Google. */
  failed(error: unknown): void {
    this.#session.record.faults.push({ atMs: this.#session.atMs, kind: `own: ${error instanceof Error ? error.message : String(error)}` })
    this.#session.close(1011, INTERNAL)
  }

  async #stalled(forMs: number | undefined, signal: AbortSignal): Promise<void> {
    this.#session.stall(forMs)
    const over: Promise<unknown>[] = [this.#live.world.released(), aborted(signal)]
    if (forMs !== undefined) over.push(wait(forMs, undefined, { signal }))
    await Promise.race(over)
  }

  #flush(): void {
    if (this.#riding) this.#wire.send({ serverContent: this.#riding })
    this.#riding = undefined
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

const AT_UPGRADE = new Set(['status', 'rate-limit', 'unauthorized'])

/** Faults that wait for an answer, not for a connection. */
function inAnswer(fault: Fault): boolean {
  if (AT_UPGRADE.has(fault.kind) || fault.kind === 'refuse-handle' || fault.kind === 'no-stream-options') return false
  return !('when' in fault) || fault.when === 'answer'
}
