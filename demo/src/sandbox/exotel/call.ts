import { randomBytes } from 'node:crypto'
import { KeptSound } from '../carriers/kept-sound.ts'
import { type LegStatus, PhoneLeg } from '../carriers/phone-leg.ts'
import { Timers } from '../carriers/timers.ts'
import type { PhoneCall } from '../phones/call.ts'
import { EXOTEL_ACCOUNT } from './account.ts'
import { national } from './numbers.ts'
import type { CallOrder } from './order.ts'
import type { Parts } from './parts.ts'
import { performConnect } from './perform-connect.ts'
import { performFlow } from './perform-flow.ts'
import { performStream } from './perform-stream.ts'
import { StatusCallbacks } from './status-callbacks.ts'
import { exotelTime, exotelTimeOrNull } from './times.ts'

export type CallStatus = 'queued' | 'in-progress' | 'completed' | 'failed' | 'busy' | 'no-answer'

/** One call of Exotel: a first phone, what becomes of it once that has answered, callbacks that tell. */
export class ExotelCall {
  /** In the form of the one that was seen. */
  readonly sid = `${randomBytes(16).toString('hex').slice(1)}p`
  readonly order: CallOrder
  readonly parts: Parts
  readonly createdAt = new Date()
  endedAt: Date | undefined
  /** In progress as soon as it is asked for. */
  status: CallStatus = 'in-progress'
  readonly first: PhoneLeg
  /** The phone that was joined with it, or the last that was tried. */
  second: PhoneLeg | undefined
  /** Somebody was there to talk with. */
  conversed = false
  kept: KeptSound | undefined
  /** What is kept is a message that the caller left. */
  messageLeft = false
  readonly #callbacks: StatusCallbacks
  readonly #timers = new Timers()

  constructor(order: CallOrder, parts: Parts) {
    this.order = order
    this.parts = parts
    this.first = new PhoneLeg(order.phone, (leg) => this.#changed(leg))
    const { subscription } = order
    this.#callbacks = new StatusCallbacks({
      subscription,
      kind: order.task.do,
      fault: order.faults.callbacks,
      settings: parts.settings(),
      deliver: (told) => {
        if (!subscription) return
        const { callbacksAs } = parts.settings()
        const as = callbacksAs === 'asked' ? subscription.as : callbacksAs
        this.supervise(parts.webhooks.tell({ purpose: 'status', callSid: this.sid, url: subscription.url, told, as }))
      },
    })
  }

  get recordingUrl(): string | undefined {
    if (!this.kept || (!this.endedAt && !this.messageLeft)) return undefined
    return `${this.parts.baseUrl()}/exotelrecordings/${EXOTEL_ACCOUNT.sid}/${this.sid}.mp3`
  }

  get conversationS(): number {
    return this.order.task.do === 'ring' ? (this.second?.onCallS ?? 0) : this.first.onCallS
  }

  /** Leaves the queue: the first phone is dialled. */
  dial(): void {
    if (this.first.line || this.endedAt) return
    this.#ring(this.first, this.sid, this.order.ringMs)
  }

  /** A phone has called. Answers the leg as Exotel's end of the line. */
  receive(line: PhoneCall): PhoneLeg {
    this.first.line = line
    line.record.carrierCallId = this.sid
    setImmediate(() => {
      line.happens('ring', 'carrier')
      this.#perform()
    })
    return this.first
  }

  /** An incoming call is answered when there is something to hear. */
  pickUp(): void {
    this.first.line?.happens('answer', 'carrier')
  }

  /** Another phone for this call. */
  ringSecond(number: string): PhoneLeg {
    const leg = new PhoneLeg(number, (changed) => this.#changed(changed))
    this.second = leg
    this.#ring(leg, `${this.sid}-2`, this.order.ringMs)
    return leg
  }

  hangUp(): void {
    this.first.hangUp()
  }

  /** The same faults as for status callbacks. */
  alsoTell(status: string, deliver: () => Promise<unknown>): void {
    this.#callbacks.also(status, () => this.supervise(deliver()))
  }

  /** What failed is shown, and in the list of deliveries; the call goes on. */
  supervise(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.parts.pass(this, 'carrier', 'error', { message: String(error) }))
  }

  /** Forgets its timers and callbacks: the sandbox starts anew. */
  close(): void {
    this.#callbacks.close()
    this.#timers.stop()
    this.first.close()
    this.second?.close()
  }

  #ring(leg: PhoneLeg, id: string, ringMs: number): void {
    const about = { id, from: this.order.exophone, to: leg.phone, carrier: 'exotel' }
    leg.line = this.parts.network.dial(about, (line) => {
      line.record.carrierCallId = id
      return leg
    })
    this.#timers.after(ringMs, () => leg.line?.happens('give-up', 'carrier'))
  }

  #changed(leg: PhoneLeg): void {
    if (leg.status === 'ringing') {
      if (this.order.direction !== 'incoming' && leg === this.first) this.#tell('ringing')
    } else if (leg.status === 'in-progress') {
      this.#tell('answered')
      if (leg === this.first) this.#begin()
    } else if (leg === this.first) this.#end()
  }

  #begin(): void {
    const { record, limitMs, direction } = this.order
    this.#timers.after(limitMs, () => this.hangUp())
    if (record) {
      const kept = new KeptSound(record === 'dual' ? 2 : 1)
      this.kept = kept
      this.first.taps.add((fromPhone, toPhone) => kept.sound(fromPhone, toPhone))
    }
    if (direction !== 'incoming') this.#perform()
  }

  #perform(): void {
    const { task } = this.order
    const work = async () => {
      try {
        if (task.do === 'ring') await performConnect(this, [task.to])
        else if (task.do === 'stream') await performStream(this, task.url)
        else await performFlow(this, task)
      } finally {
        this.hangUp()
      }
    }
    // A call that ends meanwhile is no fault.
    const quiet = (error: unknown) => (this.first.over.aborted ? undefined : Promise.reject(error))
    this.supervise(work().catch(quiet))
  }

  #end(): void {
    this.endedAt = new Date()
    this.#timers.stop()
    this.second?.hangUp()
    this.status = ended(this.order.task.do === 'ring' && this.first.status === 'completed' ? (this.second ?? this.first) : this.first)
    this.#tell('terminal')
  }

  #tell(event: 'ringing' | 'answered' | 'terminal'): void {
    const { order, first, second } = this
    const leg = ({ onCallS, status }: PhoneLeg) => ({ OnCallDuration: onCallS, Status: status, AnsweredBy: 'NA' })
    this.#callbacks.tell(event, {
      CallSid: this.sid,
      Status: this.status,
      DateCreated: exotelTime(this.createdAt),
      DateUpdated: exotelTime(new Date()),
      To: order.task.do === 'ring' ? order.task.to : '',
      From: order.phone,
      PhoneNumberSid: national(order.exophone),
      StartTime: exotelTime(this.createdAt),
      EndTime: exotelTimeOrNull(this.endedAt),
      ConversationDuration: this.conversationS,
      Direction: order.direction,
      CustomField: order.customField,
      RecordingUrl: this.recordingUrl ?? '',
      Legs: [first, ...(second ? [second] : [])].map(leg),
    })
  }
}

const ENDED: Partial<Record<LegStatus, CallStatus>> = { completed: 'completed', busy: 'busy', failed: 'failed' }
const ended = (leg: PhoneLeg): CallStatus => ENDED[leg.status] ?? 'no-answer'
