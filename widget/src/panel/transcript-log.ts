import type { Entry } from '@voice-agent/relay/protocol'
import type { TemplateResult } from 'lit'
import { html, nothing } from '../call/lit.ts'
import type { PanelView } from './view.ts'

/**
 * What was said. Screen readers are told of lines only once they are final: those stand in the log, lines still changing after it.
 * A line moves over when it and all before it are final, so every line keeps its place.
 */
export function transcript(view: PanelView): TemplateResult | typeof nothing {
  const { lines, say } = view
  if (view.scene === 'consent' || (view.scene === 'idle' && lines.length === 0)) return nothing
  const open = lines.findIndex((entry) => !entry.final)
  const settled = open === -1 ? lines.length : open
  return html`<div class="transcript ${lines.length ? '' : 'empty'}" part="transcript" tabindex=${lines.length ? 0 : -1} role="region" aria-label=${say('log.label')}>
    <div class="lines" role="log" aria-label=${say('log.label')} aria-live="polite">
      ${lines.slice(0, settled).map((entry) => line(view, entry))}
    </div>
    <div class="lines">${lines.slice(settled).map((entry) => line(view, entry))}</div>
  </div>`
}

const line = (view: PanelView, entry: Entry): TemplateResult =>
  html`<p class="entry ${entry.role} ${entry.final ? '' : 'interim'}" part="entry entry-${entry.role}" dir="auto">
    <span class=${entry.role === 'operator' ? 'speaker' : 'unseen'}>${view.say(`log.${entry.role}`)}${entry.role === 'operator' ? '' : ': '}</span
    ><span class="text">${entry.text}</span>${
      entry.interrupted
        ? html`<span class="cut" part="cut"><span aria-hidden="true">—</span><span class="unseen"> (${view.say('log.cut')})</span></span>`
        : nothing
    }
  </p>`
