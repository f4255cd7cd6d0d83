import type { EndReason, PublicAgent, ToRelay } from '@voice-agent/relay/protocol'
import type { Fault, Result } from '../element/events.ts'
import type { Beginning, Desk, Inside } from '../element/inside.ts'
import type { Sound } from '../element/sound-door.ts'
import { panel } from '../panel/panel.ts'
import { PanelHolder } from '../panel/panel-holder.ts'
import { panelSheet } from '../panel/panel-styles.ts'
import { CallMe } from './call-me.ts'
import { Consent } from './consent.ts'
import { listenerOf } from './conversation-listener.ts'
import { type BehindPanel, type DeskMemory, freshMemory, panelView } from './desk-view.ts'
import { CallFault, faultOf } from './fault.ts'
import type { Gone } from './media-socket.ts'
import { admit, granted, openWithRelay } from './opening.ts'
import type { Talk } from './talk.ts'
import { Transcript } from './transcript.ts'
import { VisitorVoice } from './visitor-voice.ts'

type Started = Result<{ callId: string; sessionId: string }>

const RETRY_UNSAID_MS = 30_000
const LONGEST_TEXT = 16_000

/** Everything behind the element's methods: agent, consent, calls one after the other, and what the panel shows of them. */
export class CallDesk implements BehindPanel {
  readonly sheet = panelSheet()
  readonly #inside: Inside
  readonly #memory: DeskMemory
  readonly #holder: PanelHolder
  readonly agreed: Consent
  readonly #transcript = new Transcript()
  #conversation: Talk | undefined
  #starting: { promise: Promise<Started>; abort: AbortController } | undefined
  #startedFor = ''
  output: string | undefined
  readonly #voice: VisitorVoice
  readonly phone: CallMe
  /** Written while the call was being opened. */
  #unsent: ToRelay[] = []
  #tick: ReturnType<typeof setInterval> | undefined

  constructor(inside: Inside) {
    this.#inside = inside
    this.#memory = freshMemory(inside.element.startMuted)
    this.agreed = new Consent(inside)
    this.phone = new CallMe(inside, this.#memory, this)
    this.#voice = new VisitorVoice(inside, this.#memory)
    this.#holder = new PanelHolder(inside, () => Object.assign(this.#memory, { openedAt: performance.now(), stirred: false }))
  }

  get callId(): string | undefined {
    return this.#memory.callId
  }
  get sessionId(): string | undefined {
    return this.#memory.sessionId
  }
  /** A call in the page is there, or on its way. */
  get talking(): boolean {
    return this.#starting !== undefined || this.#conversation !== undefined
  }
  get muted(): boolean {
    return this.#memory.muted
  }
  get volume(): number {
    return this.#memory.volume
  }

  view() {
    this.#holder.beforeRender()
    const lines = this.#transcript.lines
    const durationMs = this.#conversation?.durationMs ?? this.#memory.lastedMs
    return panel(
      panelView(this.#inside, this.#memory, {
        starting: this.#starting !== undefined,
        lines,
        durationMs,
        desk: this,
        voice: this.#voice.now?.view,
        phone: this.phone,
      }),
    )
  }

  rendered(): void {
    this.#holder.afterRender()
    const counts = this.#conversation || this.#memory.retryAt > Date.now() || this.phone.now?.room.counts
    if (counts && !this.#tick) this.#tick = setInterval(() => this.#inside.update(), 500)
    else if (!counts) this.#tick = void clearInterval(this.#tick)
  }

  prepare(): void {
    // Not known yet is no fault: the click asks again and says what is wrong.
    this.agent().catch(() => {})
  }

  // ---------------------------------------------------------------- beginning

  async start(how: Beginning): Promise<Started> {
    if (this.phone.now?.room.live) return this.#fault('in_callback')
    if (this.#starting || this.#inside.isLive()) {
      const { callId = '', sessionId = '' } = this.#memory
      return this.#starting?.promise ?? { ok: true, callId, sessionId }
    }
    this.phone.shown = false
    const abort = new AbortController()
    performance.mark('va:click', { startTime: how.clickedAt ?? performance.now() })
    let sound: Sound | undefined
    const openSound = () => (sound ??= how.sound?.())
    const promise = this.#open({ ...how, sound: openSound }, abort.signal)
      .catch((error: unknown) => this.#failed(error instanceof CallFault ? error : new CallFault('internal')))
      .finally(() => {
        this.#starting = undefined
        if (!this.#conversation?.hasSound && sound?.context.state !== 'closed') void sound?.context.close()
        this.#unsent = []
        if (!this.#conversation) this.#voice.stop()
        this.#inside.update()
      })
    this.#starting = { promise, abort }
    this.#memory.problem = ''
    this.#inside.update()
    return promise
  }

  async #open(how: Beginning, signal: AbortSignal): Promise<Started> {
    const { emit, setState } = this.#inside
    const memory = this.#memory
    const { agent, inWriting } = await admit(this.#inside, memory, how, this, signal)
    const { opened, modality, talk } = await openWithRelay(this.#inside, agent, {
      modality: inWriting ? 'text' : 'voice',
      sessionId: this.sessionFor(agent.id),
      signal,
      openSound: () => {
        const context = how.sound?.()?.context
        if (context) this.#voice.listen({ agent, context, desk: this, call: () => this.#conversation })
      },
    })
    memory.textCall = modality === 'text'
    const sound = memory.textCall ? undefined : how.sound?.()
    if (!memory.textCall && !sound) throw new CallFault('sound_failed')
    // Nobody is greeted under the browser's question.
    await this.#voice.settled()
    const conversation: Talk = talk({
      opened,
      sound,
      newSound: this.#inside.openSound,
      volume: memory.volume,
      device: this.output,
      on: listenerOf({
        inside: this.#inside,
        memory,
        voice: this.#voice,
        transcript: this.#transcript,
        self: () => conversation,
        mine: () => this.#conversation === conversation,
        tell: (code) => this.#tell(code),
        ended: (reason, gone) => this.#ended(conversation, reason, gone),
      }),
    })
    this.#conversation = conversation
    this.adopt(opened)
    // Called off meanwhile: the relay keeps its seat no longer.
    if (signal.aborted) conversation.hangUp('visitor')
    await conversation.ready
    this.phone.learn()
    setState('listening')
    const { callId, sessionId } = opened
    const started = { callId, sessionId }
    emit('va-call-started', started)
    if (memory.muted) conversation.send({ type: 'mute', muted: true })
    if (how.text) conversation.send({ type: 'text', text: how.text })
    for (const message of this.#unsent.splice(0)) conversation.send(message)
    return { ok: true, ...started }
  }

  #failed(fault: CallFault): Fault {
    const { element, setState } = this.#inside
    const { code, retryAfterMs } = fault
    const result = this.#fault(code, retryAfterMs)
    this.#conversation = undefined
    // The terms, or the form, say it.
    if (code === 'consent_required' || code === 'canceled' || this.phone.shown) {
      setState('idle')
      return result
    }
    const waitMs = retryAfterMs ?? (code === 'rate_limited' ? RETRY_UNSAID_MS : 0)
    this.#memory.problem = code
    this.#memory.retryAt = Date.now() + waitMs
    // From `ended` too: what went wrong now is what the visitor should read.
    if (element.state !== 'error') setState('error')
    this.#tell(code)
    return result
  }

  /** Rejects with CallFault. */
  async agent(): Promise<PublicAgent> {
    const { element, update } = this.#inside
    const { agentId } = element
    if (!agentId) throw new CallFault('no_agent')
    const agent = granted(await this.#inside.agent(agentId))
    if (element.agentId === agentId) this.#memory.agent = agent
    this.phone.learn()
    update()
    return agent
  }

  /** Of the conversation so far; another agent begins another one. */
  sessionFor(agentId: string): string | undefined {
    if (this.#startedFor !== agentId) {
      this.#startedFor = agentId
      this.#memory.sessionId = undefined
      this.#transcript.clear()
    }
    return this.#memory.sessionId
  }
  adopt({ callId, sessionId }: { callId: string; sessionId: string }): void {
    Object.assign(this.#memory, { callId, sessionId })
  }

  /** Inside the visitor's click. */
  consent(accepted: boolean, clickedAt: number): void {
    const { agent, gate } = this.#memory
    this.#memory.gate = undefined
    this.agreed.answer(agent?.terms?.version ?? '', accepted)
    this.#inside.update()
    if (accepted) void this.start({ sound: this.#inside.openSound, clickedAt, text: gate?.text })
  }

  // ---------------------------------------------------------------- going on

  #ended(conversation: Talk, reason: EndReason, gone: Gone | undefined): void {
    const memory = this.#memory
    this.#voice.stop()
    this.#transcript.settle(conversation.callId)
    Object.assign(memory, {
      endReason: reason,
      lastedMs: conversation.durationMs,
      notice: '',
      person: '',
      blocked: false,
      keypad: undefined,
      volumeShown: false,
    })
    this.#conversation = undefined
    if (this.#starting) return
    if (gone) this.#tell(gone === 'replaced' ? 'replaced' : 'connection_lost')
    this.#inside.setState('ended')
    this.#inside.emit('va-call-ended', { callId: conversation.callId, reason, durationMs: conversation.durationMs })
  }

  // ---------------------------------------------------------------- methods

  async end(reason: 'visitor' | 'page-close'): Promise<Result> {
    const starting = this.#starting
    // A phone goes on without the page.
    if (!this.talking) return reason === 'visitor' && (await this.phone.now?.room.cancel()) ? { ok: true } : this.#fault('not_in_call')
    starting?.abort.abort()
    this.#conversation?.hangUp(reason)
    // Nobody waits for an answer to the browser's question any more.
    if (!this.#conversation) this.#voice.stop()
    await starting?.promise
    return { ok: true }
  }

  sendText(text: string): Result {
    return this.#write('text', text)
  }
  sendContext(text: string): Result {
    return this.#write('context', text)
  }
  sendDigits(digits: string): Promise<Result> {
    return this.#sendAll('invalid_digits', ({ digitMessages }) => digitMessages(digits))
  }
  interrupt(): Result {
    return this.#inCall((call) => call.interrupt())
  }
  wake(): void {
    this.#conversation?.wake()
  }
  setMuted(muted: boolean): Result {
    if (typeof muted !== 'boolean') return this.#fault('invalid_value')
    if (muted === this.#memory.muted) return { ok: true }
    this.#memory.muted = muted
    this.#voice.now?.room.setMuted(muted)
    this.#conversation?.send({ type: 'mute', muted })
    this.#inside.emit('va-mute-changed', { muted })
    this.#inside.update()
    return { ok: true }
  }
  setVolume(volume: number): Result {
    if (!(volume >= 0 && volume <= 1)) return this.#fault('invalid_value')
    this.#memory.volume = volume
    this.#conversation?.setVolume(volume)
    this.#inside.update()
    return { ok: true }
  }
  async setInputDevice(id: string): Promise<Result> {
    return (await this.#voice.setDevice(id)) ? { ok: true } : this.#fault('invalid_value')
  }
  async setOutputDevice(id: string): Promise<Result> {
    if (!('AudioContext' in globalThis && 'setSinkId' in AudioContext.prototype)) return this.#fault('unavailable')
    try {
      await this.#conversation?.setDevice(id)
      this.output = id
      return { ok: true }
    } catch {
      return this.#fault('invalid_value')
    }
  }
  sendFeedback(feedback: Parameters<Desk['sendFeedback']>[0]): Promise<Result> {
    return this.#sendAll('invalid_value', ({ feedbackMessages }) => feedbackMessages(feedback))
  }
  fail(code: string): void {
    this.#failed(new CallFault(code))
  }

  #write(type: 'text' | 'context', text: string): Result {
    if (typeof text !== 'string' || !text.trim() || text.length > LONGEST_TEXT) return this.#fault('invalid_text')
    if (type === 'text') this.#voice.wrote()
    // Under the browser's question for the microphone, say: it follows as soon as somebody is there.
    if (this.#starting && !this.#conversation) {
      this.#unsent.push({ type, text })
      return { ok: true }
    }
    return this.#inCall((call) => call.send({ type, text }))
  }

  async #sendAll(otherwise: string, make: (door: typeof import('./messages.ts')) => ToRelay[] | undefined): Promise<Result> {
    try {
      const messages = make(await import('./messages.ts'))
      if (!messages) return this.#fault(otherwise)
      return this.#inCall((call) => messages.map((message) => call.send(message)))
    } catch {
      return this.#fault('load_failed')
    }
  }

  #inCall(act: (conversation: Talk) => unknown): Result {
    if (!this.#conversation) return this.#fault('not_in_call')
    act(this.#conversation)
    return { ok: true }
  }

  #fault(code: string, retryAfterMs?: number): Fault {
    return faultOf(this.#inside, code, retryAfterMs)
  }

  #tell(code: string): void {
    const { message, retryable } = this.#fault(code)
    this.#inside.emit('va-error', { code, message, retryable })
  }
}
