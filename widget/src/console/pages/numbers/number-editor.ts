import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { type Fault, faultsIn } from '../../forms/check-value.ts'
import type { GroupField } from '../../forms/field.ts'
import '../../forms/form.ts'
import type { SchemaForm } from '../../forms/form.ts'
import { readGroup } from '../../forms/read-schema.ts'
import { type ApiDocument, bodyOf, hasRoute } from '../../forms/schema.ts'
import { changes } from '../../forms/values.ts'
import type { WordTable } from '../../forms/words.ts'
import { look } from '../../look.ts'
import type { Desk } from '../../page.ts'
import { agentNames } from '../../parts/agent-names.ts'
import { apiDocument } from '../../parts/api-document.ts'
import '../../parts/confirm.ts'
import { confirmIn } from '../../parts/confirm.ts'
import type { Finding } from '../../parts/findings.ts'
import { pageLink } from '../../parts/page-link.ts'
import { reading } from '../../parts/reading.ts'
import { Work } from '../../parts/work.ts'
import { carrierWords } from './carriers.ts'
import { editorStyles } from './editor-styles.ts'
import { numberFields } from './number-fields.ts'
import { numberSetup } from './number-setup.ts'
import { NUMBER_WORDS } from './number-words.ts'
import { configName, documentOf, type PhoneNumber } from './phone-number.ts'

/** A number of `provider` that is being added, or the one of `numberId`. */
export class NumberEditor extends LitElement {
  static override styles = [...look, editorStyles]
  static override properties = {
    desk: { attribute: false },
    numberId: { attribute: false },
    provider: { attribute: false },
    saved: { state: true },
    draft: { state: true },
    faults: { state: true },
    api: { state: true },
    findings: { state: true },
  }
  declare desk: Desk
  declare numberId: string | undefined
  declare provider: string
  declare private saved: PhoneNumber | undefined
  declare private draft: unknown
  declare private faults: readonly Fault[]
  declare private api: ApiDocument | undefined
  declare private findings: readonly Finding[]
  readonly #work = new Work(this)

  constructor() {
    super()
    this.provider = ''
    this.faults = []
    this.findings = []
  }

  override updated(changed: PropertyValues): void {
    if (changed.has('numberId') || (changed.has('provider') && !this.numberId)) void this.#work.run('read', () => this.#read())
  }

  async #read(): Promise<void> {
    const { desk, numberId } = this
    const [api] = await Promise.all([apiDocument(desk), agentNames(desk.api).load()])
    this.api = api
    if (numberId === undefined) {
      this.draft = { [configName(this.provider)]: {} }
      return
    }
    this.#show((await desk.api.get<{ phoneNumber: PhoneNumber }>(this.#path)).phoneNumber)
    if (desk.session.may('admin') && hasRoute(api, 'get', '/api/settings/status')) {
      const { findings } = await desk.api.get<{ findings: Finding[] }>('/api/settings/status')
      // What is said of variables matters only for a number that they set up.
      const isOurs = ({ state }: Finding) => state === 'broken' || this.saved?.fromEnvironment
      this.findings = findings.filter((each) => each.about.toLowerCase().includes(this.provider) && isOurs(each))
    }
  }

  get #path(): string {
    return `/api/phone-numbers/${encodeURIComponent(this.numberId ?? '')}`
  }

  #show(number: PhoneNumber): void {
    this.saved = number
    this.provider = number.provider
    this.draft = documentOf(number)
  }

  get #field(): GroupField {
    const body = readGroup(this.api && bodyOf(this.api, 'post', '/api/phone-numbers'))
    const agents = [...agentNames(this.desk.api).all.keys()]
    const only = this.saved
      ? this.saved.fromEnvironment
        ? ['linkedAgentId']
        : undefined
      : ['phoneNumber', 'displayName', 'linkedAgentId', configName(this.provider)]
    return numberFields(body, { provider: this.provider, agents, stored: this.saved?.credentialsSet ?? [], ...(only ? { only } : {}) })
  }

  get #words(): WordTable {
    const agent = NUMBER_WORDS.linkedAgentId ?? { label: 'Who answers' }
    return { ...NUMBER_WORDS, linkedAgentId: { ...agent, options: Object.fromEntries(agentNames(this.desk.api).all) } }
  }

  #save = async (event: Event) => {
    event.preventDefault()
    const { desk, saved } = this
    this.faults = faultsIn(this.#field, this.draft, desk.t)
    if (this.faults.length === 0) {
      const done = await this.#work.run('save', () => (saved ? this.#change(saved) : this.#add()))
      if (!done) this.faults = this.#work.errors
    }
    if (this.faults.length > 0) await this.renderRoot.querySelector<SchemaForm>('vc-form')?.focusFault()
  }

  async #add(): Promise<void> {
    const { desk, draft, provider } = this
    const { phoneNumber } = await desk.api.post<{ phoneNumber: PhoneNumber }>('/api/phone-numbers', { ...(draft as object), provider })
    desk.tell(desk.t('The number is here. What is left to do at the carrier stands below.'))
    desk.go('numbers', [phoneNumber.id], { replace: true })
  }

  async #change(saved: PhoneNumber): Promise<void> {
    const { desk } = this
    const patch = changes(documentOf(saved), this.draft)
    if (patch === undefined) return desk.tell(desk.t('Nothing was changed.'))
    this.#show((await desk.api.put<{ phoneNumber: PhoneNumber }>(this.#path, patch)).phoneNumber)
    desk.tell(desk.t('Saved.'))
  }

  #rotate = async () => {
    const { t } = this.desk
    const text = t('The addresses below change at once. Calls fail until the new ones are pasted at the carrier.')
    if (!(await confirmIn(this.renderRoot, { title: t('Change the secret?'), text, action: t('Change it') }))) return
    await this.#work.run('rotate', async () => {
      this.#show((await this.desk.api.post<{ phoneNumber: PhoneNumber }>(`${this.#path}/rotate-secret`)).phoneNumber)
      this.desk.tell(t('The secret is new. Paste the addresses at the carrier now.'))
    })
  }

  #remove = async () => {
    const { t } = this.desk
    const title = t('Remove {name}?', { name: this.saved?.displayName ?? '' })
    if (
      !(await confirmIn(this.renderRoot, {
        title,
        text: t('Its calls stay in the history. The number itself stays yours at the carrier.'),
        action: t('Remove'),
      }))
    )
      return
    await this.#work.run('remove', async () => {
      await this.desk.api.delete(this.#path)
      this.desk.tell(t('The number is removed.'))
      this.desk.go('numbers', [], { replace: true })
    })
  }

  override render() {
    const { desk, saved } = this
    const { t } = desk
    const isAdmin = desk.session.may('admin')
    if (!this.draft) return this.#work.fault ? html`<p class="note bad" role="alert">${this.#work.fault}</p>` : reading(t)
    const name = saved?.displayName ?? t('A number at {carrier}', { carrier: carrierWords(this.provider).name })
    return html`<header class="row between">
        <div><p class="small">${pageLink(desk, t('Numbers'), ['numbers'])}</p><h1>${name}</h1></div>
        ${isAdmin && saved && !saved.fromEnvironment ? html`<div class="row"><button @click=${this.#rotate}>${t('Change the secret')}</button><button class="danger" @click=${this.#remove}>${t('Remove')}</button></div>` : nothing}
      </header>
      ${this.#work.fault ? html`<p class="note bad" role="alert">${this.#work.fault}</p>` : nothing}
      ${saved?.fromEnvironment ? html`<p class="note">${t('This number is set up by variables of the relay; only who answers it can be changed here.')}</p>` : nothing}
      <div class="columns">
        <form class="stack" novalidate @submit=${this.#save}>
          <vc-form class="card" .t=${t} .field=${this.#field} .value=${this.draft} .faults=${this.faults} .words=${this.#words} .readOnly=${!isAdmin}
            @vc-change=${(event: CustomEvent<{ value: unknown }>) => (this.draft = event.detail.value)}></vc-form>
          ${isAdmin ? html`<div class="row"><button class="primary" ?disabled=${this.#work.is('save')}>${saved ? t('Save') : t('Add the number')}</button></div>` : nothing}
        </form>
        ${saved ? numberSetup(desk, saved, this.findings) : nothing}
      </div>
      <vc-confirm .t=${t}></vc-confirm>`
  }
}

if (!customElements.get('vc-number-editor')) customElements.define('vc-number-editor', NumberEditor)
