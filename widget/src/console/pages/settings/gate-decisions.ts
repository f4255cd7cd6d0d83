import { html, LitElement, nothing } from 'lit'
import { humanName } from '../../forms/words.ts'
import { look } from '../../look.ts'
import type { Desk } from '../../page.ts'
import { agentNames } from '../../parts/agent-names.ts'
import { moments } from '../../parts/format.ts'
import { pageLink } from '../../parts/page-link.ts'
import { reading } from '../../parts/reading.ts'
import { Work } from '../../parts/work.ts'

interface Decision {
  id: string
  callId: string
  agentId: string
  at: string
  /** Masked by the relay. */
  phoneNumber: string
  purpose: string
  carrier: string
  allowed: boolean
  rule: string
  amount: number
}

/** What the gate answered whoever asked to ring a number, newest first. */
export class GateDecisions extends LitElement {
  static override styles = look
  static override properties = { desk: { attribute: false }, decisions: { state: true }, next: { state: true }, refused: { state: true } }
  declare desk: Desk
  declare private decisions: readonly Decision[] | undefined
  declare private next: string | null
  declare private refused: boolean
  readonly #work = new Work(this)

  constructor() {
    super()
    this.next = null
    this.refused = false
  }

  override firstUpdated(): void {
    void this.#work.run('read', async () => {
      await agentNames(this.desk.api).load()
      await this.#page()
    })
  }

  async #page(cursor?: string): Promise<void> {
    const query = { limit: 50, ...(cursor === undefined ? {} : { cursor }), ...(this.refused ? { allowed: 'false' } : {}) }
    const found = await this.desk.api.get<{ decisions: Decision[]; nextCursor: string | null }>('/api/gate/decisions', { query })
    this.decisions = cursor === undefined ? found.decisions : [...(this.decisions ?? []), ...found.decisions]
    this.next = found.nextCursor
  }

  #narrow = () => {
    this.refused = !this.refused
    void this.#work.run('narrow', () => this.#page())
  }

  override render() {
    const { t } = this.desk
    return html`<section class="card stack" aria-labelledby="answers">
      <div class="row between"><h2 id="answers">${t('What the gate answered')}</h2><button aria-pressed=${this.refused} @click=${this.#narrow}>${t('Refusals only')}</button></div>
      ${this.#work.fault ? html`<p class="note bad" role="alert">${this.#work.fault}</p>` : nothing}
      ${this.decisions ? (this.decisions.length > 0 ? this.#table(this.decisions) : html`<p class="quiet">${t('Nobody asked to ring a number yet.')}</p>`) : this.#work.fault ? nothing : reading(t)}
      ${this.next === null ? nothing : html`<div><button @click=${() => this.#work.run('more', () => this.#page(this.next ?? undefined))}>${t('Older')}</button></div>`}
    </section>`
  }

  #table(decisions: readonly Decision[]) {
    const { desk } = this
    const { t } = desk
    const { moment } = moments(desk.language)
    const names = agentNames(desk.api)
    return html`<div class="scroll" role="region" tabindex="0" aria-label=${t('Answers')}><table>
      <thead><tr><th scope="col">${t('When')}</th><th scope="col">${t('Number')}</th><th scope="col">${t('Agent')}</th><th scope="col">${t('Because')}</th><th scope="col">${t('Over')}</th><th scope="col">${t('Answer')}</th><th scope="col">${t('Amount')}</th></tr></thead>
      <tbody>${decisions.map(
        (each) => html`<tr>
          <td>${pageLink(desk, html`<time datetime=${each.at}>${moment(each.at)}</time>`, ['calls', each.callId])}</td>
          <td class="num" dir="ltr">${each.phoneNumber}</td><td>${names.of(each.agentId)}</td><td>${t(humanName(each.purpose))}</td><td>${humanName(each.carrier)}</td>
          <td>${each.allowed ? html`<span class="tag good">${t('yes')}</span>` : html`<span class="tag wait">${t(humanName(each.rule))}</span>`}</td>
          <td class="num">${each.amount === 0 ? '' : each.amount.toFixed(2)}</td>
        </tr>`,
      )}</tbody>
    </table></div>`
  }
}

if (!customElements.get('vc-gate-decisions')) customElements.define('vc-gate-decisions', GateDecisions)
