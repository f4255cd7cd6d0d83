import { html, nothing, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import type { Desk } from '../../page.ts'
import type { Filter } from './filter.ts'

const DIRECTIONS = { inbound: 'Came in', outbound: 'Went out' } as const
const STATUSES = { connected: 'Going on', completed: 'Completed', failed: 'Failed' } as const
const CARRIERS = { twilio: 'Twilio', exotel: 'Exotel', optima: 'Optima', jiocx: 'JioCX' } as const

/** The filters of the history. `apply` is called with all of them when one was changed. */
export function filterForm(
  desk: Desk,
  o: { filter: Filter; agents: ReadonlyMap<string, string>; mayFilter: (name: keyof Filter) => boolean; apply: (filter: Filter) => void },
): TemplateResult {
  const { t } = desk
  const { agents, apply, filter, mayFilter } = o
  const read = (event: Event) => {
    const form = (event.currentTarget as HTMLElement).closest('form')
    if (!form) return
    const data = new FormData(form)
    const text = (name: keyof Filter) => String(data.get(name) ?? filter[name])
    const all = data.get('all') === 'on'
    apply({
      ...{ from: text('from'), to: text('to'), agentId: text('agentId'), direction: text('direction'), carrier: text('carrier') },
      ...{ status: text('status'), number: text('number').trim(), words: text('words').trim(), all },
    })
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    read(event)
  }
  const choice = (name: keyof Filter, label: string, options: Readonly<Record<string, string>>) =>
    mayFilter(name)
      ? html`<label>${label}<select name=${name} @change=${read}>
          <option value="" .selected=${live(filter[name] === '')}>${t('All')}</option>
          ${Object.entries(options).map(([value, said]) => html`<option value=${value} .selected=${live(filter[name] === value)}>${t(said)}</option>`)}
        </select></label>`
      : nothing
  const field = (name: 'from' | 'to' | 'number' | 'words', label: string, type: string, hint = '') =>
    mayFilter(name)
      ? html`<label>${label}<input name=${name} type=${type} .value=${filter[name]} placeholder=${hint} autocomplete="off" dir=${type === 'tel' ? 'ltr' : 'auto'} @change=${type === 'date' ? read : nothing} /></label>`
      : nothing
  return html`<form class="card filters" role="search" aria-label=${t('Narrow the history')} @submit=${submit}>
    ${field('words', t('Words that were said'), 'search')}
    ${field('number', t('Number'), 'tel', '+1 202 555 0123')}
    ${field('from', t('From'), 'date')} ${field('to', t('To'), 'date')}
    ${choice('agentId', t('Agent'), Object.fromEntries(agents))}
    ${choice('direction', t('Direction'), DIRECTIONS)}
    ${choice('carrier', t('Carrier'), CARRIERS)}
    ${choice('status', t('Status'), STATUSES)}
    ${
      mayFilter('all')
        ? html`<label class="check"><input type="checkbox" name="all" .checked=${filter.all} @change=${read} />${t('Short calls, too')}</label>`
        : nothing
    }
    <button>${t('Search')}</button>
  </form>`
}
