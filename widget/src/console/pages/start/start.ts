import { html, nothing } from 'lit'
import { look } from '../../look.ts'
import { ConsolePage } from '../../page.ts'
import '../../parts/copy-text.ts'
import { pageLink } from '../../parts/page-link.ts'
import { Work } from '../../parts/work.ts'
import type { Agent } from '../agents/agent.ts'
import { originOf, snippetOf } from '../agents/snippet.ts'
import '../agents/trial.ts'
import { reading } from '../../parts/reading.ts'
import { startStyles } from './start-styles.ts'

type Step = 1 | 2 | 3

/** From empty to a working tag on one's own site, in three steps. */
export class StartPage extends ConsolePage {
  static override styles = [...look, startStyles]
  static override properties = {
    ...ConsolePage.properties,
    agent: { state: true },
    step: { state: true },
    callId: { state: true },
    isTrying: { state: true },
  }
  declare private agent: Agent | undefined
  declare private step: Step
  declare private callId: string | undefined
  declare private isTrying: boolean
  readonly #work = new Work(this)
  #stop = () => {}

  constructor() {
    super()
    this.step = 1
    this.isTrying = false
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#stop = this.desk.live.onCall((call) => {
      if (this.step === 3 && call.agentId === this.agent?.id) this.callId = call.id
    })
    void this.#work.run('read', async () => {
      const { agents } = await this.desk.api.get<{ agents: Agent[] }>('/api/agents', { query: { limit: 1 } })
      this.agent = agents[0]
    })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stop()
  }

  #nameIt = (event: SubmitEvent) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const said = { name: String(form.get('name')).trim(), greeting: String(form.get('greeting')).trim() }
    void this.#next(2, async () => {
      const { api } = this.desk
      const { agent } = this.agent
        ? await api.patch<{ agent: Agent }>(this.#path(this.agent.id), said)
        : await api.post<{ agent: Agent }>('/api/agents', said)
      this.agent = agent
    })
  }

  #placeIt = (event: SubmitEvent) => {
    event.preventDefault()
    const input = (event.currentTarget as HTMLFormElement).querySelector('input')
    const origin = originOf(input?.value ?? '')
    input?.setCustomValidity(origin ? '' : this.desk.t('Write the address of your site, such as https://shop.example.'))
    const { agent } = this
    if (!origin || !agent) return void input?.reportValidity()
    return void this.#next(3, async () => {
      const allowedOrigins = [...new Set([...agent.allowedOrigins, origin])]
      this.agent = (await this.desk.api.patch<{ agent: Agent }>(this.#path(agent.id), { allowedOrigins })).agent
    })
  }

  readonly #path = (id: string) => `/api/agents/${encodeURIComponent(id)}`

  /** Does a step; whoever works by keyboard goes on in the next one. */
  async #next(step: Step, deed: () => Promise<void>): Promise<void> {
    if (!(await this.#work.run('step', deed))) return
    await this.#goTo(step)
  }

  async #goTo(step: Step): Promise<void> {
    this.step = step
    await this.updateComplete
    const field = this.renderRoot.querySelector<HTMLElement>('.now input') ?? this.renderRoot.querySelector<HTMLElement>('.now h2')
    field?.focus()
  }

  override render() {
    const { t, session } = this.desk
    if (!session.may('admin')) {
      return html`<div class="page"><div class="card empty"><h2>${t('Setting up is for admins')}</h2><p>${t('Ask an admin of your organisation.')}</p></div></div>`
    }
    if (!this.agent && this.#work.is('read')) return html`<div class="page"><h1>${t('First steps')}</h1>${reading(t)}</div>`
    return html`<div class="page">
      <h1>${t('Put an agent on your site')}</h1>
      <p class="quiet">${t('Three steps. Everything can be changed later.')}</p>
      <ol>
        ${this.#frame(1, t('Who answers'), this.agent?.name ?? '', () => this.#who())}
        ${this.#frame(2, t('Where it may answer'), this.agent?.allowedOrigins.join(', ') ?? '', () => this.#where())}
        ${this.#frame(3, t('Put it there'), '', () => this.#tag())}
      </ol>
    </div>`
  }

  #frame(step: Step, title: string, done: string, content: () => unknown) {
    const { t } = this.desk
    const state = step === this.step ? 'now' : step < this.step ? 'done' : 'later'
    return html`<li class=${state} aria-current=${state === 'now' ? 'step' : nothing}>
      <span class="sign" aria-hidden="true">${state === 'done' ? '✓' : step}</span>
      <div class="step">
        <div class="row between"><h2 tabindex="-1">${title}${state === 'done' ? html`<span class="sr">, ${t('done')}</span>` : nothing}</h2>
          ${state === 'done' ? html`<span class="row"><span class="quiet">${done}</span><button type="button" aria-label="${t('Change')}: ${title}" @click=${() => this.#goTo(step)}>${t('Change')}</button></span>` : nothing}</div>
        ${state === 'now' ? content() : nothing}
        ${state === 'now' && this.#work.fault ? html`<p class="note bad" role="alert">${this.#work.fault}</p>` : nothing}
      </div>
    </li>`
  }

  #who() {
    const { t } = this.desk
    return html`<form @submit=${this.#nameIt}>
      <label>${t('The agent’s name')}<input name="name" required maxlength="80" autocomplete="off" .value=${this.agent?.name ?? ''} /></label>
      <label>${t('Its first sentence')}<input name="greeting" required maxlength="1000" autocomplete="off" dir="auto" .value=${this.agent?.greeting ?? t('Hello. How can I help you?')} /></label>
      <div><button class="primary" ?disabled=${this.#work.is('step')}>${t('Next')}</button></div>
    </form>`
  }

  #where() {
    const { t } = this.desk
    return html`<form novalidate @submit=${this.#placeIt}>
      <label>${t('Your site’s address')}<input name="site" type="text" inputmode="url" dir="ltr" autocomplete="url" spellcheck="false" placeholder="https://shop.example" .value=${this.agent?.allowedOrigins[0] ?? ''}
        @input=${(event: Event) => (event.currentTarget as HTMLInputElement).setCustomValidity('')} /></label>
      <p class="quiet small">${t('Only pages of this site may use the agent. More sites can be added in the agent’s settings.')}</p>
      <div><button class="primary" ?disabled=${this.#work.is('step')}>${t('Next')}</button></div>
    </form>`
  }

  #tag() {
    const { agent, desk } = this
    const { t } = desk
    if (!agent) return nothing
    return html`<vc-copy .t=${t} label=${t('Two lines for your page, before the end of its body')} .text=${snippetOf(desk.relay, agent.id)}></vc-copy>
      <p>${t('Save your page and open it. The agent stands in its corner.')}</p>
      <div role="status">${
        this.callId
          ? html`<p class="note good">${t('A call came in.')} ${pageLink(desk, t('Watch it'), ['calls', this.callId])}</p>`
          : html`<p class="note">${t('Waiting for the first call. It is shown here as soon as somebody talks with the agent.')}</p>`
      }</div>
      <div class="row">
        ${this.isTrying ? nothing : html`<button type="button" @click=${() => (this.isTrying = true)}>${t('Try it here')}</button>`}
        ${pageLink(desk, t('Teach it more'), ['agents', agent.id], { look: 'button' })}
        ${pageLink(desk, t('Give it a phone number'), ['numbers', 'new'], { look: 'button' })}
      </div>
      ${this.isTrying ? html`<vc-trial .desk=${desk} .agentId=${agent.id}></vc-trial>` : nothing}`
  }
}

customElements.define('vc-start', StartPage)
