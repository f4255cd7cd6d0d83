import { html, nothing, type PropertyValues } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { Call } from '../../call.ts'
import { look } from '../../look.ts'
import { ConsolePage, type KeyHelp } from '../../page.ts'
import { agentNames } from '../../parts/agent-names.ts'
import { length, standing, whoIsOn } from '../../parts/call-words.ts'
import { Ticking } from '../../parts/ticking.ts'
import { sentenceOf } from '../../problem.ts'
import { hashOf } from '../../router.ts'
import '../call/call-view.ts'
import type { CallView } from '../call/call-view.ts'
import { ActiveCalls } from './active-calls.ts'
import { activeStyles } from './active-styles.ts'
import { FrozenOrder } from './frozen-order.ts'

/** Without a key or a move for this long, a row that merely has the focus holds nothing in place. */
const FOCUS_HOLDS_MS = 15_000

/** Every call that lives, newest first; one of them beside the list. */
export class ActivePage extends ConsolePage {
  static override styles = [look, activeStyles]
  static override properties = { numbersShown: { state: true } }
  declare numbersShown: boolean
  #calls: ActiveCalls | undefined
  #drawing = 0
  #stirredMs = 0
  #pointed = false
  #focused: string | undefined
  readonly #order = new FrozenOrder<Call>()

  constructor() {
    super()
    this.numbersShown = false
    new Ticking(this)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    const { api, live } = this.desk
    // Many calls may change at once: they are drawn together, once a frame.
    this.#calls = new ActiveCalls({ api, live, changed: () => this.#drawSoon() })
    void this.#calls.read()
    void agentNames(api)
      .load()
      .then(() => this.requestUpdate())
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#calls?.stop()
    cancelAnimationFrame(this.#drawing)
    this.#drawing = 0
  }

  override keys(): readonly KeyHelp[] {
    const { t } = this.desk
    return [
      { keys: ['j', 'k'], does: t('Next call, previous call') },
      { keys: ['Enter'], does: t('Open the call') },
      ...(this.#detail?.keys() ?? []),
    ]
  }

  override onKey(event: KeyboardEvent): boolean {
    this.#stirredMs = event.timeStamp
    if (event.key === 'j' || event.key === 'k') return this.#step(event.key === 'j' ? 1 : -1)
    if (this.#detail?.onKey(event)) return true
    if (event.key !== 'Escape' || !this.#open) return false
    const was = this.#open
    this.desk.go('active', [], { query: this.#query })
    void this.updateComplete.then(() => this.#focusRow(was))
    return true
  }

  get #open(): string | undefined {
    return this.route.rest[0]
  }

  get #query(): Record<string, string> {
    return { agent: this.route.query.get('agent') ?? '' }
  }

  get #detail(): CallView | null {
    return this.renderRoot?.querySelector<CallView>('vc-call') ?? null
  }

  #drawSoon(): void {
    this.#drawing ||= requestAnimationFrame(() => {
      this.#drawing = 0
      this.requestUpdate()
    })
  }

  #step(by: number): boolean {
    const rows = [...this.renderRoot.querySelectorAll<HTMLAnchorElement>('a.call')]
    const at = (this.renderRoot as ShadowRoot).activeElement
    const from = rows.findIndex((row) => row === at || (!rows.includes(at as HTMLAnchorElement) && row.dataset.id === this.#open))
    const next = rows[from < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, from + by))]
    if (!next?.dataset.id) return rows.length > 0
    // Beside an open call, the next one opens.
    if (this.#open) this.desk.go('active', [next.dataset.id], { replace: true, query: this.#query })
    next.focus()
    return true
  }

  #focusRow(id: string): void {
    this.renderRoot.querySelector<HTMLElement>(`a.call[data-id="${CSS.escape(id)}"]`)?.focus({ preventScroll: true })
  }

  get #rowInFocus(): HTMLElement | undefined {
    const at = (this.renderRoot as ShadowRoot).activeElement
    return at instanceof HTMLElement && at.classList.contains('call') ? at : undefined
  }

  #isHeld(): boolean {
    return this.#pointed || (this.#rowInFocus !== undefined && performance.now() - this.#stirredMs < FOCUS_HOLDS_MS)
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed)
    this.#focused = this.hasUpdated ? this.#rowInFocus?.dataset.id : undefined
    this.#order.freeze(this.hasUpdated && this.#isHeld())
  }

  /** A row that was moved lost the focus on its way. */
  protected override updated(): void {
    if (this.#focused && !this.#rowInFocus) this.#focusRow(this.#focused)
  }

  override render() {
    const { t } = this.desk
    const calls = this.#calls
    if (!calls) return nothing
    return html`<div class="split ${this.#open ? 'open' : ''}">
      <section class="list" aria-labelledby="title"><div class="inner">${this.#head()}${this.#list(calls)}</div></section>
      ${this.#open ? html`<section class="detail" aria-label=${t('Call')}><vc-call .desk=${this.desk} .callId=${this.#open} back="active"></vc-call></section>` : nothing}
    </div>`
  }

  #head() {
    const { t } = this.desk
    const agent = this.route.query.get('agent') ?? ''
    const names = [...agentNames(this.desk.api).all]
    return html`<div class="head">
      <h1 id="title">${t('Active calls')}</h1>
      <div class="row">
        ${
          names.length > 1
            ? html`<select aria-label=${t('Agent')} @change=${this.#filter}>
                <option value="">${t('Every agent')}</option>
                ${names.map(([id, name]) => html`<option value=${id} ?selected=${id === agent}>${name}</option>`)}
              </select>`
            : nothing
        }
        <button aria-pressed=${this.numbersShown} @click=${() => (this.numbersShown = !this.numbersShown)}>${t('Show numbers')}</button>
      </div>
    </div>`
  }

  #list(calls: ActiveCalls) {
    const { t } = this.desk
    if (calls.state === 'reading') return html`<div class="empty" aria-busy="true">${t('Reading the calls')}</div>`
    if (calls.state === 'failed') {
      return html`<div class="empty"><h2>${t('The calls could not be read')}</h2><p>${sentenceOf(calls.error)}</p><button @click=${() => void calls.read()}>${t('Try again')}</button></div>`
    }
    const agent = this.route.query.get('agent')
    const wanted = [...calls.calls.values()]
      .filter(({ agentId }) => !agent || agentId === agent)
      .sort((a, b) => b.startedAt.localeCompare(a.startedAt) || a.id.localeCompare(b.id))
    const rows = this.#order.arrange(wanted.map((row) => ({ id: row.id, row })))
    if (rows.length === 0) {
      return html`<div class="rows empty"><h2>${t(agent ? 'No calls of this agent' : 'No calls right now')}</h2>
        <p>${t('Open a page with the tag and talk to the agent, or call one of your numbers: the call appears here by itself.')}</p></div>`
    }
    return html`<ul class="rows" role="list" @pointerenter=${this.#enter} @pointerleave=${this.#leave} @focusout=${() => this.#drawSoon()}>
        ${repeat(
          rows,
          ({ id }) => id,
          ({ gone, row }) => this.#row(row, gone),
        )}
      </ul>
      <p class="hint">${this.#hint(wanted.length)}</p>`
  }

  #row(call: Call, gone: boolean) {
    const { t } = this.desk
    return html`<li><a class="call ${gone ? 'gone' : ''}" data-id=${call.id} href=${hashOf('active', [call.id], this.#query)} aria-current=${String(call.id === this.#open)} @click=${this.#openRow}>
      <span class="agent">${agentNames(this.desk.api).of(call.agentId)}</span>
      <span class="who">${whoIsOn(call, t, this.numbersShown)}</span>
      <span class="standing">${gone ? html`<span class="tag">${t('Ended')}</span>` : standing(call, t)}</span>
      ${gone ? html`<span class="num"></span>` : length(call)}
    </a></li>`
  }

  #hint(live: number): string {
    const { t } = this.desk
    const count = t(live === 1 ? 'One call lives.' : '{n} calls live.', { n: live })
    return this.#order.isFrozen ? `${count} ${t('Rows stay where they are while you point at them.')}` : count
  }

  #filter = (event: Event) => {
    const { value } = event.target as HTMLSelectElement
    this.desk.go('active', this.route.rest, { query: { agent: value } })
  }

  #openRow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    const { id } = (event.currentTarget as HTMLElement).dataset
    if (id) this.desk.go('active', [id], { replace: this.#open !== undefined, query: this.#query })
  }

  #enter = (event: PointerEvent) => {
    if (event.pointerType === 'touch') return
    this.#pointed = true
  }

  #leave = () => {
    this.#pointed = false
    this.#drawSoon()
  }
}

customElements.define('vc-active', ActivePage)
