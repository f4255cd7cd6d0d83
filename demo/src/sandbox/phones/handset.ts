import { FRAME } from './beat.ts'
import type { Phone, PhoneCall } from './call.ts'
import { FrameQueue } from './frames.ts'
import { type FromPage, type HandsetInfo, ringsMessage, stateMessage, type ToPage } from './handset-wire.ts'

/** Where a handset is shown: all pages at once. */
export interface Pages {
  readonly open: boolean
  tell(message: ToPage): void
  play(handset: number, frame: Int16Array): void
}

/** A microphone's frames come as they like: two are gathered, and what waits too long is dropped. */
const GATHERED = 2 * FRAME
const MOST_WAITING = 10 * FRAME

/** A phone that people hold in their hands, on a page. It has one call at a time. */
export class Handset implements Phone {
  readonly info: HandsetInfo
  call: PhoneCall | undefined
  readonly #pages: Pages
  readonly #voice = new FrameQueue()
  #gathering = true
  #muted = false

  constructor(info: HandsetInfo, pages: Pages) {
    this.info = info
    this.#pages = pages
  }

  rung(call: PhoneCall): void {
    if (this.call) {
      call.happens('busy', 'network')
      return
    }
    // A handset that nobody has open is switched off: it rings nowhere.
    if (this.#pages.open) {
      this.call = call
      this.#pages.tell(ringsMessage(this.info.id, call))
    }
    call.happens('ring', 'network')
  }

  changed(call: PhoneCall): void {
    if (call !== this.call) return
    this.#pages.tell(stateMessage(this.info.id, call))
    if (call.state !== 'over') return
    this.call = undefined
    this.#voice.clear()
    this.#gathering = true
    this.#muted = false
  }

  hears(call: PhoneCall, frame: Int16Array): void {
    if (call === this.call) this.#pages.play(this.info.id, frame)
  }

  says(): Int16Array | undefined {
    if (this.#gathering && this.#voice.samples < GATHERED) return undefined
    this.#gathering = false
    const frame = this.#voice.next()
    if (!frame) this.#gathering = true
    return frame
  }

  key(call: PhoneCall, digit: string): void {
    if (call === this.call) this.#pages.tell({ type: 'key', handset: this.info.id, callId: call.id, digit })
  }

  /** Sound from a page's microphone. */
  speak(samples: Int16Array): void {
    if (this.#muted || this.call?.state !== 'talking') return
    this.#voice.push(samples)
    if (this.#voice.samples > MOST_WAITING) this.#voice.shorten(GATHERED)
  }

  /** What a page asked for with a call that is on; the reason when it cannot be done. */
  act(order: Exclude<FromPage, { type: 'dial' }>): string | undefined {
    const { call } = this
    if (!call) return 'This phone has no call.'
    if (order.type === 'answer') return call.happens('answer', 'phone') ? undefined : 'There is nothing to answer.'
    if (order.type === 'decline') return call.happens('decline', 'phone') ? undefined : 'There is nothing to decline.'
    if (order.type === 'hang-up') call.hangUp('phone')
    else if (order.type === 'key') return call.press(order.digit) ? undefined : 'Keys work once somebody has answered.'
    else this.#muted = order.muted
    return undefined
  }
}
