import { html, nothing, type TemplateResult } from 'lit'
import type { Desk } from '../../page.ts'
import '../../parts/copy-text.ts'
import { type Finding, findingList } from '../../parts/findings.ts'
import { carrierWords } from './carriers.ts'
import type { PhoneNumber } from './phone-number.ts'

/** What is left to do at the carrier, with the addresses to paste there. They hold the number's secret, and so are hidden until asked. */
export function numberSetup(desk: Desk, number: PhoneNumber, findings: readonly Finding[]): TemplateResult {
  const { t } = desk
  const { name, steps } = carrierWords(number.provider)
  const shown = steps.filter(({ url }) => url === undefined || number[url] !== undefined)
  return html`<section class="card stack" aria-labelledby="setup">
    <div class="row between"><h2 id="setup">${t('At {carrier}', { carrier: name })}</h2><a href="${desk.relay}/docs/carriers/${number.provider}" target="_blank" rel="noopener">${t('Guide')}</a></div>
    ${findings.length > 0 ? findingList(desk, findings) : nothing}
    <ol class="steps">${shown.map(
      ({ label, text, url }) =>
        html`<li><p>${t(text)}</p>${url && number[url] ? html`<vc-copy secret .t=${t} label=${t(label ?? '')} .text=${number[url]}></vc-copy>` : nothing}</li>`,
    )}</ol>
  </section>`
}
