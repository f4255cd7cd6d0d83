import { html, LitElement, nothing } from 'lit'
import { humanName } from '../../forms/words.ts'
import { look } from '../../look.ts'
import type { Desk } from '../../page.ts'
import { agentNames } from '../../parts/agent-names.ts'
import { listStyles } from '../../parts/list-styles.ts'
import { Work } from '../../parts/work.ts'

interface Checked {
  allowed: boolean
  rule: string
  message?: string
  country?: string
}

const PURPOSES = { requested: 'somebody asked for it', service: 'service', marketing: 'marketing' }

/** Might this number be rung now? Rings nobody. */
export class GateCheck extends LitElement {
  static override styles = [...look, listStyles]
  static override properties = { desk: { attribute: false }, answer: { state: true }, agents: { state: true } }
  declare desk: Desk
  declare private answer: Checked | undefined
  declare private agents: ReadonlyMap<string, string>
  readonly #work = new Work(this)

  constructor() {
    super()
    this.agents = new Map()
  }

  override firstUpdated(): void {
    const names = agentNames(this.desk.api)
    void names.load().then(() => (this.agents = names.all))
  }

  #ask = (event: SubmitEvent) => {
    event.preventDefault()
    const { agentId, consent, phoneNumber, purpose } = Object.fromEntries(new FormData(event.currentTarget as HTMLFormElement))
    void this.#work.run('ask', async () => {
      this.answer = await this.desk.api.post<Checked>('/api/gate/check', {
        phoneNumber,
        purpose,
        consent: consent === 'on',
        ...(agentId ? { agentId } : {}),
      })
    })
  }

  override render() {
    const { t } = this.desk
    return html`<section class="card stack" aria-labelledby="check">
      <h2 id="check">${t('Might this number be rung now?')}</h2>
      <form class="line" @submit=${this.#ask}>
        <label>${t('Number')}<input name="phoneNumber" type="tel" required maxlength="40" dir="ltr" autocomplete="off" /></label>
        <label>${t('Agent')}<select name="agentId">${[...this.agents].map(([id, name]) => html`<option value=${id}>${name}</option>`)}</select></label>
        <label>${t('Because')}<select name="purpose">${Object.entries(PURPOSES).map(([purpose, words]) => html`<option value=${purpose}>${t(words)}</option>`)}</select></label>
        <label class="check"><input type="checkbox" name="consent" />${t('with consent')}</label>
        <button ?disabled=${this.#work.is('ask')}>${t('Ask the gate')}</button>
      </form>
      <div role="status">${this.#work.fault ? html`<p class="note bad">${this.#work.fault}</p>` : this.#said()}</div>
    </section>`
  }

  #said() {
    const { answer } = this
    const { t } = this.desk
    if (!answer) return nothing
    if (answer.allowed) return html`<p class="note good">${t('Yes, it would be rung.')}</p>`
    return html`<p class="note wait">${t('No.')} ${answer.message ?? ''} <span class="tag">${humanName(answer.rule)}</span></p>`
  }
}

if (!customElements.get('vc-gate-check')) customElements.define('vc-gate-check', GateCheck)
