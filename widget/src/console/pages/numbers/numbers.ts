import { css, html, nothing, type PropertyValues } from 'lit'
import { type ApiDocument, bodyOf } from '../../forms/schema.ts'
import { look } from '../../look.ts'
import { ConsolePage } from '../../page.ts'
import { agentNames } from '../../parts/agent-names.ts'
import { apiDocument } from '../../parts/api-document.ts'
import { Work } from '../../parts/work.ts'
import './number-editor.ts'
import { reading } from '../../parts/reading.ts'
import { carrierChoice, numberList } from './number-list.ts'
import type { PhoneNumber } from './phone-number.ts'

/** `#/numbers` all of them · `#/numbers/new` · `#/numbers/new/CARRIER` · `#/numbers/ID`. */
export class NumbersPage extends ConsolePage {
  static override styles = [
    ...look,
    css`
      .choice {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(220px, 1fr));
        gap: 12px;
      }
      .choice a {
        font-weight: 620;
      }
    `,
  ]
  static override properties = { ...ConsolePage.properties, numbers: { state: true }, api: { state: true } }
  declare private numbers: readonly PhoneNumber[] | undefined
  declare private api: ApiDocument | undefined
  readonly #work = new Work(this)

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('route') && (this.route.rest.length === 0 || this.route.rest[0] === 'new'))
      void this.#work.run('list', () => this.#load())
  }

  async #load(): Promise<void> {
    const { api } = this.desk
    const [document, { phoneNumbers }] = await Promise.all([
      apiDocument(this.desk),
      api.get<{ phoneNumbers: PhoneNumber[] }>('/api/phone-numbers'),
      agentNames(api).load(),
    ])
    this.api = document
    this.numbers = phoneNumbers
  }

  get #providers(): readonly string[] {
    const options = this.api && bodyOf(this.api, 'post', '/api/phone-numbers')?.properties?.provider?.enum
    return (options ?? []).filter((each) => typeof each === 'string')
  }

  override render() {
    const { desk, route } = this
    const [id, provider] = route.rest
    if (id === 'new' && provider)
      return html`<div class="page"><vc-number-editor .desk=${desk} .provider=${provider}></vc-number-editor></div>`
    if (id !== undefined && id !== 'new')
      return html`<div class="page"><vc-number-editor .desk=${desk} .numberId=${id}></vc-number-editor></div>`
    return html`<div class="page">
      ${this.#work.fault ? html`<p class="note bad" role="alert">${this.#work.fault}</p>` : nothing}
      ${this.numbers ? (id === 'new' ? carrierChoice(desk, this.#providers) : numberList(desk, this.numbers, agentNames(desk.api))) : html`<h1>${desk.t('Numbers')}</h1>${this.#work.fault ? nothing : reading(desk.t)}`}
    </div>`
  }
}

customElements.define('vc-numbers', NumbersPage)
