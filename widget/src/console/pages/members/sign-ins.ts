import { html, LitElement, nothing } from 'lit'
import { look } from '../../look.ts'
import type { Desk } from '../../page.ts'
import { moments } from '../../parts/format.ts'
import { listStyles } from '../../parts/list-styles.ts'
import { reading } from '../../parts/reading.ts'
import { Work } from '../../parts/work.ts'
import { browserName } from './browser-name.ts'

interface SignIn {
  id: string
  startedAt: string
  lastSeenAt: string
  address?: string
  browser?: string
  current: boolean
}

/** Where one is signed in, and one's password. */
export class SignIns extends LitElement {
  static override styles = [...look, listStyles]
  static override properties = { desk: { attribute: false }, signIns: { state: true } }
  declare desk: Desk
  declare private signIns: readonly SignIn[] | undefined
  readonly #work = new Work(this)

  override firstUpdated(): void {
    void this.#read()
  }

  #read = () =>
    this.#work.run('read', async () => {
      this.signIns = (await this.desk.api.get<{ sessions: SignIn[] }>('/api/auth/sessions')).sessions
    })

  #end = ({ id }: SignIn) =>
    this.#work.run('end', async () => {
      await this.desk.api.delete(`/api/auth/sessions/${id}`)
      this.signIns = this.signIns?.filter((each) => each.id !== id)
      this.desk.tell(this.desk.t('That sign-in is over.'))
    })

  #change = (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const { current, password } = Object.fromEntries(new FormData(form))
    void this.#work
      .run('password', async () => {
        await this.desk.api.post('/api/auth/password', { current, password })
        form.reset()
        this.desk.tell(this.desk.t('The password is changed; your other sign-ins are over.'))
      })
      .then((done) => done && this.#read())
  }

  override render() {
    const { t, language } = this.desk
    const { moment } = moments(language)
    return html`<div class="stack">
      ${this.#work.fault ? html`<p class="note bad" role="alert">${this.#work.fault}</p>` : nothing}
      ${
        this.signIns
          ? html`<div class="card scroll" role="region" tabindex="0" aria-label=${t('Your sign-ins')}><table>
              <thead><tr><th scope="col">${t('Browser')}</th><th scope="col">${t('Address')}</th><th scope="col">${t('Since')}</th><th scope="col">${t('Last seen')}</th><td></td></tr></thead>
              <tbody>${this.signIns.map(
                (each) => html`<tr><td>${browserName(each.browser) ?? t('unknown')}</td><td class="num" dir="ltr">${each.address ?? ''}</td>
                  <td><time datetime=${each.startedAt}>${moment(each.startedAt)}</time></td><td><time datetime=${each.lastSeenAt}>${moment(each.lastSeenAt)}</time></td>
                  <td>${each.current ? html`<span class="tag good">${t('this one')}</span>` : html`<button class="link danger" aria-label="${t('End the sign-in since')} ${moment(each.startedAt)}" @click=${() => this.#end(each)}>${t('End')}</button>`}</td></tr>`,
              )}</tbody></table></div>`
          : this.#work.fault
            ? nothing
            : reading(t)
      }
      <section class="card stack" aria-labelledby="password">
        <h2 id="password">${t('Change your password')}</h2>
        <form class="line" @submit=${this.#change}>
          <label>${t('The one you have')}<input name="current" type="password" autocomplete="current-password" required maxlength="256" /></label>
          <label>${t('A new one, of at least 12 characters')}<input name="password" type="password" autocomplete="new-password" required minlength="12" maxlength="256" /></label>
          <button ?disabled=${this.#work.is('password')}>${t('Change')}</button>
        </form>
      </section>
    </div>`
  }
}

if (!customElements.get('vc-sign-ins')) customElements.define('vc-sign-ins', SignIns)
