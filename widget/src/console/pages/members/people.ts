import { html, LitElement, nothing } from 'lit'
import { live } from 'lit/directives/live.js'
import { look } from '../../look.ts'
import type { Desk } from '../../page.ts'
import '../../parts/confirm.ts'
import { confirmIn } from '../../parts/confirm.ts'
import '../../parts/copy-text.ts'
import { moments } from '../../parts/format.ts'
import { listStyles } from '../../parts/list-styles.ts'
import { reading } from '../../parts/reading.ts'
import { Work } from '../../parts/work.ts'
import type { Role } from '../../session.ts'
import { type Invitation, type Member, ROLES } from './member.ts'

/** Who belongs to the organisation, what they may do, and who is invited. */
export class People extends LitElement {
  static override styles = [...look, listStyles]
  static override properties = { desk: { attribute: false }, members: { state: true }, invitations: { state: true }, url: { state: true } }
  declare desk: Desk
  declare private members: readonly Member[] | undefined
  declare private invitations: readonly Invitation[]
  /** Of the newest invitation: shown this once. */
  declare private url: { email: string; text: string } | undefined
  readonly #work = new Work(this)

  constructor() {
    super()
    this.invitations = []
  }

  override firstUpdated(): void {
    void this.#read()
  }

  #read = () =>
    this.#work.run('read', async () => {
      const found = await this.desk.api.get<{ members: Member[]; invitations: Invitation[] }>('/api/members')
      this.members = found.members
      this.invitations = found.invitations
    })

  #invite = (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const { email, role } = Object.fromEntries(new FormData(form))
    void this.#work.run('invite', async () => {
      const made = await this.desk.api.post<{ invitation: Invitation; url: string }>('/api/members/invitations', { email, role })
      this.url = { email: made.invitation.email, text: made.url }
      this.invitations = [...this.invitations.filter(({ id }) => id !== made.invitation.id), made.invitation]
      form.reset()
    })
  }

  #withdraw = ({ email, id }: Invitation) =>
    this.#work.run('withdraw', async () => {
      await this.desk.api.delete(`/api/members/invitations/${id}`)
      this.invitations = this.invitations.filter((each) => each.id !== id)
      this.url = undefined
      this.desk.tell(this.desk.t('{email} is no longer invited.', { email }))
    })

  async #changeRole({ id }: Member, role: Role): Promise<void> {
    const done = await this.#work.run('role', async () => {
      await this.desk.api.patch(`/api/members/${id}`, { role })
      this.desk.tell(this.desk.t('Changed. It counts within seconds.'))
    })
    const fault = this.#work.fault
    await this.#read()
    if (!done) this.desk.tell(fault, 'fault')
  }

  #remove = async ({ email, id }: Member) => {
    const { t } = this.desk
    if (
      !(await confirmIn(this.renderRoot, {
        title: t('Remove {email}?', { email }),
        text: t('Their sign-ins end within seconds.'),
        action: t('Remove'),
      }))
    )
      return
    await this.#work.run('remove', async () => {
      await this.desk.api.delete(`/api/members/${id}`)
      this.members = this.members?.filter((each) => each.id !== id)
    })
  }

  override render() {
    const { t } = this.desk
    return html`<div class="stack">
      ${this.#work.fault ? html`<p class="note bad" role="alert">${this.#work.fault}</p>` : nothing}
      ${this.members ? this.#table(this.members) : this.#work.fault ? nothing : reading(t)}
      <section class="card stack" aria-labelledby="invite">
        <h2 id="invite">${t('Invite somebody')}</h2>
        <form class="line" @submit=${this.#invite}>
          <label>${t('E-mail')}<input name="email" type="email" required maxlength="254" autocomplete="off" dir="ltr" /></label>
          <label>${t('Role')}<select name="role">${Object.entries(ROLES).map(([role, { about, label }]) => html`<option value=${role} ?selected=${role === 'operator'}>${t(label)}: ${t(about)}</option>`)}</select></label>
          <button class="primary" ?disabled=${this.#work.is('invite')}>${t('Invite')}</button>
        </form>
        <div role="status">${
          this.url
            ? html`<p>${t('Send {email} this link. It is shown this once and good for seven days.', { email: this.url.email })}</p>
              <vc-copy .t=${t} label=${t('Invitation')} .text=${this.url.text}></vc-copy>`
            : nothing
        }</div>
        ${this.invitations.length > 0 ? this.#invited() : nothing}
      </section>
      <vc-confirm .t=${t}></vc-confirm>
    </div>`
  }

  #table(members: readonly Member[]) {
    const { desk } = this
    const { t } = desk
    const { day } = moments(desk.language)
    const me = desk.session.user?.id
    return html`<div class="card scroll" role="region" tabindex="0" aria-label=${t('Members')}><table>
      <thead><tr><th scope="col">${t('E-mail')}</th><th scope="col">${t('Role')}</th><th scope="col">${t('Since')}</th><td></td></tr></thead>
      <tbody>${members.map(
        (each) => html`<tr>
          <td>${each.email} ${each.id === me ? html`<span class="tag">${t('you')}</span>` : nothing}</td>
          <td><select aria-label="${t('Role of')} ${each.email}" ?disabled=${each.id === me} @change=${(event: Event) => this.#changeRole(each, (event.currentTarget as HTMLSelectElement).value as Role)}>
            ${Object.entries(ROLES).map(([role, { label }]) => html`<option value=${role} .selected=${live(role === each.role)}>${t(label)}</option>`)}</select></td>
          <td><time datetime=${each.createdAt}>${day(each.createdAt)}</time></td>
          <td>${each.id === me ? nothing : html`<button class="link danger" aria-label="${t('Remove')} ${each.email}" @click=${() => this.#remove(each)}>${t('Remove')}</button>`}</td>
        </tr>`,
      )}</tbody>
    </table></div>`
  }

  #invited() {
    const { t, language } = this.desk
    const { moment } = moments(language)
    return html`<ul class="rows" aria-label=${t('Invited')}>${this.invitations.map(
      (
        each,
      ) => html`<li><span>${each.email}</span><span class="tag">${t(ROLES[each.role].label)}</span><span class="quiet small">${t('until {moment}', { moment: moment(each.expiresAt) })}</span>
        <button class="link danger" aria-label="${t('Withdraw the invitation of')} ${each.email}" @click=${() => this.#withdraw(each)}>${t('Withdraw')}</button></li>`,
    )}</ul>`
  }
}

if (!customElements.get('vc-people')) customElements.define('vc-people', People)
