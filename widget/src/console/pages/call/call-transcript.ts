import { css, html, LitElement, nothing, type PropertyValues } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { TranscriptUpdate } from '../../call.ts'
import { look } from '../../look.ts'
import { moments } from '../../parts/format.ts'
import type { Say } from '../../words.ts'

/** Nearer to the end than this, the end stays in view. */
const NEAR_END_PX = 48

/** What was heard, as it is heard: interim words dimmed, a mark where a sentence was cut. It follows the end until somebody scrolls up. */
export class CallTranscript extends LitElement {
  static override styles = [
    look,
    css`
      :host {
        display: flex;
        flex-direction: column;
        position: relative;
        min-height: 0;
      }
      .lines {
        flex: 1;
        min-height: 0;
        overflow-y: auto;
        overscroll-behavior: contain;
        outline-offset: -3px;
        padding: 16px;
      }
      ol {
        display: grid;
        gap: 12px;
      }
      li {
        display: grid;
        gap: 2px;
        max-width: min(86%, 62ch);
      }
      li > p {
        padding: 9px 14px;
        border-radius: 12px;
        background: var(--_soft);
        overflow-wrap: anywhere;
        white-space: pre-wrap;
      }
      li.visitor {
        justify-self: end;
        justify-items: end;
      }
      li.visitor > p {
        background: var(--_accent-soft);
      }
      li.operator > p {
        background: var(--_wait-soft);
      }
      li.system {
        max-width: none;
        justify-self: center;
      }
      li.system > p {
        background: none;
        color: var(--_muted);
        font-size: 13px;
        padding: 2px;
      }
      .from {
        padding-inline: 4px;
        color: var(--_muted);
        font-size: 12.5px;
      }
      .interim {
        color: var(--_muted);
      }
      .cut {
        color: var(--_wait);
        font-size: 12.5px;
        font-weight: 600;
        white-space: nowrap;
      }
      .down {
        position: absolute;
        inset-block-end: 12px;
        inset-inline: 0;
        margin-inline: auto;
        width: max-content;
        box-shadow: var(--_shadow);
      }
    `,
  ]
  static override properties = {
    entries: { attribute: false },
    agent: {},
    live: { type: Boolean },
    erased: { type: Boolean },
    language: {},
    t: { attribute: false },
    away: { state: true },
  }
  declare entries: readonly TranscriptUpdate[]
  declare agent: string
  declare live: boolean
  declare erased: boolean
  declare language: string
  declare t: Say
  /** Somebody reads further up. */
  declare private away: boolean
  #times = moments('en')

  constructor() {
    super()
    this.entries = []
    this.away = false
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('language')) this.#times = moments(this.language)
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('entries') && !this.away) this.#toEnd()
  }

  override render() {
    const { entries, t } = this
    if (entries.length === 0) {
      const words = this.erased
        ? 'What was said was erased.'
        : this.live
          ? 'Nothing was said yet. Words appear here as they are heard.'
          : 'Nothing was said.'
      return html`<div class="lines" tabindex="0" aria-label=${t('Transcript')}><p class="empty">${t(words)}</p></div>`
    }
    return html`<div class="lines" tabindex="0" role="log" aria-live="off" aria-label=${t('Transcript')} @scroll=${this.#scrolled}>
        <ol role="list">${repeat(
          entries,
          ({ id }) => id,
          (entry) => this.#line(entry),
        )}</ol>
      </div>
      ${this.away && this.live ? html`<button class="down" @click=${this.#follow}>${t('Go to the newest words')}</button>` : nothing}`
  }

  #line(entry: TranscriptUpdate) {
    const { t } = this
    const names: Record<string, string> = { visitor: t('Visitor'), agent: this.agent, operator: t('Operator'), system: '' }
    return html`<li class=${entry.role}>
      ${entry.role === 'system' ? nothing : html`<span class="from">${names[entry.role]} <time datetime=${entry.startedAt}>${this.#times.time(entry.startedAt)}</time></span>`}
      <p dir="auto" class=${entry.final ? '' : 'interim'}>${entry.text || (entry.interrupted ? html`<span class="interim">${t('Nothing of it was heard')}</span>` : '…')}${entry.interrupted ? html` <span class="cut" title=${t('Cut off here')}>⌇ ${t('cut off')}</span>` : nothing}</p>
    </li>`
  }

  #scrolled = (event: Event) => {
    const at = event.currentTarget as HTMLElement
    this.away = at.scrollHeight - at.scrollTop - at.clientHeight > NEAR_END_PX
  }

  #follow = () => {
    this.away = false
    this.#toEnd()
  }

  #toEnd(): void {
    const lines = this.renderRoot.querySelector('.lines')
    if (lines) lines.scrollTop = lines.scrollHeight
  }
}

customElements.define('vc-transcript', CallTranscript)
