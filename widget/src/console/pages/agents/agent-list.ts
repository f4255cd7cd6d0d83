import { html, nothing, type TemplateResult } from 'lit'
import type { Desk } from '../../page.ts'
import { moments } from '../../parts/format.ts'
import { pageLink } from '../../parts/page-link.ts'
import type { Agent } from './agent.ts'

/** All agents, one a row. */
export function agentList(desk: Desk, agents: readonly Agent[], o: { mayAdd: boolean }): TemplateResult {
  const { t } = desk
  const add = o.mayAdd ? pageLink(desk, t('New agent'), ['agents', 'new'], { look: 'button' }) : nothing
  if (agents.length === 0) {
    return html`<div class="card empty"><h2>${t('No agent yet')}</h2><p>${t('An agent greets visitors and answers them. Make one, then put it on your site.')}</p>
      ${o.mayAdd ? pageLink(desk, t('Begin'), ['start'], { look: 'button' }) : nothing}</div>`
  }
  const { moment } = moments(desk.language)
  return html`<div class="row between"><h1>${t('Agents')}</h1>${add}</div>
    <div class="card scroll" role="region" tabindex="0" aria-label=${t('Agents')}><table>
      <thead><tr><th scope="col">${t('Name')}</th><th scope="col">${t('Languages')}</th><th scope="col">${t('Engine')}</th><th scope="col">${t('Pages')}</th><th scope="col">${t('Changed')}</th></tr></thead>
      <tbody>${agents.map(
        (agent) => html`<tr>
          <td>${pageLink(desk, agent.name, ['agents', agent.id])} ${agent.visibility === 'private' ? html`<span class="tag">${t('private')}</span>` : nothing}</td>
          <td>${agent.languages.join(', ')}</td>
          <td>${agent.engine}</td>
          <td>${agent.allowedOrigins.length === 0 ? t('this relay’s') : agent.allowedOrigins.join(', ')}</td>
          <td><time datetime=${agent.updatedAt}>${moment(agent.updatedAt)}</time></td>
        </tr>`,
      )}</tbody>
    </table></div>`
}
