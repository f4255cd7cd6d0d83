import { css, html, LitElement } from 'lit'
import type { CallHand } from '../../hands/call-hand.ts'
import { look } from '../../look.ts'
import type { Say } from '../../words.ts'

/** Quieter sound than this is not drawn. */
const FLOOR = 0.004
/** A level as the eye takes it, 0 to 1: speech has a root mean square of about a tenth. */
const seen = (level: number): number => (level < FLOOR ? 0 : Math.min(1, Math.sqrt(level) * 1.6))

/** How loud both sides are, while one listens. Drawn by moving two bars, nothing else. */
export class CallLevels extends LitElement {
  static override styles = [
    look,
    css`
      :host {
        display: grid;
        grid-template-columns: max-content minmax(60px, 1fr);
        align-items: center;
        gap: 6px 12px;
        font-size: 13px;
      }
      .bar {
        height: 6px;
        border-radius: 3px;
        background: var(--_soft);
        overflow: hidden;
      }
      i {
        display: block;
        height: 100%;
        border-radius: inherit;
        background: var(--_accent);
        transform: scaleX(0);
        transform-origin: left;
        transition: transform 100ms linear;
      }
      i:dir(rtl) {
        transform-origin: right;
      }
    `,
  ]
  static override properties = { hand: { attribute: false }, agent: {}, t: { attribute: false } }
  declare hand: CallHand
  declare agent: string
  declare t: Say
  #stop: (() => void) | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    this.#stop = this.hand.onLevels(() => this.#draw())
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stop?.()
  }

  override render() {
    const bar = (name: string) => html`<span class="bar" aria-hidden="true"><i data-of=${name}></i></span>`
    return html`<span class="quiet">${this.t('Visitor')}</span>${bar('visitor')}<span class="quiet">${this.agent}</span>${bar('agent')}`
  }

  #draw(): void {
    for (const [name, level] of Object.entries(this.hand.levels)) {
      const bar = this.renderRoot.querySelector<HTMLElement>(`[data-of=${name}]`)
      if (bar) bar.style.transform = `scaleX(${seen(level).toFixed(3)})`
    }
  }
}

customElements.define('vc-levels', CallLevels)
