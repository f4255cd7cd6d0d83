import { setTimeout as wait } from 'node:timers/promises'
import type { Speech } from '../speech/speech.ts'
import { PHONE_HZ } from './beat.ts'
import type { Phone, PhoneCall } from './call.ts'
import { FrameQueue } from './frames.ts'
import type { Script, ScriptStep } from './script.ts'
import { readWav } from './wav.ts'

/** Between one key and the next. */
const KEYS_APART_MS = 200
const HALF_SECOND_MS = 500
/** A line that breaks in the middle of a word does so when the agent has been heard for this long. */
const INTO_A_WORD_MS = 200

/** A phone that does what its script says. It serves one call. */
export class ScriptedPhone implements Phone {
  readonly script: Script
  readonly #speech: Speech
  readonly #queue = new FrameQueue()
  readonly #over = new AbortController()
  #waiting: { until: (call: PhoneCall) => boolean; resolve: () => void }[] = []

  constructor(script: Script, speech: Speech) {
    this.script = script
    this.#speech = speech
  }

  rung(call: PhoneCall): void {
    const { does, afterMs } = this.script
    if (does === 'busy' || does === 'fail') {
      call.happens(does, 'network')
      return
    }
    if (!call.happens('ring', 'network') || does === 'no-answer') return
    this.#supervise(call, async () => {
      // Made before it answers, so that there is no gap before the first word.
      await Promise.all([this.#prepare(), this.#pause(afterMs)])
      call.happens(does === 'decline' ? 'decline' : 'answer', 'phone')
    })
  }

  changed(call: PhoneCall): void {
    if (call.state === 'talking') this.#supervise(call, () => this.#talk(call))
    if (call.state !== 'over') return
    this.#over.abort()
    this.#queue.clear()
    for (const { resolve } of this.#waiting.splice(0)) resolve()
  }

  hears(call: PhoneCall): void {
    const now = this.#waiting.filter(({ until }) => until(call))
    this.#waiting = this.#waiting.filter((each) => !now.includes(each))
    for (const { resolve } of now) resolve()
  }

  says(): Int16Array | undefined {
    return this.#queue.next()
  }

  key(): void {}

  /** One thing more, in a call that is on; its end ends that, too. Rejects when its sound cannot be made. */
  async act(call: PhoneCall, step: ScriptStep): Promise<void> {
    try {
      await this.#step(call, step)
    } catch (error) {
      if (!this.#over.signal.aborted) throw error
    }
  }

  async #step(call: PhoneCall, step: ScriptStep): Promise<void> {
    if (call.state !== 'talking') return
    const did = (what: string) => call.record.marks.push({ did: what, atMs: call.record.atMs })
    if ('text' in step) {
      const samples = await this.#speech.say(step.text, step.voice, PHONE_HZ)
      did(`says ${step.text}`)
      await this.#play(samples)
      did(`said ${step.text}`)
    } else if ('wavBase64' in step) {
      const samples = readWav(Buffer.from(step.wavBase64, 'base64'))
      did('plays a recording')
      await this.#play(samples)
      did('played a recording')
    } else if ('digits' in step) {
      for (const digit of step.digits) {
        if (digit !== 'w') call.press(digit)
        await this.#pause(digit === 'w' ? HALF_SECOND_MS : KEYS_APART_MS)
      }
      did(`pressed ${step.digits}`)
    } else if ('waitForSpeechMs' in step) {
      await this.#until(({ hearing }) => hearing.speaking && hearing.forMs >= step.waitForSpeechMs)
      did('heard speech')
    } else if ('waitForSilenceMs' in step) {
      await this.#until(({ hearing, record }) => record.voice.length > 0 && !hearing.speaking && hearing.forMs >= step.waitForSilenceMs)
      did('heard silence')
    } else await this.#pause(step.pauseMs)
  }

  async #talk(call: PhoneCall): Promise<void> {
    const { does, says, hangsUpAfterMs } = this.script
    if (does === 'drop') {
      if (hangsUpAfterMs !== undefined) await this.#pause(hangsUpAfterMs)
      else await this.#until(({ hearing }) => hearing.speaking && hearing.forMs >= INTO_A_WORD_MS)
      call.happens('drop', 'network')
      return
    }
    for (const step of says) await this.#step(call, step)
    if (hangsUpAfterMs === undefined) return
    await this.#pause(hangsUpAfterMs)
    call.hangUp('phone')
  }

  async #prepare(): Promise<void> {
    await Promise.all(this.script.says.map((step) => ('text' in step ? this.#speech.say(step.text, step.voice, PHONE_HZ) : undefined)))
  }

  #play(samples: Int16Array): Promise<void> {
    this.#queue.push(samples)
    return this.#queue.drained()
  }

  #until(until: (call: PhoneCall) => boolean): Promise<void> {
    if (this.#over.signal.aborted) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ until, resolve }))
  }

  #pause(forMs: number): Promise<void> {
    return wait(forMs, undefined, { signal: this.#over.signal })
  }

  /** What goes wrong is written into the call's record and ends the call, unless it is over anyway. */
  #supervise(call: PhoneCall, work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      if (this.#over.signal.aborted) return
      call.record.marks.push({ did: `failed: ${String(error)}`, atMs: call.record.atMs })
      call.happens('fail', 'network') || call.happens('drop', 'network')
    })
  }
}
