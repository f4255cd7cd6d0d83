import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { lengthOf } from './format.ts'

/** Writes how long calls last into the elements that carry `data-since`, once a second, without asking anything to be drawn anew. */
export class Ticking implements ReactiveController {
  readonly #host: ReactiveControllerHost & { renderRoot: HTMLElement | DocumentFragment }
  readonly #nowMs: () => number
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(host: ReactiveControllerHost & { renderRoot: HTMLElement | DocumentFragment }, nowMs: () => number = Date.now) {
    this.#host = host
    this.#nowMs = nowMs
    host.addController(this)
  }

  hostConnected(): void {
    this.#timer = setInterval(() => this.#write(), 1000)
  }

  hostDisconnected(): void {
    clearInterval(this.#timer)
  }

  hostUpdated(): void {
    this.#write()
  }

  #write(): void {
    const nowMs = this.#nowMs()
    for (const each of this.#host.renderRoot.querySelectorAll<HTMLElement>('[data-since]')) {
      const words = lengthOf(nowMs - Number(each.dataset.since))
      if (each.textContent !== words) each.textContent = words
    }
  }
}
