import { FRAME, FRAME_MS } from './beat.ts'
import { CallRecord, type Side } from './call-record.ts'
import { type CallEnd, type CallEvent, type CallState, hangUpIn, nextState } from './call-states.ts'
import { createEar } from './ear.ts'
import { FrameQueue } from './frames.ts'
import { keyTone } from './tones.ts'

/** One end of a line: the phone, or the carrier that connects it with the rest of the world. Frames are 160 samples at 8 kHz. */
export interface LineEnd {
  changed(call: PhoneCall): void
  hears(call: PhoneCall, frame: Int16Array): void
  /** What it says in the next 20 ms; undefined is silence. */
  says(call: PhoneCall): Int16Array | undefined
  /** A key that the other end pressed. */
  key(call: PhoneCall, digit: string): void
}

/** The phone's end is rung, too. */
export interface Phone extends LineEnd {
  rung(call: PhoneCall): void
}

const SILENCE = new Int16Array(FRAME)

/** A call between a phone and a carrier: states by the table, sound both ways, everything written down. */
export class PhoneCall {
  readonly record: CallRecord
  state: CallState = 'dialling'
  end: CallEnd | undefined
  /** The far end's voice as it is heard now. */
  hearing = { speaking: false, forMs: 0 }
  readonly #phone: Phone
  #carrier: LineEnd | undefined
  readonly #ear = createEar()
  readonly #tones = new FrameQueue()
  readonly #follow: (call: PhoneCall) => void

  /** @param follow told of every change, after both ends */
  constructor(about: ConstructorParameters<typeof CallRecord>[0], phone: Phone, follow: (call: PhoneCall) => void) {
    this.record = new CallRecord(about)
    this.#phone = phone
    this.#follow = follow
  }

  get id(): string {
    return this.record.id
  }

  get phone(): Phone {
    return this.#phone
  }

  connect(carrier: LineEnd): void {
    this.#carrier = carrier
  }

  /** False when this cannot happen now. */
  happens(event: CallEvent, by: Side | 'network'): boolean {
    const next = nextState(this.state, event)
    if (!next) return false
    this.state = next.state
    this.end = next.end
    this.record.became(next.state, next.end, by)
    if (next.state === 'over') this.#ear.close()
    this.#carrier?.changed(this)
    this.#phone.changed(this)
    this.#follow(this)
    return true
  }

  /** Nothing happens to a call that is over. */
  hangUp(by: Side): void {
    const calling = this.record.direction === 'from-phone' ? 'phone' : 'carrier'
    this.happens(hangUpIn(this.state, by === calling ? 'caller' : 'callee'), by)
  }

  /** The phone presses a key: told to the carrier as an event, and heard as tones. False unless they talk. */
  press(digit: string): boolean {
    if (this.state !== 'talking') return false
    this.#tones.push(keyTone(digit))
    this.record.keysPressed.push({ digit, atMs: this.record.atMs })
    this.#carrier?.key(this, digit)
    return true
  }

  /** The carrier tells the phone of a key; its tones are in what the carrier says. */
  keyFromCarrier(digit: string): void {
    this.record.keysHeard.push({ digit, atMs: this.record.atMs })
    this.#phone.key(this, digit)
  }

  /** The next 20 ms, both ways. */
  step(): void {
    if (this.state !== 'talking') return
    const voice = this.#phone.says(this)
    const said = this.#tones.next() ?? voice ?? SILENCE
    const heard = this.#carrier?.says(this) ?? SILENCE
    this.record.sound(heard, said)
    this.#listen(heard)
    this.#carrier?.hears(this, said)
    this.#phone.hears(this, heard)
  }

  #listen(heard: Int16Array): void {
    const was = this.hearing.speaking
    this.hearing = this.#ear.hears(heard)
    const { speaking, forMs } = this.hearing
    const last = this.record.voice.at(-1)
    if (speaking && !was) this.record.voice.push({ fromMs: this.record.atMs - FRAME_MS })
    if (!speaking && was && last) last.toMs = this.record.atMs - forMs
  }
}
