import { css, html, LitElement, nothing, svg } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { look } from '../../look.ts'
import { lengthOf, moments, shortMs } from '../../parts/format.ts'
import type { Say } from '../../words.ts'
import type { CallEvent, Latency, Turn } from './call-model.ts'
import { PARTS, timelineOf } from './timeline.ts'

/** What happened in a call, with each answer's time in its parts. */
export class CallTimeline extends LitElement {
  static override styles = [
    look,
    css`
      ol {
        display: grid;
      }
      p + ol {
        margin-top: 10px;
      }
      li {
        position: relative;
        display: grid;
        grid-template-columns: minmax(5ch, auto) 14px minmax(0, 1fr);
        gap: 0 10px;
        padding-bottom: 12px;
        font-size: 14px;
      }
      time {
        color: var(--_muted);
        font-size: 12.5px;
        line-height: 21px;
        text-align: end;
      }
      .dot {
        width: 8px;
        height: 8px;
        margin: 7px 3px;
        border-radius: 50%;
        background: var(--_edge);
      }
      .wait .dot {
        background: var(--_wait);
      }
      .bad .dot {
        background: var(--_bad);
      }
      .good .dot {
        background: var(--_good);
      }
      li:not(:last-child)::before {
        content: '';
        position: absolute;
        inset-block: 19px -5px;
        inset-inline: 0;
        grid-column: 2 / 3;
        width: 1px;
        margin-inline: auto;
        background: var(--_line);
      }
      .detail {
        color: var(--_muted);
        font-size: 13px;
        text-align: match-parent;
        overflow-wrap: anywhere;
      }
      svg {
        display: block;
        width: 100%;
        height: 8px;
        margin-block: 4px 2px;
        border-radius: 4px;
      }
      rect:nth-child(4n + 1) {
        fill: color-mix(in oklab, var(--_accent) 35%, var(--_bg));
      }
      rect:nth-child(4n + 2) {
        fill: var(--_accent);
      }
      rect:nth-child(4n + 3) {
        fill: color-mix(in oklab, var(--_accent) 60%, var(--_bg));
      }
      rect:nth-child(4n + 4) {
        fill: color-mix(in oklab, var(--_accent) 20%, var(--_bg));
      }
      :host([dir='rtl']) svg,
      :host(:dir(rtl)) svg {
        transform: scaleX(-1);
      }
    `,
  ]
  static override properties = { events: { attribute: false }, latency: { attribute: false }, language: {}, t: { attribute: false } }
  declare events: readonly CallEvent[]
  declare latency: Latency | undefined
  declare language: string
  declare t: Say

  override render() {
    const { t } = this
    const times = moments(this.language)
    const happened = timelineOf(this.events, this.latency?.turns ?? [], t)
    if (happened.length === 0) return html`<p class="quiet small">${t('Nothing happened yet.')}</p>`
    const began = Date.parse(happened[0]?.at ?? '')
    const { p50Ms, p95Ms } = this.latency ?? {}
    return html`${
      p50Ms === undefined
        ? nothing
        : html`<p class="quiet small">${t('Half of the answers began within {p50}, nearly all within {p95}.', { p50: shortMs(p50Ms), p95: shortMs(p95Ms ?? p50Ms) })}</p>`
    }
      <ol role="list">
        ${repeat(
          happened,
          ({ at, seq, title }) => `${at} ${seq} ${title}`,
          ({ at, detail, kind, title, turn }) => html`<li class=${kind}>
            <time datetime=${at} title=${times.time(at)}>${lengthOf(Date.parse(at) - began)}</time><span class="dot" aria-hidden="true"></span>
            <div>
              <span>${title}${turn ? html` <span class="num quiet">${shortMs(turn.totalMs)}</span>` : nothing}</span>
              ${detail ? html`<p class="detail" dir="auto">${detail}</p>` : nothing}${turn ? this.#parts(turn) : nothing}
            </div>
          </li>`,
        )}
      </ol>`
  }

  #parts(turn: Turn) {
    const given = PARTS.map(([name, words]) => ({ words: this.t(words), ms: turn[name] ?? 0 }))
    const all = given.reduce((sum, { ms }) => sum + ms, 0)
    if (all === 0) return nothing
    let from = 0
    const drawn = given.map(({ ms }) => {
      const x = from
      from += ms
      return svg`<rect x=${x} y="0" width=${ms} height="8"></rect>`
    })
    const told = given.filter(({ ms }) => ms > 0).map(({ ms, words }) => `${words} ${shortMs(ms)}`)
    return html`<svg viewBox="0 0 ${all} 8" preserveAspectRatio="none" aria-hidden="true">${drawn}</svg>
      <p class="detail">${told.join(' · ')}</p>`
  }
}

customElements.define('vc-timeline', CallTimeline)
