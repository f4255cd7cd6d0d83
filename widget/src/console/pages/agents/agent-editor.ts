import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { type Fault, faultsIn } from '../../forms/check-value.ts'
import type { Field, GroupField } from '../../forms/field.ts'
import '../../forms/form.ts'
import type { SchemaForm } from '../../forms/form.ts'
import { readGroup } from '../../forms/read-schema.ts'
import { type ApiDocument, bodyOf, hasRoute } from '../../forms/schema.ts'
import { changes, same } from '../../forms/values.ts'
import { look } from '../../look.ts'
import type { Desk } from '../../page.ts'
import { apiDocument } from '../../parts/api-document.ts'
import '../../parts/confirm.ts'
import { confirmIn } from '../../parts/confirm.ts'
import '../../parts/copy-text.ts'
import { pageLink } from '../../parts/page-link.ts'
import { tabStyles, tabs } from '../../parts/tabs.ts'
import { Work } from '../../parts/work.ts'
import { type Agent, documentOf } from './agent.ts'
import { AGENT_WORDS } from './agent-words.ts'
import './calling-panel.ts'
import { saveBarStyles } from '../../parts/save-bar.ts'
import { draftOf, dropDraft, keepDraft, rebased } from './drafts.ts'
import { editorStyles } from './editor-styles.ts'
import { type Section, sectionsOf } from './sections.ts'
import { snippetOf } from './snippet.ts'
import './trial.ts'
import './voice-panel.ts'
import { reading } from '../../parts/reading.ts'
import { type VoiceSettings, voicePath } from './voice-panel.ts'

/** One agent: its settings in sections, and the agent itself beside them, to be tried. */
export class AgentEditor extends LitElement {
  static override styles = [...look, tabStyles, editorStyles, saveBarStyles]
  static override properties = {
    desk: { attribute: false },
    agentId: { attribute: false },
    section: { attribute: false },
    saved: { state: true },
    draft: { state: true },
    faults: { state: true },
    api: { state: true },
    voices: { state: true },
  }
  declare desk: Desk
  declare agentId: string
  declare section: string | undefined
  declare private saved: Agent | undefined
  declare private draft: unknown
  declare private faults: readonly Fault[]
  declare private api: ApiDocument | undefined
  declare private voices: VoiceSettings | undefined
  readonly #work = new Work(this)

  constructor() {
    super()
    this.faults = []
  }

  override updated(changed: PropertyValues): void {
    if (changed.has('agentId')) void this.#work.run('read', () => this.#read())
  }

  get #path(): string {
    return `/api/agents/${encodeURIComponent(this.agentId)}`
  }

  async #read(): Promise<void> {
    const { desk, agentId } = this
    this.saved = undefined
    this.voices = undefined
    const [api, { agent }] = await Promise.all([apiDocument(desk), desk.api.get<{ agent: Agent }>(this.#path)])
    if (agentId !== this.agentId) return
    this.api = api
    this.saved = agent
    this.draft = draftOf(agentId, documentOf(agent))
    if (hasRoute(api, 'get', '/api/agents/management/{id}/voice')) this.voices = await desk.api.get<VoiceSettings>(voicePath(agentId))
  }

  /** Something else changed the agent: what is being written here stays. */
  #reread = () =>
    this.#work.run('reread', async () => {
      const before = this.saved
      const { agent } = await this.desk.api.get<{ agent: Agent }>(this.#path)
      this.saved = agent
      this.draft = before ? rebased(documentOf(before), this.draft, documentOf(agent)) : documentOf(agent)
      if (this.voices) this.voices = await this.desk.api.get<VoiceSettings>(voicePath(this.agentId))
    })

  get #field(): GroupField {
    const field = readGroup(this.api && bodyOf(this.api, 'post', '/api/agents'))
    return this.voices ? withPersonalities(field, this.voices, this.draft) : field
  }

  get #isChanged(): boolean {
    return this.saved !== undefined && !same(documentOf(this.saved), this.draft)
  }

  #change = (event: CustomEvent<{ value: unknown }>) => {
    this.draft = event.detail.value
    if (this.saved) keepDraft(this.agentId, documentOf(this.saved), this.draft)
  }

  #discard = () => {
    if (!this.saved) return
    dropDraft(this.agentId)
    this.draft = documentOf(this.saved)
    this.faults = []
  }

  #save = async (event: Event) => {
    event.preventDefault()
    const { desk, saved } = this
    if (!saved) return
    this.faults = faultsIn(this.#field, this.draft, desk.t)
    const patch = changes(documentOf(saved), this.draft)
    if (this.faults.length === 0 && patch !== undefined) {
      const done = await this.#work.run('save', async () => {
        const { agent } = await desk.api.patch<{ agent: Agent }>(this.#path, patch)
        dropDraft(this.agentId)
        this.saved = agent
        this.draft = documentOf(agent)
        desk.tell(desk.t('Saved. It counts from the next call.'))
      })
      if (!done) this.faults = this.#work.errors
    }
    await this.#showFault()
  }

  /** Opens the section of the first fault and brings its field into view. */
  async #showFault(): Promise<void> {
    const [first] = this.faults
    if (!first) return
    const [name = ''] = first.path.split('.')
    const section = sectionsOf(this.#field).find(({ fields }) => fields.includes(name))
    if (section && section.name !== this.#section.name) this.desk.go('agents', [this.agentId, section.name], { replace: true })
    await new Promise((done) => requestAnimationFrame(done))
    await this.updateComplete
    await this.renderRoot.querySelector<SchemaForm>('vc-form')?.focusFault()
  }

  #erase = async () => {
    const { t } = this.desk
    const text = t('Pages with its tag lose their agent at once. Its calls stay in the history.')
    if (!(await confirmIn(this.renderRoot, { title: t('Delete {name}?', { name: this.saved?.name ?? '' }), text, action: t('Delete') })))
      return
    await this.#work.run('erase', async () => {
      await this.desk.api.delete(this.#path)
      dropDraft(this.agentId)
      this.desk.tell(t('The agent is deleted.'))
      this.desk.go('agents', [], { replace: true })
    })
  }

  get #section(): Section {
    const sections = sectionsOf(this.#field)
    return sections.find(({ name }) => name === this.section) ?? sections[0] ?? { name: 'basics', label: 'Basics', fields: [] }
  }

  override render() {
    const { desk, saved } = this
    const { t } = desk
    if (!saved) {
      if (!this.#work.fault) return reading(t)
      return html`<div class="card empty"><h2>${this.#work.fault}</h2>${pageLink(desk, t('All agents'), ['agents'])}</div>`
    }
    return html`<header class="row between">
        <div><p class="small">${pageLink(desk, t('Agents'), ['agents'])}</p><h1>${saved.name}</h1></div>
        ${desk.session.may('admin') ? html`<button class="danger" @click=${this.#erase}>${t('Delete')}</button>` : nothing}
      </header>
      ${tabs(desk, t('Parts of the agent'), { base: ['agents', this.agentId], all: sectionsOf(this.#field), here: this.#section.name, wrong: this.#wrong })}
      <div class="columns"><div class="stack">${this.#form()}</div>${this.#beside()}</div>
      <vc-confirm .t=${t}></vc-confirm>`
  }

  get #wrong(): ReadonlySet<string> {
    const names = new Set(this.faults.map(({ path }) => path.split('.')[0] ?? ''))
    return new Set(sectionsOf(this.#field).flatMap(({ fields, name }) => (fields.some((field) => names.has(field)) ? [name] : [])))
  }

  #form() {
    const { desk } = this
    const { t } = desk
    const section = this.#section
    const isReadOnly = !desk.session.may('admin')
    return html`${section.name === 'voice' && this.voices ? html`<vc-voice-panel .desk=${desk} .agentId=${this.agentId} .settings=${this.voices} @vc-agent-changed=${this.#reread}></vc-voice-panel>` : nothing}
    <form class="stack" novalidate @submit=${this.#save}>
      <vc-form class="card" .t=${t} .field=${this.#field} .only=${section.fields} .value=${this.draft} .faults=${this.faults} .words=${AGENT_WORDS} .readOnly=${isReadOnly} @vc-change=${this.#change}></vc-form>
      ${this.#work.fault ? html`<p class="note bad" role="alert">${this.#work.fault}</p>` : nothing}
      ${isReadOnly || !this.#isChanged ? nothing : html`<div class="save row"><p>${t('Not saved yet')}</p><button type="button" @click=${this.#discard}>${t('Discard')}</button><button class="primary" ?disabled=${this.#work.is('save')}>${t('Save')}</button></div>`}
    </form>
    ${section.name === 'phone' && this.api && hasRoute(this.api, 'get', '/api/agents/management/{id}/calling') ? html`<vc-calling-panel .desk=${desk} .agentId=${this.agentId}></vc-calling-panel>` : nothing}
    ${section.name === 'site' ? html`<section class="card"><vc-copy .t=${t} label=${t('Two lines for your page')} .text=${snippetOf(desk.relay, this.agentId)}></vc-copy></section>` : nothing}`
  }

  #beside() {
    const { desk, saved } = this
    const { t } = desk
    if (!saved?.modes.includes('talk') || !desk.session.may('operator')) return nothing
    return html`<aside class="stack" aria-labelledby="try">
      <h2 id="try">${t('Try it')}</h2>
      <p class="quiet small">${this.#isChanged ? t('You talk with the agent as it is saved.') : t('You talk with it as a visitor would. The call counts in the history.')}</p>
      <vc-trial .desk=${desk} .agentId=${this.agentId}></vc-trial>
    </aside>`
  }
}

/** The personality is chosen of those there are: what the relay has, and what is being written here. */
function withPersonalities(field: GroupField, voices: VoiceSettings, draft: unknown): GroupField {
  const { manner } = field.fields
  if (manner?.is !== 'group' || !manner.fields.personality) return field
  const written = (draft as { manner?: { personalities?: { id?: unknown }[] } }).manner?.personalities ?? []
  const ids = new Set([...voices.personality_options.map(({ id }) => id), ...written.map(({ id }) => String(id ?? ''))])
  const { fallback } = manner.fields.personality
  const personality: Field = {
    is: 'choice',
    options: [...ids].filter(Boolean),
    required: false,
    ...(fallback === undefined ? {} : { fallback }),
  }
  return { ...field, fields: { ...field.fields, manner: { ...manner, fields: { ...manner.fields, personality } } } }
}

if (!customElements.get('vc-agent-editor')) customElements.define('vc-agent-editor', AgentEditor)
