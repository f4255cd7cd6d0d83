import { randomUUID } from 'node:crypto'
import type { WebSocket } from 'ws'
import type { Fault } from '../faults.ts'
import { canResample } from '../speech/resample.ts'
import { type ClientContent, type ClientFrame, type RealtimeInput, readFrame, type Setup, textOf } from './client-frames.ts'
import { Dialogue } from './dialogue.ts'
import { Hearing } from './hearing.ts'
import { COMMON_PHRASES, phrasesIn } from './known-phrases.ts'
import type { History, Live } from './live.ts'
import { type Generation, generationOf } from './models.ts'
import { INTERNAL, invalid, QUOTA, Refusal } from './refusal.ts'
import { newRecord, type SessionRecord } from './session-record.ts'
import { SessionStage } from './session-stage.ts'
import { Wire } from './wire.ts'
import { wishesOf } from './wishes.ts'

/** `opening`: waits for `setup`; `refused`: closing, deaf to what still comes. */
type State = 'opening' | 'ready' | 'refused'

/** One connection of a client, from its upgrade to its close. */
export class LiveSession {
  readonly record: SessionRecord
  readonly #live: Live
  readonly #wire: Wire
  readonly #openedMs = performance.now()
  #state: State = 'opening'
  #generation: Generation = { historyOnly: false }
  #seeding = false
  #dialogue: Dialogue | undefined
  #hearing: Hearing | undefined
  #leaving: NodeJS.Timeout | undefined
  #stalling: NodeJS.Timeout | undefined
  #closedByUs: { code: number; reason: string } | undefined
  #manual = false

  constructor(socket: WebSocket, live: Live, apiVersion: string) {
    this.#live = live
    this.record = newRecord(`live-${randomUUID().slice(0, 8)}`, apiVersion)
    this.#wire = new Wire(socket, () => live.settings)
    live.note(this.record)
    live.open.add(this)
    socket.on('message', (data: Buffer) => this.#received(data))
    // What a client breaks in its frames closes its own socket; `ws` has answered already.
    socket.on('error', () => undefined)
    socket.on('close', (code, reason) => this.#gone(code, reason.toString()))
  }

  get atMs(): number {
    return Math.round(performance.now() - this.#openedMs)
  }

  close(code: number, reason: string): void {
    this.#state = 'refused'
    this.#closedByUs ??= { code, reason }
    this.#dialogue?.close()
    this.#wire.close(code, reason)
  }

  drop(): void {
    this.#closedByUs ??= { code: 1006, reason: '' }
    this.#wire.drop()
  }

  /** Says nothing more until released. */
  stall(forMs?: number): void {
    this.#wire.hold()
    const release = () => this.#wire.release()
    this.#live.world.released().then(release)
    clearTimeout(this.#stalling)
    if (forMs !== undefined) this.#stalling = setTimeout(release, forMs)
  }

  goAway(timeLeftMs: number): void {
    this.#wire.send({ goAway: { timeLeft: `${timeLeftMs / 1000}s` } })
    clearTimeout(this.#leaving)
    this.#leaving = setTimeout(() => this.close(1001, 'The session is over.'), timeLeftMs)
  }

  garbage(): void {
    this.#wire.raw('{"serverContent":{"modelTurn"')
  }

  #received(data: Buffer): void {
    this.record.framesIn++
    if (this.#state === 'refused') return
    try {
      this.#take(readFrame(data))
    } catch (error) {
      if (error instanceof Refusal) this.close(error.code, error.message)
      else {
        this.record.faults.push({ atMs: this.atMs, kind: `own: ${String(error)}` })
        this.close(1011, INTERNAL)
      }
    }
  }

  #take({ setup, realtimeInput, clientContent, toolResponse }: ClientFrame): void {
    if (setup ? this.#state === 'ready' : this.#state === 'opening') throw invalid('setup must be the first message and only the first.')
    if (setup) this.#open(setup)
    if (realtimeInput) this.#realtime(realtimeInput)
    if (clientContent) this.#content(clientContent)
    if (toolResponse) this.#dialogue?.responded(toolResponse)
  }

  #open(setup: Setup): void {
    const { record } = this
    record.model = setup.model
    record.setup = setup
    const generation = generationOf(setup.model)
    if (!generation)
      throw new Refusal(
        1008,
        `${setup.model} is not found for API version ${record.apiVersion}, or is not supported for bidiGenerateContent.`,
      )
    if (setup.generationConfig?.responseModalities?.some((each) => each !== 'AUDIO'))
      throw invalid('The requested combination of response modalities is not supported by the model.')
    const handle = setup.sessionResumption?.handle
    const history = handle === undefined ? [] : this.#live.recall(handle)
    const fault = this.#live.world.faults.next('gemini-live', '', (each) => atSetup(each, handle))
    if (fault) record.faults.push({ atMs: this.atMs, kind: fault.kind })
    if (!history || fault?.kind === 'refuse-handle') throw invalid('Invalid session resumption handle.')
    if (handle !== undefined) record.resumed = { handle, turns: history.length }
    if (fault?.kind === 'close') throw new Refusal(fault.code, fault.reason)
    if (fault?.kind === 'quota') throw new Refusal(1011, QUOTA)
    if (fault?.kind === 'drop') this.drop()
    if (fault?.kind === 'stall') this.stall(fault.forMs)
    this.#prepare(setup, generation, history)
    record.readyMs = this.atMs
    this.#wire.send({ setupComplete: {} })
    if (fault?.kind === 'go-away') this.goAway(fault.timeLeftMs)
  }

  #prepare(setup: Setup, generation: Generation, history: History): void {
    const wishes = wishesOf(setup)
    const stage = new SessionStage(this, this.#live, this.#wire, setup, wishes.voice)
    this.#generation = generation
    this.#seeding = wishes.seeding
    this.#manual = wishes.manual
    this.#dialogue = new Dialogue(stage, { ...wishes, history })
    this.#hearing = new Hearing(this, this.#live, wishes.detection, this.#dialogue, stage)
    // What cannot be learnt cannot be recognised either: that is told there.
    this.#live.speech.learn([...phrasesIn(wishes.system), ...COMMON_PHRASES]).catch(() => undefined)
    this.#state = 'ready'
  }

  #realtime(input: RealtimeInput): void {
    for (const blob of [...(input.mediaChunks ?? []), ...(input.audio ? [input.audio] : [])]) {
      const rate = /^audio\/pcm(?:;\s*rate=(\d{1,6}))?$/i.exec(blob.mimeType)
      const rateHz = Number(rate?.[1] ?? 16_000)
      if (!rate || !canResample(rateHz)) throw invalid(`Unsupported audio: ${blob.mimeType}`)
      this.#hearing?.audio(Buffer.from(blob.data, 'base64'), rateHz)
    }
    if ((input.activityStart || input.activityEnd) && !this.#manual)
      throw invalid('Explicit activity control is not supported when automatic activity detection is enabled.')
    if (input.activityStart) this.#hearing?.activity(true)
    if (input.activityEnd) this.#hearing?.activity(false)
    if (input.audioStreamEnd && !this.#manual) this.#hearing?.activity(false)
    if (input.text !== undefined) this.#typed(input.text, 'realtimeInput')
  }

  #content({ turns, turnComplete }: ClientContent): void {
    const said = turns.map((turn) => ({ who: turn.role === 'model' ? ('model' as const) : ('person' as const), text: textOf(turn) }))
    if (this.#generation.historyOnly) {
      if (this.#seeding && this.#dialogue?.turns === 0) this.#dialogue.seed(said)
      else if (this.#live.settings.clientContent === 'refuse') throw invalid('Request contains an invalid argument.')
      if (turnComplete) this.#seeding = false
      return
    }
    // The SDK completes a turn unless told otherwise; what is not complete waits as history.
    const last = turnComplete && said.at(-1)?.who === 'person' ? said.pop() : undefined
    this.#dialogue?.interrupt()
    this.#dialogue?.seed(said)
    if (last) this.#typed(last.text, 'clientContent')
    else if (turnComplete) this.#dialogue?.said('')
  }

  #typed(text: string, by: 'realtimeInput' | 'clientContent'): void {
    this.record.texts.push({ atMs: this.atMs, text, by })
    // What is typed while the person speaks belongs to the turn that they are having.
    const meanwhile = by === 'realtimeInput' && this.#hearing?.busy === true
    if (!meanwhile) this.#dialogue?.interrupt()
    this.#dialogue?.said(text, meanwhile)
  }

  #gone(code: number, reason: string): void {
    const ours = this.#closedByUs
    this.record.closed = { atMs: this.atMs, ...(ours ?? { code, reason }), by: ours ? 'sandbox' : 'client' }
    this.#state = 'refused'
    clearTimeout(this.#leaving)
    clearTimeout(this.#stalling)
    this.#dialogue?.close()
    this.#hearing?.close()
    this.#live.open.delete(this)
  }
}

function atSetup(fault: Fault, handle: string | undefined): boolean {
  if (fault.kind === 'refuse-handle') return handle !== undefined
  return 'when' in fault && fault.when === 'setup'
}
