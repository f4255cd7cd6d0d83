import { css, html, LitElement, nothing } from 'lit'
import { look } from '../../look.ts'
import type { Desk } from '../../page.ts'
import { type Finding, findingList } from '../../parts/findings.ts'
import { Work } from '../../parts/work.ts'

/** What the doctor says of the running relay: what is on, what is off, and which variable switches it. */
export class RelayState extends LitElement {
  static override styles = [
    ...look,
    css`
      .findings {
        display: grid;
        gap: 10px;
      }
      .findings li {
        display: grid;
        grid-template-columns: 132px 160px minmax(0, 1fr);
        gap: 12px;
        align-items: baseline;
      }
      .findings .tag {
        justify-self: start;
      }
      @container (max-width: 640px) {
        .findings li {
          grid-template-columns: minmax(0, 1fr);
          gap: 2px;
        }
      }
    `,
  ]
  static override properties = { desk: { attribute: false }, findings: { state: true } }
  declare desk: Desk
  declare private findings: readonly Finding[] | undefined
  readonly #work = new Work(this)

  override firstUpdated(): void {
    void this.#read()
  }

  #read = () =>
    this.#work.run('read', async () => {
      this.findings = (await this.desk.api.get<{ findings: Finding[] }>('/api/settings/status')).findings
    })

  override render() {
    const { desk, findings } = this
    const { t } = desk
    return html`<section class="card stack" aria-labelledby="state" aria-busy=${this.#work.is('read')}>
      <div class="row between"><h2 id="state">${t('The relay')}</h2><button @click=${this.#read} ?disabled=${this.#work.is('read')}>${this.#work.is('read') ? t('Examining …') : t('Examine again')}</button></div>
      <p class="quiet small">${t('Variables are set where the relay is started, in its environment or .env.local; they count after a restart.')}</p>
      ${this.#work.fault ? html`<p class="note bad" role="alert">${this.#work.fault}</p>` : nothing}
      ${findings ? findingList(desk, findings) : nothing}
    </section>`
  }
}

if (!customElements.get('vc-relay-state')) customElements.define('vc-relay-state', RelayState)
