import { html, LitElement, nothing } from 'lit'
import type { Call } from '../../call.ts'
import { dialogStyles } from '../../dialog-styles.ts'
import type { TakeoverWish } from '../../hands/call-hand.ts'
import { saidOf } from '../../hands/cannot-join.ts'
import { look } from '../../look.ts'
import type { Say } from '../../words.ts'
import { padStyles } from './pad-styles.ts'

export type Asking = 'takeover' | 'handback' | 'transfer' | 'dtmf' | 'hangup'

/** What each question does when it is answered. Rejections are shown in the dialog, which then stays. */
export interface Answers {
  takeover(wish: TakeoverWish): Promise<void>
  handback(briefing: string): Promise<void>
  transfer(to: string): Promise<void>
  dtmf(digits: string): Promise<void>
  hangup(): Promise<void>
}

const PAD = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#']

/** The questions that stand before deeds on a call. Enter does what the question is about; Esc leaves it. */
export class CallDialogs extends LitElement {
  static override styles = [look, dialogStyles, padStyles]
  static override properties = {
    t: { attribute: false },
    call: { attribute: false },
    answers: { attribute: false },
    typed: { type: Boolean },
    asking: { state: true },
    fault: { state: true },
    busy: { state: true },
    byPhone: { state: true },
  }
  declare t: Say
  declare call: Call
  declare answers: Answers
  declare typed: boolean
  declare private asking: Asking | undefined
  declare private fault: string
  declare private busy: boolean
  declare private byPhone: boolean

  async open(asking: Asking): Promise<void> {
    Object.assign(this, { asking, fault: '', busy: false, byPhone: false })
    await this.updateComplete
    const dialog = this.renderRoot.querySelector('dialog')
    if (!dialog?.open) dialog?.showModal()
  }

  override render() {
    if (!this.asking) return nothing
    return html`<dialog aria-labelledby="title" @close=${() => (this.asking = undefined)}>
      <form @submit=${this.#submit}>${this.#fields(this.asking)}
        ${this.fault ? html`<p class="note bad" role="alert">${this.fault}</p>` : nothing}
        ${this.#buttons(this.asking)}
      </form>
    </dialog>`
  }

  #fields(asking: Asking) {
    const { t } = this
    switch (asking) {
      case 'takeover':
        return html`<h2 id="title">${t('Take over this call')}</h2>
          <p class="quiet">${t(this.typed ? 'The AI stops answering at once; you write to the visitor yourself.' : 'The AI falls silent at once, the visitor is told, and you two hear each other.')}</p>
          <label>${t('Reason')}<input name="reason" maxlength="2000" autocomplete="off" dir="auto" placeholder=${t('Asked for a person')} /></label>
          <label>${t('Notes')}<textarea name="notes" maxlength="2000" dir="auto"></textarea></label>
          ${this.call.carrier === 'twilio' ? this.#where() : nothing}`
      case 'handback':
        return html`<h2 id="title">${t('Hand back to the AI')}</h2>
          <label>${t('What the AI should know')}<textarea name="briefing" maxlength="2000" dir="auto" autofocus placeholder=${t('We agreed on a tenth off; it wants the address next.')}></textarea></label>
          <p class="quiet small">${t('It has the transcript as well.')}</p>`
      case 'transfer':
        return html`<h2 id="title">${t('Transfer to a phone')}</h2>
          <p class="quiet">${t('The caller is joined with this phone, and the agent leaves.')}</p>
          <label>${t('Phone number')}<input name="to" type="tel" required autofocus placeholder="+12025550123" dir="ltr" /></label>`
      case 'dtmf':
        return html`<h2 id="title">${t('Press keys')}</h2>
          <label>${t('Keys')}<input name="digits" pattern="[0-9A-Da-d*#wW]{1,32}" required autofocus autocomplete="off" dir="ltr" title=${t('0-9, * and #; w waits half a second')} /></label>
          <div class="pad">${PAD.map((key) => html`<button type="button" @click=${() => this.#press(key)}>${key}</button>`)}</div>`
      case 'hangup':
        return html`<h2 id="title">${t('Hang up?')}</h2><p>${t('The call ends for the visitor, too.')}</p>`
    }
  }

  #where() {
    const { t } = this
    return html`<label>${t('Join with')}
        <select name="by" @change=${(event: Event) => (this.byPhone = (event.target as HTMLSelectElement).value === 'phone')}>
          <option value="page">${t('This browser')}</option><option value="phone">${t('My phone')}</option>
        </select></label>
      ${this.byPhone ? html`<label>${t('Your phone number')}<input name="phoneNumber" type="tel" required placeholder="+12025550123" dir="ltr" /></label>` : nothing}`
  }

  #buttons(asking: Asking) {
    const { t } = this
    const does = { takeover: t('Take over'), handback: t('Hand back'), transfer: t('Transfer'), dtmf: t('Press'), hangup: t('Hang up') }[
      asking
    ]
    // Enter takes over at once: whoever is in a hurry types no reason.
    return html`<div class="row">
      <button type="button" @click=${this.#close}>${t('Cancel')}</button>
      <button class=${asking === 'hangup' ? 'danger' : 'primary'} ?disabled=${this.busy} ?autofocus=${asking === 'takeover' || asking === 'hangup'}>${does}</button>
    </div>`
  }

  #press(key: string): void {
    const field = this.renderRoot.querySelector<HTMLInputElement>('[name=digits]')
    if (field) field.value += key
  }

  #close = () => this.renderRoot.querySelector('dialog')?.close()

  #submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const { asking } = this
    if (!asking || this.busy) return
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const given = (name: string) => String(form.get(name) ?? '').trim()
    this.busy = true
    this.fault = ''
    try {
      await this.#answer(asking, given)
      this.#close()
    } catch (error) {
      this.fault = saidOf(error, this.t)
    } finally {
      this.busy = false
    }
  }

  #answer(asking: Asking, given: (name: string) => string): Promise<void> {
    switch (asking) {
      case 'takeover': {
        const wish: TakeoverWish = {}
        if (given('reason')) wish.reason = given('reason')
        if (given('notes')) wish.notes = given('notes')
        if (given('by') === 'phone') Object.assign(wish, { by: 'phone', phoneNumber: given('phoneNumber') })
        return this.answers.takeover(wish)
      }
      case 'handback':
        return this.answers.handback(given('briefing'))
      case 'transfer':
        return this.answers.transfer(given('to'))
      case 'dtmf':
        return this.answers.dtmf(given('digits'))
      case 'hangup':
        return this.answers.hangup()
    }
  }
}

customElements.define('vc-call-dialogs', CallDialogs)
