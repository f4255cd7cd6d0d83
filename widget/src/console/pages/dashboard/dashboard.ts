import { css, html, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { type Call, isLive } from '../../call.ts'
import { look } from '../../look.ts'
import { ConsolePage, type Desk } from '../../page.ts'
import { agentNames } from '../../parts/agent-names.ts'
import { length, standing, whoIsOn } from '../../parts/call-words.ts'
import { lengthOf, moments, shortMs } from '../../parts/format.ts'
import '../../parts/hour-chart.ts'
import { pageLink } from '../../parts/page-link.ts'
import { Ticking } from '../../parts/ticking.ts'
import { sentenceOf } from '../../problem.ts'
import { isFirstRun } from '../start/first-run.ts'
import { figuresOf, midnight, Today } from './today.ts'

const SHOWN_CALLS = 6
const led = new WeakSet<Desk>()

/** How today goes: what lives, how it went so far, when it was busy. */
export class Dashboard extends ConsolePage {
  static override styles = [
    look,
    css`
      .figures {
        display: grid;
        grid-template-columns: repeat(5, minmax(0, 1fr));
        gap: 12px;
      }
      .figure {
        display: grid;
        gap: 2px;
        align-content: start;
      }
      .figure b {
        font-size: 28px;
        font-weight: 620;
        line-height: 1.2;
        letter-spacing: -0.02em;
        font-variant-numeric: tabular-nums;
      }
      .figure span {
        color: var(--_muted);
        font-size: 13px;
      }
      .two {
        display: grid;
        grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr);
        gap: 16px;
        align-items: start;
      }
      .card {
        display: grid;
        gap: 12px;
        align-content: start;
      }
      .card.calls {
        gap: 4px;
      }
      .calls li + li {
        border-top: 1px solid var(--_line);
      }
      .calls li a {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto 7ch;
        align-items: center;
        gap: 4px 12px;
        padding: 10px 4px;
        color: inherit;
        text-decoration: none;
      }
      .calls li a:hover {
        background: var(--_hover);
      }
      .calls .num {
        text-align: end;
      }
      .name {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .empty {
        padding: 28px 16px;
      }
      @container (max-width: 860px) {
        .two {
          grid-template-columns: minmax(0, 1fr);
        }
        .figures {
          grid-template-columns: repeat(2, minmax(0, 1fr));
        }
        .figure:first-child {
          grid-column: 1 / -1;
        }
      }
    `,
  ]
  #today: Today | undefined
  #drawing = 0
  #midnight: ReturnType<typeof setTimeout> | undefined

  constructor() {
    super()
    new Ticking(this)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#begin()
    // Somebody with an empty house is shown the way first.
    if (!led.has(this.desk)) void this.#leadOnce()
    void agentNames(this.desk.api)
      .load()
      .then(() => this.requestUpdate())
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#end()
  }

  #begin(): void {
    const { api, live } = this.desk
    const nowMs = Date.now()
    this.#today = new Today({ api, live, nowMs, changed: () => this.#drawSoon() })
    void this.#today.read()
    // Tomorrow is another day.
    const tomorrow = midnight(midnight(nowMs) + 26 * 3_600_000)
    this.#midnight = setTimeout(() => {
      this.#end()
      this.#begin()
    }, tomorrow - nowMs)
  }

  /** Whoever comes back here meant to. */
  async #leadOnce(): Promise<void> {
    led.add(this.desk)
    const isFirst = await isFirstRun(this.desk).catch(() => false)
    if (isFirst && this.isConnected) this.desk.go('start', [], { replace: true })
  }

  #end(): void {
    this.#today?.stop()
    clearTimeout(this.#midnight)
    cancelAnimationFrame(this.#drawing)
    this.#drawing = 0
  }

  #drawSoon(): void {
    this.#drawing ||= requestAnimationFrame(() => {
      this.#drawing = 0
      this.requestUpdate()
    })
  }

  override render() {
    const { language, t } = this.desk
    const today = this.#today
    if (!today) return nothing
    if (today.state === 'failed') {
      return html`<div class="empty"><h1>${t('Today')}</h1><p>${sentenceOf(today.error)}</p><button @click=${() => void today.read()}>${t('Try again')}</button></div>`
    }
    const figures = figuresOf(today.calls.values(), today.sinceMs)
    const isKnown = today.state === 'ready'
    const figure = (value: string | number | undefined, words: string) =>
      html`<div class="card figure"><b>${isKnown ? (value ?? '–') : '·'}</b><span>${words}</span></div>`
    return html`<div class="page" aria-busy=${!isKnown}>
      <div class="row between"><h1>${t('Today')}</h1><span class="quiet">${moments(language).day(new Date(today.sinceMs).toISOString())}</span></div>
      <div class="figures">
        ${figure(figures.live, t('live now'))}${figure(figures.answered, t('answered'))}${figure(figures.failed, t('failed'))}
        ${figure(figures.averageMs === undefined ? undefined : lengthOf(figures.averageMs), t('average length'))}
        ${figure(today.firstSoundMs === undefined ? undefined : shortMs(today.firstSoundMs), t('until an answer sounds'))}
      </div>
      <div class="two">
        <section class="card calls" aria-labelledby="live">
          <div class="row between"><h2 id="live">${t('Active calls')}</h2>${pageLink(this.desk, t('All of them'), ['active'])}</div>
          ${this.#calls([...today.calls.values()].filter(isLive))}
        </section>
        <section class="card" aria-labelledby="hours">
          <h2 id="hours">${t('Calls by the hour')}</h2>
          ${
            figures.hours.some((count) => count > 0) || !isKnown
              ? html`<vc-hours .hours=${figures.hours} .now=${new Date().getHours()} .label=${t('Calls by the hour')} .t=${t}></vc-hours>`
              : html`<div class="empty"><p>${t('No calls yet today. The first one draws the first bar.')}</p></div>`
          }
        </section>
      </div>
    </div>`
  }

  #calls(calls: readonly Call[]) {
    const { t } = this.desk
    if (this.#today?.state !== 'ready') return html`<div class="empty" aria-busy="true">${t('Reading the calls')}</div>`
    if (calls.length === 0) {
      return html`<div class="empty"><p>${t('Nobody is talking right now. Open a page with the tag and talk to the agent: the call appears here.')}</p></div>`
    }
    const newest = [...calls].sort((a, b) => b.startedAt.localeCompare(a.startedAt)).slice(0, SHOWN_CALLS)
    return html`<ul role="list">${repeat(
      newest,
      ({ id }) => id,
      (call) => html`<li>${pageLink(this.desk, this.#row(call), ['active', call.id])}</li>`,
    )}</ul>`
  }

  #row(call: Call) {
    const { api, t } = this.desk
    return html`<span class="name">${agentNames(api).of(call.agentId)} <span class="quiet small">${whoIsOn(call, t, false)}</span></span>${standing(call, t)}${length(call)}`
  }
}

customElements.define('vc-dashboard', Dashboard)
