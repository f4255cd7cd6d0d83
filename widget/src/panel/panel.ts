import type { TemplateResult } from 'lit'
import { html, nothing } from '../call/lit.ts'
import { controls } from './controls.ts'
import { icons } from './icons.ts'
import { clock, tool } from './pieces.ts'
import { stage } from './stage.ts'
import { transcript } from './transcript-log.ts'
import type { PanelView } from './view.ts'

/** The conversation: head, what is going on, what was said, one row of controls. */
export function panel(view: PanelView): TemplateResult {
  const { say, do: act, scene } = view
  const name = view.person || (view.agent?.name ?? say('panel.agent'))
  const label = say('panel.label', { name })
  const phone = view.phone.scene?.(view)
  return html`<section
    class="panel ${phone ? '' : scene} ${view.stirred ? 'stirred' : ''}"
    part="panel"
    role=${view.inline ? 'region' : 'dialog'}
    aria-label=${label}
    tabindex="-1"
    @pointermove=${(event: PointerEvent) => (event.movementX || event.movementY) && act.stir()}
    @keydown=${(event: KeyboardEvent) => onKey(event, view)}
  >
    <header part="header">
      <div class="who">
        <h2 part="name"><bdi>${name}</bdi></h2>
        <p>
          <span class="ai" part="disclosure">${say(view.person ? 'log.operator' : 'panel.ai')}</span
          ><span class="status" part="status" role="status"><i class="dot"></i>${statusWord(view)}</span
          >${
            scene === 'call' && !view.starting && !phone
              ? html`<span class="timer" part="timer" role="timer" aria-live="off">${clock(view.durationMs)}</span>`
              : nothing
          }
        </p>
      </div>
      ${(scene === 'call' && !view.textCall && view.voice?.volume(view)) || nothing}
      ${view.inline ? nothing : tool('close', say(scene === 'call' ? 'panel.minimise' : 'panel.close'), icons.down(), act.close)}
    </header>
    ${
      phone ??
      html`${stage(view)} ${transcript(view)}
    <div class="notices">
      ${(scene === 'call' && view.voice?.notices(view)) || nothing}
      ${(scene === 'call' && view.phone.modes.callMe && view.phone.now?.notices(view)) || nothing}
      <div role="status">${view.notice && scene === 'call' ? html`<p class="notice" part="notice">${view.notice}</p>` : nothing}</div>
    </div>
    ${(scene === 'call' && view.keypad?.(view)) || nothing} ${controls(view)}`
    }
  </section>`
}

function statusWord(view: PanelView): string {
  if (view.starting) return view.say('status.connecting')
  return view.say(view.scene === 'consent' ? 'consent.title' : `status.${view.state}`)
}

/** Esc closes what was opened last. */
function onKey(event: KeyboardEvent, view: PanelView): void {
  if (event.key !== 'Escape' || event.isComposing) return
  if (view.volumeShown) view.do.toggleVolume()
  else if (view.keypad) view.do.toggleKeypad()
  else if (view.inline) return
  else view.do.close()
  event.stopPropagation()
}
