import { html, nothing } from 'lit'
import { type ApiDocument, hasRoute } from '../../forms/schema.ts'
import { look } from '../../look.ts'
import { ConsolePage } from '../../page.ts'
import { apiDocument } from '../../parts/api-document.ts'
import { type Tab, tabStyles, tabs } from '../../parts/tabs.ts'
import { Work } from '../../parts/work.ts'
import './do-not-call.ts'
import './gate-check.ts'
import './gate-decisions.ts'
import './rule-form.ts'
import { RULE_PARTS } from './rule-words.ts'
import './state.ts'
import { reading } from '../../parts/reading.ts'

/** `#/settings` who may be rung, when and for how much; who is not called; how the relay is. */
export class SettingsPage extends ConsolePage {
  static override styles = [...look, tabStyles]
  static override properties = { ...ConsolePage.properties, api: { state: true }, isHouse: { state: true } }
  declare private api: ApiDocument | undefined
  declare private isHouse: boolean
  readonly #work = new Work(this)

  constructor() {
    super()
    this.isHouse = false
  }

  override firstUpdated(): void {
    void this.#work.run('read', async () => {
      this.api = await apiDocument(this.desk)
      this.isHouse = await this.#mayRunTheHouse(this.api)
    })
  }

  /** The list of the whole house is there for admins of the organisation that runs it; to others the relay says that there is none. */
  async #mayRunTheHouse(document: ApiDocument): Promise<boolean> {
    const { api, session } = this.desk
    if (!session.may('admin') || !hasRoute(document, 'get', '/api/house/do-not-call')) return false
    return api.get('/api/house/do-not-call', { query: { limit: 1 } }).then(
      () => true,
      () => false,
    )
  }

  get #tabs(): Tab[] {
    const { session } = this.desk
    const isAdmin = session.may('admin')
    const hasState = this.api !== undefined && hasRoute(this.api, 'get', '/api/settings/status')
    return [
      ...(isAdmin ? RULE_PARTS.map(({ label, name }) => ({ label, name })) : []),
      { name: 'do-not-call', label: 'Do not call' },
      ...(this.isHouse ? [{ name: 'house', label: 'Do not call, whole house' }] : []),
      ...(session.may('operator') ? [{ name: 'check', label: 'Ask the gate' }] : []),
      ...(isAdmin && hasState ? [{ name: 'relay', label: 'The relay' }] : []),
    ]
  }

  override render() {
    const { desk, route } = this
    const { t } = desk
    const all = this.#tabs
    const here = (all.find(({ name }) => name === route.rest[0]) ?? all[0])?.name ?? 'do-not-call'
    return html`<div class="page"><h1>${t('Settings')}</h1>
      ${this.#work.fault ? html`<p class="note bad" role="alert">${this.#work.fault}</p>` : nothing}
      ${this.api ? html`${tabs(desk, t('Parts of this page'), { base: ['settings'], all, here })}${this.#room(here)}` : this.#work.fault ? nothing : reading(t)}
    </div>`
  }

  #room(here: string) {
    const { desk } = this
    const part = RULE_PARTS.find(({ name }) => name === here)
    if (part) return html`<vc-rule-form .desk=${desk} .fields=${part.fields}></vc-rule-form>`
    if (here === 'check') return html`<vc-gate-check .desk=${desk}></vc-gate-check><vc-gate-decisions .desk=${desk}></vc-gate-decisions>`
    if (here === 'house') return html`<vc-do-not-call .desk=${desk} .path=${'/api/house/do-not-call'}></vc-do-not-call>`
    if (here === 'relay') return html`<vc-relay-state .desk=${desk}></vc-relay-state>`
    return html`<vc-do-not-call .desk=${desk}></vc-do-not-call>`
  }
}

customElements.define('vc-settings', SettingsPage)
