import type { Inside } from '../element/inside.ts'
import type { Meter } from './meter.ts'

const STICKS_WITHIN_PX = 48

/** What rendering alone cannot do: focus that is never lost, a log that follows the newest words, room for the screen's keyboard. */
export class PanelHolder {
  readonly #inside: Inside
  readonly #meter: Meter
  #wasOpen = false
  #hadFocus = false
  #follows = true

  constructor(inside: Inside, meter: Meter) {
    this.#inside = inside
    this.#meter = meter
    // The screen's keyboard covers what is fixed to the bottom; this says by how much.
    const viewport = window.visualViewport
    viewport?.addEventListener('resize', () => {
      const covered = Math.max(0, innerHeight - viewport.height - viewport.offsetTop)
      inside.element.style.setProperty('--_keyboard', `${covered}px`)
    })
  }

  beforeRender(): void {
    const { root } = this.#inside
    this.#hadFocus = root.activeElement !== null
    const log = root.querySelector('.transcript')
    this.#follows = !log || log.scrollHeight - log.scrollTop - log.clientHeight < STICKS_WITHIN_PX
  }

  afterRender(): void {
    const { root, isOpen } = this.#inside
    const panel = root.querySelector<HTMLElement>('.panel')
    this.#meter.attach(root.querySelector('.orb'))
    const log = root.querySelector('.transcript')
    if (log && this.#follows) log.scrollTop = log.scrollHeight
    const open = isOpen()
    if (open !== this.#wasOpen) {
      const inside = root.activeElement !== null || this.#hadFocus
      this.#wasOpen = open
      if (open) panel?.focus({ preventScroll: true })
      else if (inside) root.querySelector<HTMLElement>('.launcher')?.focus({ preventScroll: true })
    } else if (this.#hadFocus && !root.activeElement) {
      // The control in use went away with its scene.
      panel?.focus({ preventScroll: true })
    }
  }
}
