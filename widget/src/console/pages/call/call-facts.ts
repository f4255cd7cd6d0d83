import { html, nothing, type TemplateResult } from 'lit'
import type { Call } from '../../call.ts'
import { carrierName, endOf } from '../../parts/call-words.ts'
import { lengthOf, moments } from '../../parts/format.ts'
import '../../parts/masked-number.ts'
import type { TakeoverRecord } from '@voice-agent/relay/protocol'
import type { Say } from '../../words.ts'
import type { CallModel, Evidence } from './call-model.ts'

/** What stands beside the words of a call: facts, cost, who took it over, whether its log verifies. */

interface Shown {
  model: CallModel
  call: Call
  t: Say
  language: string
}

const fact = (name: string, value: unknown) => (value === undefined || value === '' ? nothing : html`<dt>${name}</dt><dd>${value}</dd>`)

export function factsOf({ call, language, model, t }: Shown): TemplateResult {
  const times = moments(language)
  const number = (value: string | undefined) => value && html`<vc-number .t=${t} .number=${value}></vc-number>`
  return html`<dl class="facts">
    ${fact(t('Began'), html`<time datetime=${call.startedAt}>${times.moment(call.startedAt)}</time>`)}
    ${fact(t('Lasted'), call.durationMs === undefined ? '' : html`<span class="num">${lengthOf(call.durationMs)}</span>`)}
    ${fact(t('Ended by'), call.endedAt ? endOf(call, t) : '')}
    ${fact(t('From'), number(call.from))}${fact(t('To'), number(call.to))}
    ${fact(t('Carrier'), call.carrier ? carrierName(call.carrier) : '')}
    ${fact(t('Page'), model.details.page?.title || model.details.page?.url)}
    ${fact(t('Cost so far'), costOf(call, model, t, language))}
    ${fact(t('Session'), html`<span class="mono">${call.sessionId}</span>`)}
    ${fact(t('Call'), html`<span class="mono">${call.id}</span>`)}
  </dl>`
}

function costOf(call: Call, model: CallModel, t: Say, language: string): string {
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 4 })
  const models = Object.values(call.cost?.models ?? tokensIn(model))
  const tokens = models.reduce((all, { inputTokens, outputTokens }) => all + inputTokens + outputTokens, 0)
  if (tokens === 0 && call.cost?.amount === undefined) return ''
  const said = t('{n} tokens', { n: number.format(tokens) })
  return call.cost?.amount === undefined ? `${said}, ${t('no price set for the model')}` : `${number.format(call.cost.amount)} · ${said}`
}

/** While a call lives its cost may stand in its events only. */
function tokensIn(model: CallModel): Record<string, { inputTokens: number; outputTokens: number }> {
  const sum = { inputTokens: 0, outputTokens: 0 }
  for (const { payload, type } of model.events) {
    if (type !== 'engine.usage') continue
    sum.inputTokens += typeof payload?.inputTokens === 'number' ? payload.inputTokens : 0
    sum.outputTokens += typeof payload?.outputTokens === 'number' ? payload.outputTokens : 0
  }
  return { all: sum }
}

export function variablesOf({ model, t }: Shown): TemplateResult | typeof nothing {
  const given = Object.entries(model.details.variables ?? {})
  if (given.length === 0) return nothing
  return html`<section class="card"><h2>${t('Variables')}</h2>
    <dl class="facts">${given.map(([name, value]) => html`<dt class="mono">${name}</dt><dd dir="auto">${typeof value === 'string' ? value : JSON.stringify(value)}</dd>`)}</dl>
  </section>`
}

const ENDED_BY: Record<string, string> = { operator: 'handed back', connection: 'the operator’s connection broke', call: 'the call ended' }

export function takeoversOf({ language, model, t }: Shown): TemplateResult | typeof nothing {
  if (model.takeovers.length === 0) return nothing
  const times = moments(language)
  const one = ({ briefing, by, endedAt, endedBy, name, notes, reason, startedAt }: TakeoverRecord) => html`<li>
    <p><strong>${name || by}</strong> <span class="quiet num">${times.time(startedAt)}${endedAt ? ` – ${times.time(endedAt)}` : ''}</span>
      <span class="tag ${endedAt ? '' : 'wait'}">${endedAt ? t(ENDED_BY[endedBy ?? ''] ?? 'over') : t('speaks now')}</span></p>
    <dl class="facts">
      ${reason ? html`<dt>${t('Reason')}</dt><dd dir="auto">${reason}</dd>` : nothing}
      ${notes ? html`<dt>${t('Notes')}</dt><dd dir="auto">${notes}</dd>` : nothing}
      ${briefing ? html`<dt>${t('Briefing')}</dt><dd dir="auto">${briefing}</dd>` : nothing}
    </dl>
  </li>`
  return html`<section class="card"><h2>${t('Takeovers')}</h2><ol class="takeovers" role="list">${model.takeovers.map(one)}</ol></section>`
}

export function evidenceOf(o: Shown & { isLive: boolean; verify: () => void }): TemplateResult {
  const { t } = o
  const { evidence } = o.model
  return html`<section class="card"><h2>${t('Evidence')}</h2>
    ${
      o.isLive
        ? html`<p class="quiet small">${t('The chain of events is sealed when the call ends. Until then it can be checked as far as it goes.')}</p>`
        : nothing
    }
    ${evidence ? verdict(evidence, o.isLive, t) : nothing}
    ${o.isLive || !evidence ? html`<button @click=${o.verify}>${t('Check now')}</button>` : nothing}
  </section>`
}

function verdict({ erased, events, head, problems, verified }: Evidence, isLive: boolean, t: Say): TemplateResult {
  if (verified) {
    return html`<p class="note good">${t('The chain of {n} events verifies.', { n: events })} ${erased ? t('What was said was erased.') : nothing}</p>
      ${head ? html`<p class="mono quiet" title=${t('Hash of the last event')}>${head.slice(0, 32)}…</p>` : nothing}`
  }
  if (isLive) return html`<p class="note">${t('{n} events so far. The seal comes with the end of the call.', { n: events })}</p>`
  return html`<p class="note bad">${t('The chain does not verify: the log was changed, or is not complete.')}</p>
    <ul class="small">${problems.map((problem) => html`<li>${problem}</li>`)}</ul>`
}
