import { html, nothing, type TemplateResult } from 'lit'
import type { Desk } from '../../page.ts'
import type { AgentNames } from '../../parts/agent-names.ts'
import '../../parts/masked-number.ts'
import { pageLink } from '../../parts/page-link.ts'
import { carrierWords } from './carriers.ts'
import type { PhoneNumber } from './phone-number.ts'

/** All numbers, one a row. */
export function numberList(desk: Desk, numbers: readonly PhoneNumber[], names: AgentNames | undefined): TemplateResult {
  const { session, t } = desk
  const mayAdd = session.may('admin')
  if (numbers.length === 0) {
    return html`<h1>${t('Numbers')}</h1><div class="card empty"><h2>${t('No phone number yet')}</h2>
      <p>${t('With a number the agent answers calls, and rings visitors who ask for it. You need an account at a carrier.')}</p>
      ${mayAdd ? pageLink(desk, t('Add a number'), ['numbers', 'new'], { look: 'button' }) : html`<p>${t('Ask an admin of your organisation to add one.')}</p>`}</div>`
  }
  return html`<div class="row between"><h1>${t('Numbers')}</h1>${mayAdd ? pageLink(desk, t('Add a number'), ['numbers', 'new'], { look: 'button' }) : nothing}</div>
    <div class="card scroll" role="region" tabindex="0" aria-label=${t('Numbers')}><table>
      <thead><tr><th scope="col">${t('Name')}</th><th scope="col">${t('Number')}</th><th scope="col">${t('Carrier')}</th><th scope="col">${t('Who answers')}</th><th scope="col">${t('Status')}</th></tr></thead>
      <tbody>${numbers.map(
        (each) => html`<tr>
          <td>${pageLink(desk, each.displayName, ['numbers', each.id])} ${each.fromEnvironment ? html`<span class="tag">${t('by variables')}</span>` : nothing}</td>
          <td><vc-number .t=${t} .number=${each.phoneNumber}></vc-number></td>
          <td>${carrierWords(each.provider).name}</td>
          <td>${each.linkedAgentId ? (names?.of(each.linkedAgentId) ?? each.linkedAgentId) : html`<span class="quiet">${t('the newest agent')}</span>`}</td>
          <td><span class="tag ${each.status === 'active' ? 'good' : ''}">${each.status === 'active' ? t('active') : t('inactive')}</span></td>
        </tr>`,
      )}</tbody>
    </table></div>`
}

/** Which carrier a new number is with. */
export function carrierChoice(desk: Desk, providers: readonly string[]): TemplateResult {
  const { t } = desk
  return html`<div><p class="small">${pageLink(desk, t('Numbers'), ['numbers'])}</p><h1>${t('Add a number')}</h1></div>
    <p class="quiet">${t('Which carrier is it with?')}</p>
    <ul class="choice">${providers.map((provider) => {
      const { about, name } = carrierWords(provider)
      return html`<li class="card">${pageLink(desk, name, ['numbers', 'new', provider])}<p class="quiet small">${t(about)}</p></li>`
    })}</ul>`
}
