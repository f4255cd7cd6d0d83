import { html, LitElement, nothing } from 'lit'
import { type Fault, faultsIn } from '../../forms/check-value.ts'
import type { GroupField } from '../../forms/field.ts'
import '../../forms/form.ts'
import type { SchemaForm } from '../../forms/form.ts'
import { readGroup } from '../../forms/read-schema.ts'
import { answerOf } from '../../forms/schema.ts'
import { changes, same } from '../../forms/values.ts'
import { look } from '../../look.ts'
import type { Desk } from '../../page.ts'
import { apiDocument } from '../../parts/api-document.ts'
import { reading } from '../../parts/reading.ts'
import { saveBarStyles } from '../../parts/save-bar.ts'
import { Work } from '../../parts/work.ts'
import { RULE_WORDS } from './rule-words.ts'

type Rules = Record<string, unknown>

/** Some of the gate's rules, to be edited. A list that was emptied of a place goes back to the house's default. */
export class RuleForm extends LitElement {
  static override styles = [...look, saveBarStyles]
  static override properties = {
    desk: { attribute: false },
    fields: { attribute: false },
    field: { state: true },
    saved: { state: true },
    draft: { state: true },
    faults: { state: true },
  }
  declare desk: Desk
  declare fields: readonly string[]
  declare private field: GroupField | undefined
  declare private saved: Rules | undefined
  declare private draft: unknown
  declare private faults: readonly Fault[]
  readonly #work = new Work(this)

  constructor() {
    super()
    this.fields = []
    this.faults = []
  }

  override firstUpdated(): void {
    void this.#work.run('read', async () => {
      const [api, { callingRules }] = await Promise.all([
        apiDocument(this.desk),
        this.desk.api.get<{ callingRules: Rules }>('/api/calling-rules'),
      ])
      const schema = answerOf(api, 'get', '/api/calling-rules')?.properties?.callingRules
      this.field = readGroup(schema)
      this.#show(callingRules)
    })
  }

  #show(rules: Rules): void {
    this.saved = rules
    this.draft = rules
  }

  #save = async (event: Event) => {
    event.preventDefault()
    const { desk, field, saved } = this
    if (!field || !saved) return
    const t = desk.t
    this.faults = faultsIn(field, this.draft, t)
    if (this.faults.length === 0) {
      const done = await this.#work.run('save', async () => {
        this.#show((await desk.api.patch<{ callingRules: Rules }>('/api/calling-rules', changes(saved, this.draft) ?? {})).callingRules)
        desk.tell(t('Saved. It counts from the next call.'))
      })
      if (!done) this.faults = this.#work.errors
    }
    if (this.faults.length > 0) await this.renderRoot.querySelector<SchemaForm>('vc-form')?.focusFault()
  }

  #discard = () => {
    this.draft = this.saved
    this.faults = []
  }

  override render() {
    const { field, saved } = this
    const { t } = this.desk
    const fault = this.#work.fault ? html`<p class="note bad" role="alert">${this.#work.fault}</p>` : nothing
    if (!field || !saved) return this.#work.fault ? fault : reading(t)
    return html`<form class="stack" novalidate @submit=${this.#save}>
      ${fault}
      <vc-form class="card" .t=${t} .field=${field} .only=${this.fields} .value=${this.draft} .faults=${this.faults} .words=${RULE_WORDS}
        @vc-change=${(event: CustomEvent<{ value: unknown }>) => (this.draft = event.detail.value)}></vc-form>
      ${same(saved, this.draft) ? nothing : html`<div class="save row"><p>${t('Not saved yet')}</p><button type="button" @click=${this.#discard}>${t('Discard')}</button><button class="primary" ?disabled=${this.#work.is('save')}>${t('Save')}</button></div>`}
    </form>`
  }
}

if (!customElements.get('vc-rule-form')) customElements.define('vc-rule-form', RuleForm)
