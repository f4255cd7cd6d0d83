import { Sounding } from '../carriers/sounding.ts'
import { Timers } from '../carriers/timers.ts'
import type { PhoneCall } from '../phones/call.ts'
import { ScriptedPhone } from '../phones/scripted-phone.ts'
import { type CallStatus, endStatus, isOver, mayBecome } from './call-status.ts'
import { Conductor } from './conductor.ts'
import { identity } from './identity.ts'
import type { Leg, Parts, Tap } from './leg.ts'
import { detectMachine } from './machine.ts'
import type { CallOrder, Instructions, RecordingOrder } from './order.ts'
import { playKeys } from './perform-sound.ts'
import { Recording } from './recording.ts'
import { recordingCallback } from './recording-callbacks.ts'
import { newSid } from './sid.ts'
import { StatusCallbacks } from './status-callbacks.ts'

/** What a call costs a minute, so that there is a price to be read. */
const PRICE_PER_MINUTE = 0.014

/** One call of Twilio: a line in the phone network, a resource in the REST API, instructions that run, callbacks that tell. */
export class TwilioCall extends Sounding implements Leg {
  readonly sid = newSid('CA')
  readonly order: CallOrder
  readonly createdAt = new Date()
  startedAt: Date | undefined
  endedAt: Date | undefined
  status: CallStatus = 'queued'
  answeredBy: string | undefined
  queuedMs = 0
  readonly answered: Promise<boolean>
  readonly #answered = Promise.withResolvers<boolean>()
  readonly #over = new AbortController()
  readonly #parts: Parts
  readonly #conductor: Conductor
  readonly #callbacks: StatusCallbacks
  readonly #timers = new Timers()

  constructor(order: CallOrder, parts: Parts) {
    super()
    this.order = order
    this.#parts = parts
    this.answered = this.#answered.promise
    this.#conductor = new Conductor(this, parts)
    const { subscription } = order
    this.#callbacks = new StatusCallbacks({
      subscription,
      fault: order.faults.callbacks,
      lagMs: parts.settings().initiatedLagMs,
      deliver: (params, token) => {
        if (!subscription) return
        const { url, method } = subscription
        this.#send(parts.webhooks.send({ purpose: 'status', callSid: this.sid, url, method, params, token }))
      },
    })
  }

  get over(): AbortSignal {
    return this.#over.signal
  }

  get durationS(): number {
    if (!this.startedAt) return 0
    return Math.round(((this.endedAt ?? new Date()).getTime() - this.startedAt.getTime()) / 1000)
  }

  get price(): string | null {
    return this.status === 'completed' ? (-PRICE_PER_MINUTE * this.#minutes).toFixed(5) : null
  }

  get #minutes(): number {
    return Math.max(1, Math.ceil(this.durationS / 60))
  }

  fields(): Record<string, string> {
    const { direction, from, to, parentSid } = this.order
    return { ...identity({ sid: this.sid, direction, from, to, parentSid }), CallStatus: this.status }
  }

  /** Leaves the queue: the phone is dialled. */
  dial(): void {
    if (this.status !== 'queued' || this.line) return
    this.queuedMs = Date.now() - this.createdAt.getTime()
    this.#callbacks.tell('initiated', 'initiated', this.fields())
    const { from, to, timeoutMs } = this.order
    this.line = this.#parts.network.dial({ id: this.sid, from, to, carrier: 'twilio' }, (line) => this.#onLine(line))
    this.#timers.after(timeoutMs, () => this.line?.happens('give-up', 'carrier'))
  }

  /** A phone has called: the Voice URL says what becomes of it. Answers the carrier's end of the line. */
  receive(line: PhoneCall): this {
    this.line = line
    this.#onLine(line)
    setImmediate(() => {
      line.happens('ring', 'carrier')
      const { instructions } = this.order
      if (!instructions) return line.happens('fail', 'carrier')
      const token = { CallToken: encodeURIComponent(JSON.stringify({ sandbox: this.sid })), StirVerstat: 'TN-Validation-Passed-C' }
      return void this.#conductor.perform(instructions, { ...token, ...this.order.parameters }, ([first]) => {
        if (first?.verb !== 'Reject') return line.happens('answer', 'carrier')
        line.happens(first.reason === 'busy' ? 'busy' : 'decline', 'carrier')
        return false
      })
    })
    return this
  }

  /** Other instructions from now on. */
  redirect(to: Instructions): void {
    void this.#conductor.perform(to)
  }

  /** Cancels, declines or hangs up; a call that is over stays as it is. */
  hangUp(): void {
    if (this.line) this.line.hangUp('carrier')
    else this.#end('canceled', '487')
  }

  changed(line: PhoneCall): void {
    if (this.over.aborted) return
    if (line.state === 'ringing') {
      this.#become('ringing')
      this.#callbacks.tell('ringing', 'ringing', { ...this.fields(), StirStatus: 'C' })
    } else if (line.state === 'talking') this.#talk()
    else if (line.state === 'over' && line.end) {
      const { status, sip } = endStatus(line.end)
      // Nobody cancelled a call that its own caller gave up.
      this.#end(status === 'canceled' && this.order.direction === 'inbound' ? 'no-answer' : status, sip)
    }
  }

  record(order: RecordingOrder): Recording {
    const recording = new Recording(this.sid, order)
    const tap: Tap = (fromPhone, toPhone) => recording.sound(fromPhone, toPhone)
    this.taps.add(tap)
    recording.onEnd = () => this.taps.delete(tap)
    this.#parts.recordings.push(recording)
    this.#tellRecording(recording)
    this.over.addEventListener('abort', () => this.endRecording(recording), { once: true })
    return recording
  }

  endRecording(recording: Recording): void {
    if (recording.end()) this.#tellRecording(recording)
  }

  /** Forgets its timers and callbacks: the sandbox starts anew. */
  close(): void {
    this.#callbacks.close()
    this.#timers.stop()
    this.#over.abort(new Error('closed'))
  }

  #onLine(line: PhoneCall): this {
    line.record.carrierCallId = this.sid
    return this
  }

  #talk(): void {
    this.startedAt = new Date()
    this.#become('in-progress')
    this.#callbacks.tell('answered', 'in-progress', { ...this.fields(), StirStatus: 'C' })
    this.#answered.resolve(true)
    const { timeLimitMs, recording, machine, sendDigits, instructions, direction } = this.order
    if (timeLimitMs !== undefined) this.#timers.after(timeLimitMs, () => this.hangUp())
    if (recording) this.record(recording)
    if (direction === 'inbound') return
    const begin = async () => {
      if (sendDigits) await playKeys(sendDigits, { leg: this, signal: this.over })
      // Keys that are sent switch the detection off.
      const fields = machine && !sendDigits ? await this.#detect() : {}
      if (instructions) await this.#conductor.perform(instructions, fields)
    }
    this.#send(begin())
  }

  async #detect(): Promise<Record<string, string>> {
    const { machine } = this.order
    if (!machine) return {}
    const phone = this.line?.phone
    const verdict = detectMachine(this, this.#parts, machine, phone instanceof ScriptedPhone ? phone.script.answeredBy : 'human')
    const noted = verdict.then((answeredBy) => {
      this.answeredBy = answeredBy
      return { AnsweredBy: answeredBy }
    })
    if (!machine.async) return await noted
    this.#send(noted)
    return {}
  }

  #become(status: CallStatus): void {
    if (mayBecome(this.status, status)) this.status = status
  }

  #end(status: CallStatus, sip: string): void {
    if (isOver(this.status)) return
    this.#become(status)
    this.endedAt = new Date()
    this.#timers.stop()
    this.#answered.resolve(false)
    this.#over.abort(new Error('the call is over'))
    const duration = { CallDuration: String(this.durationS), Duration: String(status === 'completed' ? this.#minutes : 0) }
    const code: Record<string, string> = this.order.direction === 'inbound' ? {} : { SipResponseCode: sip }
    this.#callbacks.tell('completed', this.status, { ...this.fields(), ...code, ...duration })
  }

  #tellRecording(recording: Recording): void {
    const callback = recordingCallback(recording, this.#parts.baseUrl())
    if (callback) this.#send(this.#parts.webhooks.send(callback))
  }

  /** What failed is in the list of deliveries; the call goes on. */
  #send(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (!this.over.aborted) this.#parts.pass(this, 'carrier', 'error', { message: String(error) })
    })
  }
}
