import { FRAME } from '../phones/beat.ts'
import type { LineEnd, PhoneCall } from '../phones/call.ts'
import type { SoundEnd, Tap } from './sound-end.ts'

const SILENCE = new Int16Array(FRAME)

/** A carrier's end of a line as it sounds: the phone hears its mouth, both sides of each moment pass its taps, keys are told. */
export abstract class Sounding implements SoundEnd, LineEnd {
  line: PhoneCall | undefined
  mouth: SoundEnd['mouth']
  readonly taps = new Set<Tap>()
  /** Told the keys that the phone presses. */
  readonly pressed = new Set<(digit: string) => void>()
  #toPhone: Int16Array = SILENCE

  abstract readonly over: AbortSignal
  abstract changed(line: PhoneCall): void

  key(_line: PhoneCall, digit: string): void {
    for (const pressed of [...this.pressed]) pressed(digit)
  }

  says(): Int16Array | undefined {
    const frame = this.mouth?.next()
    this.#toPhone = frame ?? SILENCE
    return frame
  }

  hears(_line: PhoneCall, frame: Int16Array): void {
    for (const tap of [...this.taps]) tap(frame, this.#toPhone)
  }
}
