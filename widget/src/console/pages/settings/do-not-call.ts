import { html, LitElement, nothing } from 'lit'
import { look } from '../../look.ts'
import type { Desk } from '../../page.ts'
import { moments } from '../../parts/format.ts'
import '../../parts/masked-number.ts'
import { listStyles } from '../../parts/list-styles.ts'
import { reading } from '../../parts/reading.ts'
import { Work } from '../../parts/work.ts'

interface Entry {
  id: string
  phoneNumber: string
  reason?: string
  until?: string
  createdAt: string
}

/** Numbers that are called no more. */
export class DoNotCallList extends LitElement {
  static override styles = [...look, listStyles]
  static override properties = { desk: { attribute: false }, path: { attribute: false }, entries: { state: true }, next: { state: true } }
  declare desk: Desk
  /** Whose list: the organisation's, or the whole house's. */
  declare path: '/api/do-not-call' | '/api/house/do-not-call'
  declare private entries: readonly Entry[] | undefined
  declare private next: string | null
  readonly #work = new Work(this)

  constructor() {
    super()
    this.path = '/api/do-not-call'
    this.next = null
  }

  override firstUpdated(): void {
    void this.#work.run('read', () => this.#page())
  }

  async #page(cursor?: string): Promise<void> {
    const query = { limit: 50, ...(cursor === undefined ? {} : { cursor }) }
    const found = await this.desk.api.get<{ doNotCall: Entry[]; nextCursor: string | null }>(this.path, { query })
    this.entries = cursor === undefined ? found.doNotCall : [...(this.entries ?? []), ...found.doNotCall]
    this.next = found.nextCursor
  }

  #add = (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const data = Object.fromEntries(new FormData(form)) as Record<string, string>
    void this.#work.run('add', async () => {
      const { doNotCall } = await this.desk.api.post<{ doNotCall: Entry }>(this.path, {
        phoneNumber: data.phoneNumber,
        ...(data.reason ? { reason: data.reason } : {}),
        ...(data.until ? { until: new Date(`${data.until}T00:00:00`).toISOString() } : {}),
      })
      this.entries = [doNotCall, ...(this.entries ?? []).filter(({ id }) => id !== doNotCall.id)]
      form.reset()
    })
  }

  #remove = ({ id }: Entry) =>
    this.#work.run('remove', async () => {
      await this.desk.api.delete(`${this.path}/${id}`)
      this.entries = this.entries?.filter((each) => each.id !== id)
      this.desk.tell(this.desk.t('The number may be called again.'))
    })

  override render() {
    const { session, t, language } = this.desk
    const { day } = moments(language)
    const mayChange = session.may('operator')
    return html`<div class="stack">
      ${this.#work.fault ? html`<p class="note bad" role="alert">${this.#work.fault}</p>` : nothing}
      ${
        mayChange
          ? html`<form class="card line" aria-label=${t('Call a number no more')} @submit=${this.#add}>
              <label>${t('Number')}<input name="phoneNumber" type="tel" required maxlength="40" dir="ltr" autocomplete="off" placeholder="+1 202 555 0123" /></label>
              <label>${t('Reason')}<input name="reason" maxlength="300" autocomplete="off" /></label>
              <label>${t('Until; empty: for good')}<input name="until" type="date" /></label>
              <button ?disabled=${this.#work.is('add')}>${t('Call it no more')}</button>
            </form>`
          : nothing
      }
      ${
        this.entries && this.entries.length > 0
          ? html`<div class="card scroll" role="region" tabindex="0" aria-label=${t('Numbers that are not called')}><table>
              <thead><tr><th scope="col">${t('Number')}</th><th scope="col">${t('Reason')}</th><th scope="col">${t('Since')}</th><th scope="col">${t('Until')}</th>${mayChange ? html`<td></td>` : nothing}</tr></thead>
              <tbody>${this.entries.map(
                (
                  each,
                ) => html`<tr><td><vc-number .t=${t} .number=${each.phoneNumber}></vc-number></td><td>${each.reason ?? ''}</td><td><time datetime=${each.createdAt}>${day(each.createdAt)}</time></td>
                  <td>${each.until ? html`<time datetime=${each.until}>${day(each.until)}</time>` : t('for good')}</td>
                  ${mayChange ? html`<td><button class="link danger" aria-label="${t('Take off the list')}: ${each.phoneNumber.slice(-2)}" @click=${() => this.#remove(each)}>${t('Take off')}</button></td>` : nothing}</tr>`,
              )}</tbody></table></div>`
          : this.entries
            ? html`<div class="card empty"><h2>${t('Every number may be called')}</h2><p>${t('Who says “do not call me again” to the agent is listed here by itself.')}</p></div>`
            : this.#work.fault
              ? nothing
              : reading(t)
      }
      ${this.next === null ? nothing : html`<div><button @click=${() => this.#work.run('more', () => this.#page(this.next ?? undefined))}>${t('More')}</button></div>`}
    </div>`
  }
}

if (!customElements.get('vc-do-not-call')) customElements.define('vc-do-not-call', DoNotCallList)
