import { html, nothing } from 'lit'
import { type ApiDocument, hasRoute } from '../../forms/schema.ts'
import { look } from '../../look.ts'
import { ConsolePage } from '../../page.ts'
import { apiDocument } from '../../parts/api-document.ts'
import { type Tab, tabStyles, tabs } from '../../parts/tabs.ts'
import { Work } from '../../parts/work.ts'
import './do-not-call.ts'
import './gate-check.ts'
import './rule-form.ts'
import { RULE_PARTS } from './rule-words.ts'
import './state.ts'

/** `#/settings` who may be rung, when and for how much; who is not called; how the relay is. */
export class SettingsPage extends ConsolePage {
  static override styles = [...look, tabStyles]
  static override properties = { ...ConsolePage.properties, api: { state: true } }
  declare private api: ApiDocument | undefined
  readonly #work = new Work(this)

  override firstUpdated(): void {
    void this.#work.run('read', async () => {
      this.api = await apiDocument(this.desk)
    })
  }

  get #tabs(): Tab[] {
    const { session } = this.desk
    const isAdmin = session.may('admin')
    const hasState = this.api !== undefined && hasRoute(this.api, 'get', '/api/settings/status')
    return [
      ...(isAdmin ? RULE_PARTS.map(({ label, name }) => ({ label, name })) : []),
      { name: 'do-not-call', label: 'Do not call' },
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
      ${this.api ? html`${tabs(desk, t('Parts of this page'), { base: ['settings'], all, here })}${this.#room(here)}` : nothing}
    </div>`
  }

  #room(here: string) {
    const { desk } = this
    const part = RULE_PARTS.find(({ name }) => name === here)
    if (part) return html`<vc-rule-form .desk=${desk} .fields=${part.fields}></vc-rule-form>`
    if (here === 'check') return html`<vc-gate-check .desk=${desk}></vc-gate-check>`
    if (here === 'relay') return html`<vc-relay-state .desk=${desk}></vc-relay-state>`
    return html`<vc-do-not-call .desk=${desk}></vc-do-not-call>`
  }
}

customElements.define('vc-settings', SettingsPage)
