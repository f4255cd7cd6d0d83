import type { CallbackAccepted, CallbackView, CallStatus, EndReason, PublicAgent } from '@voice-agent/relay/protocol'
import type { CallbackAsked, CallbackOptions, Fault, Result } from '../element/events.ts'
import type { TabMemory } from '../element/tab-memory.ts'
import { askToRing, configOf, momentOf, numberOf, type Refused } from './asking.ts'
import { Attempts, hashOf } from './attempt.ts'
import { CallWatch } from './call-watch.ts'
import type { CallbackDoor, Phase } from './callback-door.ts'
import { type KeptCall, keepCall, keptCall } from './kept-call.ts'
import { faultOf } from './refusal.ts'

interface Running {
  accepted: CallbackAccepted
  /** Of its number. */
  hash: string
  watch: CallWatch | undefined
}

const STATE_OF = { initiated: 'dialing', connecting: 'ringing', connected: 'connected' } as const
/** A relay that says nothing more after hanging up has hung up all the same. */
const FAREWELL_MS = 4_000
/** What setTimeout can hold. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** One phone after the other: asked for, rung, talked on, over. */
export class CallbackRoom {
  readonly door: CallbackDoor
  phase: Phase = { is: 'form' }
  /** The number last asked for. */
  number = ''
  /** How it ends, where that is all that is known of it. */
  tail = ''
  /** Given with it. */
  name = ''
  /** The call could not be ended from here. */
  still = false
  #running: Running | undefined
  #remembered: Attempts | undefined
  #asking: Promise<Result<CallbackAsked>> | undefined
  #resuming: Promise<void> | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  /** The tab need not remember the call any more. */
  #forget: (() => void) | undefined

  constructor(door: CallbackDoor) {
    this.door = door
  }

  /** A phone rings or is talked on. */
  get live(): boolean {
    return this.phase.is === 'live'
  }
  /** Something on screen counts. */
  get counts(): boolean {
    return this.phase.is === 'live' || this.waitMs > 0
  }
  /** How long until this number may be asked for again. */
  get waitMs(): number {
    const said = this.phase.is === 'form' ? (this.phase.retryAt ?? 0) - Date.now() : 0
    return Math.max(0, said, this.number ? this.#attempts.restMs(this.number) : 0)
  }
  get #attempts(): Attempts {
    const { agentId = '' } = this.door.inside.element
    if (this.#remembered?.agentId !== agentId) this.#remembered = new Attempts(agentId)
    return this.#remembered
  }

  /** From the form: a number that was just rung, from whichever tab, is left in peace first. */
  async ask(number: string, options: CallbackOptions): Promise<void> {
    this.number = number
    this.name = options.name ?? ''
    if (this.waitMs > 0) return this.door.inside.update()
    await this.request(number, options, true)
  }

  /** Asks for a call, once however often it is clicked. Never rejects. */
  request(number: string, options: CallbackOptions = {}, gently = false): Promise<Result<CallbackAsked>> {
    if (this.#asking) return this.#asking
    if (this.#resuming) return this.#resuming.then(() => this.request(number, options, gently))
    if (this.phase.is === 'live' && this.#running) {
      const { accepted, hash } = this.#running
      const asked = numberOf(number, this.door.memory.agent as PublicAgent, this.door.inside.language(), options.country)
      if (hashOf(asked) !== hash) return Promise.resolve(faultOf(this.door.inside, { ok: false, code: 'in_callback' }))
      return Promise.resolve({ ok: true, callId: accepted.callId, sessionId: accepted.sessionId, status: this.phase.status })
    }
    const before = this.phase
    this.#asking = this.#ask(number, options ?? {}, gently)
      .catch((error: unknown): Refused => ({ ok: false, code: (error as { code?: string }).code ?? 'internal' }))
      .then((result) => (result.ok ? result : this.#refuse(result, before)))
      .finally(() => {
        this.#asking = undefined
        this.door.inside.update()
      })
    this.#go({ is: 'asking' })
    return this.#asking
  }

  async #ask(text: string, options: CallbackOptions, gently: boolean): Promise<({ ok: true } & CallbackAsked) | Refused> {
    const { inside } = this.door
    const agent = await this.door.desk.agent()
    const number = numberOf(text, agent, inside.language(), options.country)
    if (!number) return { ok: false, code: 'invalid_phone_number' }
    const scheduleAt = momentOf(options.scheduleAt)
    if (scheduleAt === '') return { ok: false, code: 'invalid_value' }
    // Another tab may have asked meanwhile: the button counts down.
    if (gently && this.#attempts.restMs(number) > 0) return { ok: false, code: 'canceled' }
    const config = configOf(inside, { agentId: agent.id, number, scheduleAt, sessionId: this.door.desk.sessionFor(agent.id) }, options)
    if (!inside.emit('va-before-callback', { config }, { cancelable: true })) return { ok: false, code: 'canceled' }
    this.number = config.phoneNumber
    const asked = await askToRing(inside, config, options.captchaToken, this.#attempts)
    if (!asked.ok) return asked
    this.#cancelTimer()
    // The same conversation goes on over the phone.
    if (this.door.desk.talking) await this.door.desk.end('visitor')
    const { phoneNumber } = config
    this.#rings(asked.accepted, { hash: hashOf(phoneNumber), tail: phoneNumber.slice(-2), scheduleAt: config.scheduleAt })
    const { callId, sessionId: joined } = asked.accepted
    return { ok: true, callId, sessionId: joined, status: 'initiated' }
  }

  /** A phone that rang when the page was left is shown again, if it rings still. */
  resume(): void {
    const memory = this.door.inside.ringing()
    const kept = keptCall(memory)
    if (!kept) return
    this.#resuming = this.#find(kept, memory)
      .catch(() => {})
      .finally(() => {
        this.#resuming = undefined
      })
  }

  async #find(kept: KeptCall, memory: TabMemory): Promise<void> {
    const { desk, inside } = this.door
    // Before the session is adopted: another agent's would be forgotten here.
    desk.sessionFor((await desk.agent()).id)
    const answer = await inside.ask<CallbackView>(this.#absolute(kept.accepted.callUrl))
    if (answer.ok ? answer.body.endReason : answer.code === 'not_found') return memory.write()
    if (desk.talking || inside.isLive()) return
    this.#rings(kept.accepted, kept)
    if (kept.open) inside.setOpen(true)
  }

  #absolute(url: string): string {
    return new URL(url, this.door.inside.relay()).href
  }

  #rings(accepted: CallbackAccepted, config: Pick<KeptCall, 'hash' | 'tail' | 'scheduleAt'>): void {
    const { door } = this
    const call = { ...accepted, callUrl: this.#absolute(accepted.callUrl), eventsUrl: this.#absolute(accepted.eventsUrl) }
    const { hash, scheduleAt, tail } = config
    this.#running?.watch?.stop()
    this.#forget?.()
    this.#forget = keepCall(door.inside.ringing(), () => ({ accepted, hash, tail, scheduleAt, open: door.inside.isOpen() }))
    this.#running = { accepted: call, hash, watch: undefined }
    this.tail = tail
    this.still = false
    door.phone.shown = true
    door.desk.adopt(accepted)
    const inMs = scheduleAt ? Date.parse(scheduleAt) - Date.now() : 0
    if (!scheduleAt || inMs <= 0) {
      this.#watch()
      return
    }
    this.#book(scheduleAt)
    if (inMs <= LONGEST_TIMER_MS) this.#timer = setTimeout(() => this.#watch(), inMs)
  }

  #book(at: string): void {
    const { accepted } = this.#running as Running
    this.#go({ is: 'booked', at })
    this.door.inside.emit('va-callback-status', { callId: accepted.callId, status: 'initiated' })
  }

  #watch(): void {
    const running = this.#running as Running
    const booked = this.phase.is === 'booked'
    running.watch = new CallWatch({
      ...running.accepted,
      on: {
        status: (status, endReason) => this.#heard(status, endReason),
        over: (reason) => this.#over(reason),
      },
    })
    // In a booked call's time the page may be talking: then the element shows that.
    if (this.door.desk.talking) return
    if (booked) this.#go({ is: 'live', status: 'initiated', since: 0, ending: false })
    else this.#heard('initiated')
    this.door.inside.setState('dialing')
    running.watch.start()
  }

  #heard(status: CallStatus, endReason?: EndReason): void {
    const { inside } = this.door
    const { phase } = this
    const { accepted } = this.#running as Running
    // The answer to the request said so.
    if (status === 'initiated' && phase.is === 'live') return
    if (status !== 'completed' && status !== 'failed') {
      const ending = phase.is === 'live' && phase.ending
      this.#go({ is: 'live', status, since: status === 'connected' ? performance.now() : 0, ending })
      inside.setState(STATE_OF[status])
    }
    inside.emit('va-callback-status', { callId: accepted.callId, status, ...(endReason && { endReason }) })
  }

  #over(reason: EndReason): void {
    const { inside } = this.door
    const { phase } = this
    const running = this.#running
    if (!running || phase.is !== 'live') return
    this.#cancelTimer()
    running.watch?.stop()
    this.#running = undefined
    const durationMs = phase.since ? Math.round(performance.now() - phase.since) : 0
    this.#forget?.()
    this.#attempts.rungAs(running.hash)
    this.#go({ is: 'over', reason, durationMs })
    inside.setState(reason === 'error' ? 'error' : 'ended')
    if (reason === 'error') {
      const message = inside.say('callme.error')
      inside.emit('va-error', { code: 'error', message, retryable: true })
    }
    inside.emit('va-call-ended', { callId: running.accepted.callId, reason, durationMs })
  }

  /** Hangs up, or takes back what was booked or is being asked for. False: there is nothing to end. */
  async cancel(): Promise<boolean> {
    await this.#asking
    const running = this.#running
    if (running) await this.#hangUp(running)
    return running !== undefined
  }

  async #hangUp(running: Running): Promise<void> {
    const { phase } = this
    if (phase.is === 'live' && phase.ending) return
    if (phase.is === 'live') this.#go({ ...phase, ending: true })
    this.still = false
    const answer = await fetch(running.accepted.callUrl, { method: 'DELETE', credentials: 'omit' }).catch(() => undefined)
    if (this.#running !== running) return
    if (!answer?.ok && answer?.status !== 404) {
      this.still = true
      if (this.phase.is === 'live') this.#go({ ...this.phase, ending: false })
      return
    }
    if (phase.is === 'booked') return this.#unbook(running)
    const reason = phase.is === 'live' && phase.status === 'connected' ? 'visitor' : 'canceled'
    this.#timer = setTimeout(() => this.#over(reason), FAREWELL_MS)
  }

  #unbook({ accepted }: Running): void {
    this.#cancelTimer()
    this.#forget?.()
    this.#running = undefined
    this.#go({ is: 'form' })
    this.door.inside.emit('va-callback-status', { callId: accepted.callId, status: 'failed', endReason: 'canceled' })
  }

  /** Back to the panel as it is without a phone. */
  leave(): void {
    const { inside, phone } = this.door
    phone.shown = false
    if (!inside.isLive()) inside.setState('idle')
    inside.update()
  }

  /** To the form again. */
  again(): void {
    if (this.phase.is === 'over') this.#go({ is: 'form' })
  }
  /** To an empty one. */
  other(): void {
    this.number = ''
    this.again()
  }

  #refuse(refused: Refused, before: Phase): Fault {
    const { inside } = this.door
    const { code, retryAfterMs } = refused
    const fault = faultOf(this.door.inside, refused)
    const quiet = code === 'canceled'
    this.#go(
      quiet && before.is !== 'asking' ? before : { is: 'form', refused, ...(retryAfterMs && { retryAt: Date.now() + retryAfterMs }) },
    )
    if (quiet) return fault
    if (!inside.isLive() && inside.element.state !== 'error') inside.setState('error')
    inside.emit('va-error', { code, message: fault.message, retryable: fault.retryable })
    return fault
  }

  #cancelTimer(): void {
    clearTimeout(this.#timer)
  }

  #go(phase: Phase): void {
    this.phase = phase
    this.door.inside.update()
  }
}
