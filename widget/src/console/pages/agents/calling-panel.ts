import { css, html, LitElement, nothing } from 'lit'
import { humanName } from '../../forms/words.ts'
import { look } from '../../look.ts'
import type { Desk } from '../../page.ts'
import '../../parts/masked-number.ts'
import { pageLink } from '../../parts/page-link.ts'
import { Work } from '../../parts/work.ts'

interface CallingSettings {
  twilio_features?: Record<string, boolean>
  phone_numbers: { number: string; type?: string; active: boolean }[]
  twilio_status?: string
}
interface TestCall {
  call_id?: string
  status: string
  estimated_duration?: string
}

/** Over which numbers the agent can be reached and rings, and a test call to a phone at hand. */
export class CallingPanel extends LitElement {
  static override styles = [
    ...look,
    css`
      .card {
        display: grid;
        gap: 12px;
      }
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 8px;
      }
      label {
        flex: 1 1 200px;
      }
    `,
  ]
  static override properties = {
    desk: { attribute: false },
    agentId: { attribute: false },
    settings: { state: true },
    made: { state: true },
  }
  declare desk: Desk
  declare agentId: string
  declare private settings: CallingSettings | undefined
  declare private made: TestCall | undefined
  readonly #work = new Work(this)

  get #path(): string {
    return `/api/agents/management/${encodeURIComponent(this.agentId)}/calling`
  }

  override firstUpdated(): void {
    void this.#work.run('read', async () => {
      this.settings = await this.desk.api.get<CallingSettings>(this.#path)
    })
  }

  #ring = (event: SubmitEvent) => {
    event.preventDefault()
    const number = String(new FormData(event.currentTarget as HTMLFormElement).get('number') ?? '').trim()
    void this.#work.run('ring', async () => {
      this.made = await this.desk.api.post<TestCall>(`${this.#path}/test`, { test_number: number })
    })
  }

  override render() {
    const { desk, made, settings } = this
    const { t } = desk
    if (!settings && this.#work.isMissing) return nothing
    const fault = this.#work.fault ? html`<p class="note bad" role="alert">${this.#work.fault}</p>` : nothing
    if (!settings) return fault
    const features = Object.entries(settings.twilio_features ?? {}).filter(([, isOn]) => isOn)
    return html`<section class="card" aria-labelledby="calling">
      <h2 id="calling">${t('Numbers and a test call')}</h2>
      ${
        settings.phone_numbers.length === 0
          ? html`<p class="quiet">${t('No number rings for this agent yet.')} ${pageLink(desk, t('Add a number'), ['numbers', 'new'])}</p>`
          : html`<ul>${settings.phone_numbers.map(
              ({
                active,
                number,
                type,
              }) => html`<li class="row"><vc-number .t=${t} .number=${number}></vc-number>${type ? html`<span class="quiet small">${type}</span>` : nothing}
                <span class="tag ${active ? 'good' : ''}">${active ? t('active') : t('inactive')}</span></li>`,
            )}</ul>`
      }
      ${features.length > 0 ? html`<p class="row">${features.map(([name]) => html`<span class="tag">${humanName(name)}</span>`)}</p>` : nothing}
      ${
        desk.session.may('operator') && settings.phone_numbers.some(({ active }) => active)
          ? html`<form @submit=${this.#ring}>
              <label>${t('Ring this phone')}<input name="number" type="tel" dir="ltr" autocomplete="tel" placeholder="+1 202 555 0123" required /></label>
              <button ?disabled=${this.#work.is('ring')}>${t('Ring it')}</button>
            </form><p class="quiet small">${t('It rings in a few seconds, by the rules of the gate; the agent speaks first.')}</p>`
          : nothing
      }
      ${fault}
      <div role="status">${made ? html`<p class="note good">${t('The call is {status}.', { status: made.status })} ${made.call_id ? pageLink(desk, t('Watch it'), ['calls', made.call_id]) : nothing}</p>` : nothing}</div>
    </section>`
  }
}

if (!customElements.get('vc-calling-panel')) customElements.define('vc-calling-panel', CallingPanel)
