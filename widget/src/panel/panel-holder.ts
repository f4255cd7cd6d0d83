import type { Inside } from '../element/inside.ts'

const STICKS_WITHIN_PX = 48

/** What rendering alone cannot do: focus that is never lost, a log that follows the newest words, room for the screen's keyboard. */
export class PanelHolder {
  readonly #inside: Inside
  readonly #onOpened: () => void
  #wasOpen = false
  #hadFocus = false
  #follows = true
  #orbWas: DOMRect | undefined

  constructor(inside: Inside, onOpened: () => void) {
    this.#onOpened = onOpened
    this.#inside = inside
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
    this.#orbWas = root.querySelector('.panel .orb')?.getBoundingClientRect()
    this.#follows = !log || log.scrollHeight - log.scrollTop - log.clientHeight < STICKS_WITHIN_PX
  }

  afterRender(): void {
    const { root, isOpen } = this.#inside
    const panel = root.querySelector<HTMLElement>('.panel')
    const orb = root.querySelector<HTMLElement>('.orb')
    this.#inside.meter.attach(orb)
    if (orb && this.#orbWas) glide(orb, this.#orbWas)
    const log = root.querySelector('.transcript')
    if (log && this.#follows) log.scrollTop = log.scrollHeight
    const open = isOpen()
    if (open !== this.#wasOpen) {
      const inside = root.activeElement !== null || this.#hadFocus
      this.#wasOpen = open
      if (open) {
        this.#onOpened()
        panel?.focus({ preventScroll: true })
      } else if (inside) root.querySelector<HTMLElement>('.launcher')?.focus({ preventScroll: true })
    } else if (this.#hadFocus && !root.activeElement) {
      // The control in use went away with its scene.
      panel?.focus({ preventScroll: true })
    }
  }
}

/** The orb moves from where it was to where it is, by transform alone. */
function glide(orb: HTMLElement, was: DOMRect): void {
  const is = orb.getBoundingClientRect()
  if (is.width === 0 || Math.abs(was.width - is.width) < 1 || matchMedia('(prefers-reduced-motion: reduce)').matches) return
  const x = was.left + was.width / 2 - is.left - is.width / 2
  const y = was.top + was.height / 2 - is.top - is.height / 2
  const from = `translate(${x}px, ${y}px) scale(${was.width / is.width})`
  orb.animate({ transform: [from, 'none'] }, { duration: 240, easing: 'cubic-bezier(0.2, 0.7, 0.2, 1)' })
}
