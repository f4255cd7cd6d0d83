import { html, nothing, type TemplateResult } from 'lit'
import { type Call, isLive } from '../../call.ts'
import { humanName } from '../../forms/words.ts'
import type { Desk } from '../../page.ts'
import type { AgentNames } from '../../parts/agent-names.ts'
import { lengthOf, moments } from '../../parts/format.ts'
import '../../parts/masked-number.ts'
import { hashOf } from '../../router.ts'

/** Calls in rows; each opens its page. */
export function callTable(
  desk: Desk,
  o: { calls: readonly Call[]; names: AgentNames | undefined; erase?: (call: Call) => void },
): TemplateResult {
  const { t } = desk
  const { moment } = moments(desk.language)
  const open = (event: MouseEvent, id: string) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    desk.go('calls', [id])
  }
  return html`<div class="card scroll" role="region" tabindex="0" aria-label=${t('Calls')}><table>
    <thead><tr>
      <th scope="col">${t('Began')}</th><th scope="col">${t('Agent')}</th><th scope="col">${t('With')}</th><th scope="col">${t('Over')}</th>
      <th scope="col">${t('Length')}</th><th scope="col">${t('Ended by')}</th><th scope="col">${t('Cost')}</th>${o.erase ? html`<td></td>` : nothing}
    </tr></thead>
    <tbody>${o.calls.map(
      (call) => html`<tr>
        <td><a class="open" href=${hashOf('calls', [call.id])} @click=${(event: MouseEvent) => open(event, call.id)}><time datetime=${call.startedAt}>${moment(call.startedAt)}</time></a></td>
        <td>${o.names?.of(call.agentId) ?? call.agentId}</td>
        <td>${partner(desk, call)}</td>
        <td>${call.carrier ? humanName(call.carrier) : t('the page')}</td>
        <td class="num">${call.durationMs === undefined ? '' : lengthOf(call.durationMs)}</td>
        <td>${isLive(call) ? html`<span class="tag good">${t('going on')}</span>` : ended(desk, call)}</td>
        <td class="num">${call.cost?.amount === undefined ? '' : call.cost.amount.toFixed(3)}</td>
        ${
          o.erase
            ? html`<td>${isLive(call) ? nothing : html`<button class="link danger" aria-label="${t('Erase')}: ${moment(call.startedAt)}" @click=${() => o.erase?.(call)}>${t('Erase')}</button>`}</td>`
            : nothing
        }
      </tr>`,
    )}</tbody>
  </table></div>`
}

/** Who is at the other end: a number, or a visitor of a page. */
function partner({ t }: Desk, { direction, from, kind, to }: Call) {
  const number = direction === 'inbound' ? from : to
  if (number) return html`<vc-number .t=${t} .number=${number}></vc-number>`
  return kind === 'web' ? t('a visitor') : html`<span class="quiet">${t('unknown')}</span>`
}

function ended({ t }: Desk, { endReason, status }: Call) {
  if (!endReason) return ''
  return status === 'failed' ? html`<span class="tag wait">${t(humanName(endReason))}</span>` : t(humanName(endReason))
}
