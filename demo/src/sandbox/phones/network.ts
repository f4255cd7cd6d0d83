import { randomUUID } from 'node:crypto'
import type { Speech } from '../speech/speech.ts'
import { type Beat, createBeat } from './beat.ts'
import { type LineEnd, type Phone, PhoneCall } from './call.ts'
import { Script, ScriptBook, type ScriptStep } from './script.ts'
import { ScriptedPhone } from './scripted-phone.ts'
import { trunk } from './trunk.ts'

/** A number that a carrier looks after. */
interface Served {
  carrier: string
  /** Takes the call; answers the carrier's end of the line. */
  called(call: PhoneCall): LineEnd
}

/** Finds the phone of a number that has no script; undefined when there is none. */
export type FindPhone = (number: string) => Phone | undefined

/** All phones of the sandbox, and the calls between them and the carriers. */
export class Network {
  readonly speech: Speech
  readonly scripts = new ScriptBook()
  /** Newest last. */
  readonly calls: PhoneCall[] = []
  #find: FindPhone = () => undefined
  readonly #served = new Map<string, Served>()
  readonly #beat: Beat = createBeat()
  readonly #steps = new Map<PhoneCall, () => void>()

  constructor(speech: Speech) {
    this.speech = speech
  }

  /** Who else has phones: the handsets. */
  phonesFrom(find: FindPhone): void {
    this.#find = find
  }

  serve(number: string, served: Served): void {
    this.#served.set(number, served)
  }

  /** A carrier calls a phone. The phone rings a moment later, when the carrier has its call in hand. */
  dial(o: { id: string; from: string; to: string; carrier: string }, carrier: (call: PhoneCall) => LineEnd): PhoneCall {
    const script = this.scripts.take(o.to)
    // A number that another carrier serves is rung the way a phone rings it.
    const served = this.#served.has(o.to) ? trunk((far) => this.dialFrom(far, { from: o.from, to: o.to })) : undefined
    const phone = script ? new ScriptedPhone(script, this.speech) : (this.#find(o.to) ?? served)
    const call = this.#keep({ ...o, number: o.to, direction: 'to-phone' }, phone ?? NOBODY)
    call.connect(carrier(call))
    setImmediate(() => {
      if (call.state === 'dialling') call.phone.rung(call)
    })
    return call
  }

  /** A phone calls a number; it fails when no carrier serves that number. */
  dialFrom(phone: Phone, o: { from: string; to: string }): PhoneCall {
    const served = this.#served.get(o.to)
    const carrier = served?.carrier ?? 'nobody'
    const call = this.#keep({ id: randomUUID(), ...o, carrier, number: o.from, direction: 'from-phone' }, phone)
    if (served) call.connect(served.called(call))
    else setImmediate(() => call.happens('fail', 'network'))
    return call
  }

  /** A scripted phone calls a number. */
  dialScripted(o: { from: string; to: string; says?: ScriptStep[] | undefined; hangsUpAfterMs?: number | undefined }): PhoneCall {
    const own = o.says || o.hangsUpAfterMs !== undefined
    const script = own ? undefined : this.scripts.take(o.from)
    const { from, to, ...rest } = o
    return this.dialFrom(new ScriptedPhone(script ?? Script.parse({ number: from, ...rest }), this.speech), { from, to })
  }

  reset(): void {
    this.scripts.clear()
    for (const call of this.calls) this.#cut(call)
    this.calls.length = 0
  }

  close(): void {
    this.reset()
    this.#beat.close()
  }

  #cut(call: PhoneCall): void {
    call.happens('fail', 'network') || call.happens('drop', 'network')
  }

  #keep(about: ConstructorParameters<typeof PhoneCall>[0], phone: Phone): PhoneCall {
    const call = new PhoneCall(about, phone, (changed) => this.#changed(changed))
    this.calls.push(call)
    if (this.calls.length > KEPT) {
      const old = this.calls.findIndex(({ state }) => state === 'over')
      if (old >= 0) this.calls.splice(old, 1)
    }
    return call
  }

  #changed(call: PhoneCall): void {
    if (call.state === 'talking') {
      const step = () => call.step()
      this.#steps.set(call, step)
      this.#beat.add(step)
    }
    const step = this.#steps.get(call)
    if (call.state === 'over' && step) {
      this.#beat.delete(step)
      this.#steps.delete(call)
    }
  }
}

const KEPT = 200

/** What answers where no phone is: the network says that the number is not in service. */
const NOBODY: Phone = {
  rung: (call) => void call.happens('fail', 'network'),
  changed() {},
  hears() {},
  says: () => undefined,
  key() {},
}
