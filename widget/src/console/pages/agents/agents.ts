import { html, nothing, type PropertyValues } from 'lit'
import { ConsolePage } from '../../page.ts'
import { Work } from '../../parts/work.ts'
import type { Agent } from './agent.ts'
import './agent-editor.ts'
import { agentList } from './agent-list.ts'
import './new-agent.ts'
import { reading } from '../../parts/reading.ts'

/** `#/agents` all of them · `#/agents/new` · `#/agents/ID/SECTION` the editor. */
export class AgentsPage extends ConsolePage {
  static override properties = { ...ConsolePage.properties, agents: { state: true } }
  declare private agents: readonly Agent[] | undefined
  readonly #work = new Work(this)

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('route') && this.route.rest.length === 0) void this.#work.run('list', () => this.#load())
  }

  async #load(): Promise<void> {
    const all: Agent[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page: { agents: Agent[]; nextCursor: string | null } = await this.desk.api.get('/api/agents', {
        query: { limit: 100, cursor: cursor ?? undefined },
      })
      all.push(...page.agents)
      cursor = page.nextCursor
    }
    this.agents = all
  }

  override render() {
    const { desk, route } = this
    const [id, section] = route.rest
    if (id === 'new') return html`<div class="page"><vc-new-agent .desk=${desk}></vc-new-agent></div>`
    if (id !== undefined)
      return html`<div class="page"><vc-agent-editor .desk=${desk} .agentId=${id} .section=${section}></vc-agent-editor></div>`
    return html`<div class="page">
      ${this.#work.fault ? html`<p class="note bad" role="alert">${this.#work.fault}</p>` : nothing}
      ${this.agents ? agentList(desk, this.agents, { mayAdd: desk.session.may('admin') }) : html`<h1>${desk.t('Agents')}</h1>${reading(desk.t)}`}
    </div>`
  }
}

customElements.define('vc-agents', AgentsPage)
