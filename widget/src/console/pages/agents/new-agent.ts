import { html, LitElement, nothing } from 'lit'
import { faultsIn } from '../../forms/check-value.ts'
import type { GroupField } from '../../forms/field.ts'
import '../../forms/form.ts'
import type { SchemaForm } from '../../forms/form.ts'
import { readGroup } from '../../forms/read-schema.ts'
import { bodyOf } from '../../forms/schema.ts'
import { look } from '../../look.ts'
import type { Desk } from '../../page.ts'
import { apiDocument } from '../../parts/api-document.ts'
import { pageLink } from '../../parts/page-link.ts'
import { Work } from '../../parts/work.ts'
import type { Agent } from './agent.ts'
import { AGENT_WORDS } from './agent-words.ts'

const FIELDS = ['name', 'greeting', 'prompt', 'languages']

/** A new agent: the little that has to be said; the editor has the rest. */
export class NewAgent extends LitElement {
  static override styles = look
  static override properties = { desk: { attribute: false }, field: { state: true }, value: { state: true }, faults: { state: true } }
  declare desk: Desk
  declare private field: GroupField | undefined
  declare private value: unknown
  declare private faults: SchemaForm['faults']
  readonly #work = new Work(this)

  constructor() {
    super()
    this.value = { name: '', greeting: 'Hello. How can I help you?', languages: ['en'] }
    this.faults = []
  }

  override firstUpdated(): void {
    void this.#work.run('read', async () => {
      this.field = readGroup(bodyOf(await apiDocument(this.desk), 'post', '/api/agents'))
    })
  }

  #make = async (event: Event) => {
    event.preventDefault()
    const { desk, field } = this
    if (!field) return
    this.faults = faultsIn(field, this.value, desk.t)
    if (this.faults.length === 0) {
      await this.#work.run('make', async () => {
        const { agent } = await desk.api.post<{ agent: Agent }>('/api/agents', this.value)
        desk.tell(desk.t('{name} is ready.', { name: agent.name }))
        desk.go('agents', [agent.id])
      })
      this.faults = this.#work.errors
    }
    if (this.faults.length > 0) await this.renderRoot.querySelector<SchemaForm>('vc-form')?.focusFault()
  }

  override render() {
    const { desk, field } = this
    const { t } = desk
    return html`<form class="stack" novalidate @submit=${this.#make}>
      <div><p class="small">${pageLink(desk, t('Agents'), ['agents'])}</p><h1>${t('New agent')}</h1></div>
      ${this.#work.fault ? html`<p class="note bad" role="alert">${this.#work.fault}</p>` : nothing}
      ${
        field
          ? html`<vc-form class="card" .t=${t} .field=${field} .only=${FIELDS} .value=${this.value} .faults=${this.faults} .words=${AGENT_WORDS}
              @vc-change=${(event: CustomEvent<{ value: unknown }>) => (this.value = event.detail.value)}></vc-form>
            <div class="row"><button class="primary" ?disabled=${this.#work.is('make')}>${t('Make the agent')}</button></div>`
          : nothing
      }
    </form>`
  }
}

if (!customElements.get('vc-new-agent')) customElements.define('vc-new-agent', NewAgent)
