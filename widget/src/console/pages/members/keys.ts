import { html, LitElement, nothing } from 'lit'
import { bodyOf } from '../../forms/schema.ts'
import { look } from '../../look.ts'
import type { Desk } from '../../page.ts'
import { apiDocument } from '../../parts/api-document.ts'
import '../../parts/confirm.ts'
import { confirmIn } from '../../parts/confirm.ts'
import '../../parts/copy-text.ts'
import { moments } from '../../parts/format.ts'
import { listStyles } from '../../parts/list-styles.ts'
import { reading } from '../../parts/reading.ts'
import { Work } from '../../parts/work.ts'

interface ApiKey {
  id: string
  name: string
  scopes: string[]
  createdAt: string
}

const SCOPES: Readonly<Record<string, string>> = {
  'calls:read': 'read calls',
  'calls:write': 'make, steer and end calls',
  'agents:read': 'read agents',
  'agents:write': 'change agents and calling rules',
  'numbers:read': 'read numbers, their secrets too',
  'numbers:write': 'change numbers',
  'visitor-tokens:write': 'vouch for visitors',
}

/** Keys for programs: made with what they may do, shown once, revoked. */
export class ApiKeys extends LitElement {
  static override styles = [...look, listStyles]
  static override properties = { desk: { attribute: false }, apiKeys: { state: true }, scopes: { state: true }, fresh: { state: true } }
  declare desk: Desk
  declare private apiKeys: readonly ApiKey[] | undefined
  declare private scopes: readonly string[]
  declare private fresh: { name: string; key: string } | undefined
  readonly #work = new Work(this)

  constructor() {
    super()
    this.scopes = Object.keys(SCOPES)
  }

  override firstUpdated(): void {
    void this.#work.run('read', async () => {
      const [api, { apiKeys }] = await Promise.all([
        apiDocument(this.desk),
        this.desk.api.get<{ apiKeys: ApiKey[] }>('/api/api-keys', { query: { limit: 200 } }),
      ])
      this.apiKeys = apiKeys
      const known = bodyOf(api, 'post', '/api/api-keys')?.properties?.scopes?.items?.enum
      if (known) this.scopes = known.filter((each) => typeof each === 'string')
    })
  }

  #make = (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const data = new FormData(form)
    const scopes = data.getAll('scope').map(String)
    if (scopes.length === 0) return this.desk.tell(this.desk.t('Choose at least one thing that the key may do.'), 'fault')
    void this.#work.run('make', async () => {
      const made = await this.desk.api.post<{ apiKey: ApiKey; key: string }>('/api/api-keys', { name: data.get('name'), scopes })
      this.apiKeys = [...(this.apiKeys ?? []), made.apiKey]
      this.fresh = { name: made.apiKey.name, key: made.key }
      form.reset()
    })
    return undefined
  }

  #revoke = async ({ id, name }: ApiKey) => {
    const { t } = this.desk
    const text = t('Programs that use it are refused at once.')
    if (!(await confirmIn(this.renderRoot, { title: t('Revoke {name}?', { name }), text, action: t('Revoke') }))) return
    await this.#work.run('revoke', async () => {
      await this.desk.api.delete(`/api/api-keys/${id}`)
      this.apiKeys = this.apiKeys?.filter((each) => each.id !== id)
    })
  }

  override render() {
    const { t, language } = this.desk
    const { day } = moments(language)
    return html`<div class="stack">
      ${this.#work.fault ? html`<p class="note bad" role="alert">${this.#work.fault}</p>` : nothing}
      ${
        this.apiKeys && this.apiKeys.length > 0
          ? html`<div class="card scroll" role="region" tabindex="0" aria-label=${t('API keys')}><table>
              <thead><tr><th scope="col">${t('Name')}</th><th scope="col">${t('May')}</th><th scope="col">${t('Made')}</th><td></td></tr></thead>
              <tbody>${this.apiKeys.map(
                (
                  each,
                ) => html`<tr><td>${each.name}</td><td>${each.scopes.map((scope) => t(SCOPES[scope] ?? scope)).join(', ')}</td><td><time datetime=${each.createdAt}>${day(each.createdAt)}</time></td>
                  <td><button class="link danger" aria-label="${t('Revoke')} ${each.name}" @click=${() => this.#revoke(each)}>${t('Revoke')}</button></td></tr>`,
              )}</tbody></table></div>`
          : this.apiKeys
            ? html`<div class="card empty"><h2>${t('No API key yet')}</h2><p>${t('Programs of yours use keys: a server that vouches for visitors, or one that starts calls.')}</p></div>`
            : this.#work.fault
              ? nothing
              : reading(t)
      }
      <section class="card stack" aria-labelledby="make">
        <h2 id="make">${t('Make a key')}</h2>
        <form class="stack" @submit=${this.#make}>
          <div class="line"><label>${t('Name')}<input name="name" required maxlength="80" autocomplete="off" /></label></div>
          <fieldset><legend>${t('What it may do')}</legend><div class="checks">${this.scopes.map((scope) => html`<label class="check"><input type="checkbox" name="scope" value=${scope} />${t(SCOPES[scope] ?? scope)}</label>`)}</div></fieldset>
          <div><button class="primary" ?disabled=${this.#work.is('make')}>${t('Make the key')}</button></div>
        </form>
        <div role="status">${
          this.fresh
            ? html`<p>${t('Keep the key of {name} now: it is shown this once.', { name: this.fresh.name })}</p><vc-copy .t=${t} label=${t('API key')} .text=${this.fresh.key}></vc-copy>`
            : nothing
        }</div>
      </section>
      <vc-confirm .t=${t}></vc-confirm>
    </div>`
  }
}

if (!customElements.get('vc-api-keys')) customElements.define('vc-api-keys', ApiKeys)
