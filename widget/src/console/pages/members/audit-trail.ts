import { html, LitElement, nothing } from 'lit'
import { humanName } from '../../forms/words.ts'
import { look } from '../../look.ts'
import type { Desk } from '../../page.ts'
import { moments } from '../../parts/format.ts'
import { listStyles } from '../../parts/list-styles.ts'
import { reading } from '../../parts/reading.ts'
import { Work } from '../../parts/work.ts'
import type { Member } from './member.ts'

interface Deed {
  at: string
  actor: { kind: 'user' | 'key'; id: string }
  action: string
  target?: string
  address: string
}

/** Who did what to which call or setting, newest first. */
export class AuditTrail extends LitElement {
  static override styles = [...look, listStyles]
  static override properties = { desk: { attribute: false }, deeds: { state: true }, next: { state: true } }
  declare desk: Desk
  declare private deeds: readonly Deed[] | undefined
  declare private next: string | null
  readonly #work = new Work(this)
  #names = new Map<string, string>()
  #target = ''

  constructor() {
    super()
    this.next = null
  }

  override firstUpdated(): void {
    void this.#work.run('read', async () => {
      const { api } = this.desk
      const [{ members }, { apiKeys }] = await Promise.all([
        api.get<{ members: Member[] }>('/api/members'),
        api.get<{ apiKeys: { id: string; name: string }[] }>('/api/api-keys', { query: { limit: 200 } }),
      ])
      this.#names = new Map([
        ...members.map(({ email, id }): [string, string] => [id, email]),
        ...apiKeys.map(({ id, name }): [string, string] => [id, name]),
      ])
      await this.#page()
    })
  }

  async #page(cursor?: string): Promise<void> {
    const query = { limit: 50, ...(cursor === undefined ? {} : { cursor }), ...(this.#target === '' ? {} : { target: this.#target }) }
    const found = await this.desk.api.get<{ deeds: Deed[]; nextCursor: string | null }>('/api/audit', { query })
    this.deeds = cursor === undefined ? found.deeds : [...(this.deeds ?? []), ...found.deeds]
    this.next = found.nextCursor
  }

  #find = (event: SubmitEvent) => {
    event.preventDefault()
    this.#target = String(new FormData(event.currentTarget as HTMLFormElement).get('target')).trim()
    void this.#work.run('find', () => this.#page())
  }

  override render() {
    const { t, language } = this.desk
    const { moment } = moments(language)
    return html`<div class="stack">
      <form class="card line" role="search" aria-label=${t('Narrow the audit trail')} @submit=${this.#find}>
        <label>${t('Of one call, agent or number: its id')}<input name="target" type="search" maxlength="128" autocomplete="off" dir="ltr" /></label><button>${t('Search')}</button>
      </form>
      ${this.#work.fault ? html`<p class="note bad" role="alert">${this.#work.fault}</p>` : nothing}
      ${
        this.deeds && this.deeds.length > 0
          ? html`<div class="card scroll" role="region" tabindex="0" aria-label=${t('Audit trail')}><table>
              <thead><tr><th scope="col">${t('When')}</th><th scope="col">${t('Who')}</th><th scope="col">${t('What')}</th><th scope="col">${t('To which')}</th><th scope="col">${t('From')}</th></tr></thead>
              <tbody>${this.deeds.map(
                (deed) => html`<tr><td><time datetime=${deed.at}>${moment(deed.at)}</time></td>
                  <td>${this.#names.get(deed.actor.id) ?? deed.actor.id} ${deed.actor.kind === 'key' ? html`<span class="tag">${t('key')}</span>` : nothing}</td>
                  <td>${said(deed.action)}</td><td class="mono">${deed.target ?? ''}</td><td class="num" dir="ltr">${deed.address}</td></tr>`,
              )}</tbody></table></div>`
          : this.deeds
            ? html`<div class="card empty"><h2>${t('Nothing yet')}</h2><p>${t('Every change that a person or a key makes is written down here.')}</p></div>`
            : this.#work.fault
              ? nothing
              : reading(t)
      }
      ${this.next === null ? nothing : html`<div><button @click=${() => this.#work.run('more', () => this.#page(this.next ?? undefined))}>${t('Older')}</button></div>`}
    </div>`
  }
}

/** `PATCH /api/agents/{id}` reads as it is; a word of ours is written out. */
const said = (action: string): string => (action.includes('/') ? action : humanName(action))

if (!customElements.get('vc-audit-trail')) customElements.define('vc-audit-trail', AuditTrail)
