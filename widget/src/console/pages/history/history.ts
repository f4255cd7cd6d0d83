import { html, nothing, type PropertyValues } from 'lit'
import type { Call } from '../../call.ts'
import { type ApiDocument, hasRoute } from '../../forms/schema.ts'
import { look } from '../../look.ts'
import { ConsolePage, type KeyHelp } from '../../page.ts'
import { type AgentNames, agentNames } from '../../parts/agent-names.ts'
import { apiDocument } from '../../parts/api-document.ts'
import '../../parts/confirm.ts'
import { confirmIn } from '../../parts/confirm.ts'
import { reading } from '../../parts/reading.ts'
import { Work } from '../../parts/work.ts'
import { hashOf } from '../../router.ts'
import { callTable } from './call-table.ts'
import { type Filter, filterOf, isNarrowed, questionOf, searchOf } from './filter.ts'
import { filterForm } from './filter-form.ts'
import { historyStyles } from './history-styles.ts'
import { saveAs } from './save-as.ts'

interface CallPage {
  calls: Call[]
  nextCursor: string | null
  /** A search by words looks at so many calls a time: up to here. */
  searchedTo?: string
}

/** Calls that were, newest first: conversations of more than two messages, and the rest on demand. */
export class HistoryPage extends ConsolePage {
  static override styles = [...look, historyStyles]
  static override properties = {
    ...ConsolePage.properties,
    calls: { state: true },
    next: { state: true },
    api: { state: true },
    at: { state: true },
  }
  declare private calls: readonly Call[] | undefined
  declare private next: string | null
  declare private api: ApiDocument | undefined
  /** Which row the keys stand on. */
  declare private at: number
  readonly #work = new Work(this)
  #names: AgentNames | undefined
  #searchedTo: string | undefined
  #asking = new AbortController()
  #times = 0

  constructor() {
    super()
    this.next = null
    this.at = -1
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('route')) void this.#begin()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#asking.abort()
  }

  get #filter(): Filter {
    return filterOf(this.route.query)
  }

  async #begin(): Promise<void> {
    this.#asking.abort()
    this.#asking = new AbortController()
    const { signal } = this.#asking
    this.calls = undefined
    this.at = -1
    this.#names = agentNames(this.desk.api)
    void this.#names.load().then(() => this.requestUpdate())
    await this.#work.run(`read ${++this.#times}`, async () => {
      this.api ??= await apiDocument(this.desk)
      const page = await this.#page(signal)
      this.calls = page.calls
    })
  }

  async #page(signal: AbortSignal, cursor?: string): Promise<CallPage> {
    const query = { ...this.#question, limit: 50, ...(cursor === undefined ? {} : { cursor }) }
    const page = await this.desk.api.get<CallPage>('/api/calls', { query, signal })
    signal.throwIfAborted()
    this.next = page.nextCursor
    this.#searchedTo = page.searchedTo
    return page
  }

  get #question(): ReturnType<typeof questionOf> {
    return Object.fromEntries(Object.entries(questionOf(this.#filter)).filter(([name]) => this.#knows(name)))
  }

  /** Only what the relay can filter by is offered. */
  #knows(name: string): boolean {
    return (this.api?.paths['/api/calls']?.get?.parameters ?? []).some((each) => each.name === name)
  }

  #more = () =>
    this.#work.run('more', async () => {
      if (this.next === null) return
      const { calls } = await this.#page(this.#asking.signal, this.next)
      this.calls = [...(this.calls ?? []), ...calls]
    })

  #apply = (filter: Filter) => {
    this.desk.go('history', [], { replace: true, query: searchOf(filter) })
  }

  #export = () =>
    this.#work.run('export', async () => {
      const answer = await this.desk.api.open('GET', '/api/calls', { query: this.#question, headers: { Accept: 'text/csv' } })
      saveAs(await answer.blob(), `calls-${new Date().toISOString().slice(0, 10)}.csv`)
    })

  #erase = async (call: Call) => {
    const { t } = this.desk
    const text = t('Every word and number of this call goes for good. That it took place stays, and still verifies.')
    if (!(await confirmIn(this.renderRoot, { title: t('Erase this call?'), text, action: t('Erase') }))) return
    const done = await this.#work.run('erase', () => this.desk.api.delete(`/api/calls/${encodeURIComponent(call.id)}`))
    if (!done) return
    this.desk.tell(t('Erased.'))
    void this.#begin()
  }

  override keys(): readonly KeyHelp[] {
    const { t } = this.desk
    return [
      { keys: ['j', 'k'], does: t('Next call, previous call') },
      { keys: ['Enter'], does: t('Open the call') },
      { keys: ['/'], does: t('Search') },
    ]
  }

  override onKey({ key }: KeyboardEvent): boolean {
    if (key === '/') {
      this.renderRoot.querySelector<HTMLInputElement>('input[name="words"], input')?.focus()
      return true
    }
    const step = { j: 1, k: -1 }[key]
    const count = this.calls?.length ?? 0
    if (!step || count === 0) return false
    this.at = Math.min(count - 1, Math.max(0, this.at + step))
    void this.updateComplete.then(() => this.renderRoot.querySelectorAll<HTMLElement>('tbody a.open')[this.at]?.focus())
    return true
  }

  override render() {
    const { desk } = this
    const { t } = desk
    const mayFilter = (name: keyof Filter) => this.#knows(name === 'all' ? 'minMessages' : name)
    const mayExport = this.#knows('from') && (this.calls?.length ?? 0) > 0
    return html`<div class="page">
      <div class="row between"><h1>${t('History')}</h1>${mayExport ? html`<button @click=${this.#export} ?disabled=${this.#work.is('export')}>${this.#work.is('export') ? t('Exporting …') : t('Export as CSV')}</button>` : nothing}</div>
      ${filterForm(desk, { filter: this.#filter, agents: this.#names?.all ?? new Map(), mayFilter, apply: this.#apply })}
      ${this.#work.fault ? html`<p class="note bad" role="alert">${this.#work.fault}</p>` : nothing}
      ${this.calls ? this.#list(this.calls) : this.#work.fault ? nothing : reading(t)}
      <vc-confirm .t=${t}></vc-confirm>
    </div>`
  }

  #list(calls: readonly Call[]) {
    const { desk } = this
    const { t } = desk
    const mayErase = desk.session.may('admin') && this.api !== undefined && hasRoute(this.api, 'delete', '/api/calls/{id}')
    return html`${calls.length > 0 ? callTable(desk, { calls, names: this.#names, ...(mayErase ? { erase: this.#erase } : {}) }) : this.#empty()}
      ${
        this.next === null
          ? nothing
          : html`<div class="row"><button @click=${this.#more} ?disabled=${this.#work.is('more')}>${this.#filter.words ? t('Search further back') : t('Older calls')}</button>
              ${this.#searchedTo ? html`<span class="quiet small">${t('Searched back to {day}.', { day: new Date(this.#searchedTo).toLocaleDateString(desk.language) })}</span>` : nothing}</div>`
      }`
  }

  #empty() {
    const { t } = this.desk
    if (this.next !== null)
      return html`<div class="card empty"><h2>${t('Nothing found so far')}</h2><p>${t('The search can go further back.')}</p></div>`
    const narrowed = isNarrowed(this.#filter)
    return html`<div class="card empty">
      <h2>${narrowed ? t('No call fits') : t('No conversation yet')}</h2>
      <p>${narrowed ? t('Take a filter away, or show short calls, too.') : t('Conversations of more than two messages stand here once they are over.')}</p>
      ${narrowed ? html`<a href=${hashOf('history')} @click=${this.#clear}>${t('Take all filters away')}</a>` : nothing}
    </div>`
  }

  #clear = (event: Event) => {
    event.preventDefault()
    this.desk.go('history', [], { replace: true })
    this.renderRoot.querySelector('form')?.reset()
  }
}

customElements.define('vc-history', HistoryPage)
