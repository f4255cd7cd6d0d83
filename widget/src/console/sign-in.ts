import { css, html, LitElement, nothing } from 'lit'
import { look } from './look.ts'
import { problemOf, sentenceOf, unreachable } from './problem.ts'
import type { Session } from './session.ts'
import type { Say } from './words.ts'

/** Lets somebody in: sign in, or join by an invitation and then sign in. */
export class SignIn extends LitElement {
  static override styles = [
    look,
    css`
      :host {
        display: grid;
        place-items: center;
        min-height: 100%;
        padding: 24px 16px;
      }
      form,
      .panel {
        display: grid;
        gap: 16px;
        width: min(380px, 100%);
        padding: 32px;
        border: 1px solid var(--_line);
        border-radius: 20px;
        background: var(--_bg);
        box-shadow: var(--_shadow);
      }
      header {
        display: grid;
        gap: 4px;
      }
      button {
        min-height: 44px;
      }
      .orb {
        width: 36px;
        height: 36px;
        margin-bottom: 8px;
        border-radius: 50%;
        background: radial-gradient(circle at 32% 28%, #fff9, transparent 42%), var(--_accent);
      }
    `,
  ]
  static override properties = {
    session: { attribute: false },
    relay: { attribute: false },
    t: { attribute: false },
    invitation: { attribute: false },
    trouble: { state: true },
    note: { state: true },
    email: { state: true },
    busy: { state: true },
  }
  declare session: Session
  declare relay: string
  declare t: Say
  /** The token of an invitation. */
  declare invitation: string | undefined
  declare private trouble: string
  declare private note: string
  declare private email: string
  declare private busy: boolean

  constructor() {
    super()
    this.trouble = ''
    this.note = ''
    this.email = ''
    this.busy = false
  }

  override render() {
    if (this.invitation !== undefined) return this.#joinForm()
    return this.session.isOwn ? this.#signInForm() : this.#elsewhere()
  }

  #signInForm() {
    const { t } = this
    return html`<form @submit=${this.#signIn}>
      <header><div class="orb" aria-hidden="true"></div><h1>${t('Sign in')}</h1><p class="quiet">${t('Watch calls as they happen, and step in when a person is wanted.')}</p></header>
      <label>${t('E-mail')}<input name="email" type="email" autocomplete="username" required .value=${this.email} /></label>
      <label>${t('Password')}<input name="password" type="password" autocomplete="current-password" required /></label>
      ${this.#said()}
      <button class="primary" ?disabled=${this.busy}>${t('Sign in')}</button>
      <p class="quiet small">${t('The first admin’s password is in the data folder, in the file')} <code>admin-password</code>.</p>
    </form>`
  }

  #joinForm() {
    const { t } = this
    return html`<form @submit=${this.#join}>
      <header><div class="orb" aria-hidden="true"></div><h1>${t('Join')}</h1><p class="quiet">${t('You were invited to this console. Choose a password of at least 12 characters.')}</p></header>
      <label>${t('Password')}<input name="password" type="password" autocomplete="new-password" minlength="12" maxlength="256" required /></label>
      ${this.#said()}
      <button class="primary" ?disabled=${this.busy}>${t('Join')}</button>
    </form>`
  }

  #elsewhere() {
    const { t } = this
    return html`<div class="panel">
      <h1>${t('Not signed in')}</h1>
      <p>${t('The page around this console gave no sign-in that counts. Sign in there, then try again.')}</p>
      <button class="primary" @click=${() => void this.session.open()}>${t('Try again')}</button>
    </div>`
  }

  #said() {
    return html`<p class="note good" role="status" ?hidden=${this.note === ''}>${this.note}</p>
      <p class="note bad" role="alert" ?hidden=${this.trouble === ''}>${this.trouble || nothing}</p>`
  }

  #signIn = (event: SubmitEvent) => {
    const given = fields(event)
    return this.#try(() => this.session.signIn(given('email'), given('password')))
  }

  #join = (event: SubmitEvent) => {
    const password = fields(event)('password')
    return this.#try(async () => {
      const answer = await fetch(`${this.relay}/api/auth/invitations`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ token: this.invitation, password }),
      }).catch(() => undefined)
      if (!answer) throw unreachable()
      if (!answer.ok) throw await problemOf(answer)
      const { member } = (await answer.json()) as { member: { email: string } }
      this.email = member.email
      this.note = this.t('You are a member now. Sign in with the password you chose.')
      this.invitation = undefined
      this.dispatchEvent(new Event('joined'))
      await this.updateComplete
      this.renderRoot.querySelector<HTMLInputElement>('[name=password]')?.focus()
    })
  }

  async #try(what: () => Promise<void>): Promise<void> {
    this.trouble = ''
    this.busy = true
    try {
      await what()
    } catch (error) {
      this.trouble = sentenceOf(error)
    } finally {
      this.busy = false
    }
  }
}

function fields(event: SubmitEvent): (name: string) => string {
  event.preventDefault()
  const form = new FormData(event.currentTarget as HTMLFormElement)
  return (name) => String(form.get(name) ?? '')
}

customElements.define('vc-sign-in', SignIn)
