import { css, html, LitElement, svg } from 'lit'
import { look } from '../look.ts'
import type { Say } from '../words.ts'

const HEIGHT = 148
const FLOOR = 24
const HEAD = 18
const GAP = 3

/** How many began in each hour of a day: bars in one accent, labelled where it matters. Also a table, for those who do not see it. */
export class HourChart extends LitElement {
  static override styles = [
    look,
    css`
      svg {
        display: block;
        width: 100%;
        height: 148px;
        overflow: visible;
      }
      rect {
        fill: color-mix(in oklab, var(--_accent) 42%, var(--_bg));
      }
      rect.now {
        fill: var(--_accent);
      }
      rect.none {
        fill: var(--_line);
      }
      text {
        fill: var(--_muted);
        font: 12px var(--_font);
        font-variant-numeric: tabular-nums;
        text-anchor: middle;
      }
      text.said {
        fill: var(--_fg);
        font-weight: 600;
      }
      table {
        position: absolute;
      }
    `,
  ]
  static override properties = {
    hours: { attribute: false },
    now: { attribute: false },
    label: {},
    t: { attribute: false },
    width: { state: true },
  }
  declare hours: readonly number[]
  /** The hour that runs. */
  declare now: number
  declare label: string
  declare t: Say
  declare private width: number
  #watch: ResizeObserver | undefined

  constructor() {
    super()
    this.width = 0
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#watch = new ResizeObserver(([entry]) => {
      this.width = Math.round(entry?.contentRect.width ?? 0)
    })
    this.#watch.observe(this)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#watch?.disconnect()
  }

  override render() {
    const most = Math.max(1, ...this.hours)
    const step = this.width / this.hours.length
    const peak = this.hours.indexOf(most)
    const bars = this.hours.map((count, hour) => {
      const height = count === 0 ? 2 : Math.max(4, (count / most) * (HEIGHT - FLOOR - HEAD))
      const [x, y] = [hour * step + GAP / 2, HEIGHT - FLOOR - height]
      const says = count > 0 && (hour === peak || hour === this.now)
      return svg`<rect class=${count === 0 ? 'none' : hour === this.now ? 'now' : ''} x=${x} y=${y} width=${Math.max(1, step - GAP)} height=${height} rx=${count === 0 ? 1 : 3}></rect>
        ${says ? svg`<text class="said" x=${x + (step - GAP) / 2} y=${y - 6}>${count}</text>` : ''}
        ${hour % 6 === 0 || hour === 23 ? svg`<text x=${Math.min(this.width - 10, Math.max(10, x + (step - GAP) / 2))} y=${HEIGHT - 6}>${hour}</text>` : ''}`
    })
    return html`${this.width > 0 ? html`<svg viewBox="0 0 ${this.width} ${HEIGHT}" aria-hidden="true">${bars}</svg>` : html`<svg aria-hidden="true"></svg>`}
      <table class="sr"><caption>${this.label}</caption><thead><tr><th scope="col">${this.t('Hour')}</th><th scope="col">${this.t('Calls')}</th></tr></thead>
        <tbody>${this.hours.map((count, hour) => (count > 0 ? html`<tr><td>${hour}</td><td>${count}</td></tr>` : ''))}</tbody></table>`
  }
}

if (!customElements.get('vc-hours')) customElements.define('vc-hours', HourChart)
