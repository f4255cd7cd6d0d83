import type { TemplateResult } from 'lit'
import { html, nothing } from '../call/lit.ts'
import { icons } from './icons.ts'
import { clock } from './pieces.ts'
import type { PanelView } from './view.ts'

/** The middle of the panel: the orb, and what there is to do before, after and instead of a call. */
export function stage(view: PanelView): TemplateResult {
  const { say, do: act, scene } = view
  const lines = view.lines.length
  // The orb gives way as the transcript grows.
  const size = lines > 4 ? 'small many' : lines > 2 ? 'small few' : lines ? 'small' : ''
  const orb =
    scene === 'call' && view.state === 'speaking'
      ? html`<button class="interrupt" part="interrupt" aria-label=${say('control.interrupt')} @click=${act.interrupt}>
          ${view.orb()}
        </button>`
      : view.orb()
  return html`<div class="stage ${size}" part="stage">
    ${scene === 'consent' ? nothing : orb}
    ${
      scene === 'idle'
        ? idle(view)
        : scene === 'consent'
          ? (view.termsShown?.(view) ?? nothing)
          : scene === 'error'
            ? problem(view)
            : scene === 'ended'
              ? ended(view)
              : size
                ? nothing
                : html`<p class="words quiet" dir="auto">${view.agent?.disclosure ?? nothing}</p>`
    }
    ${
      scene !== 'call' && scene !== 'consent' && view.phone.modes.callMe
        ? html`<button class="secondary" part="call-me" @click=${act.callMe}>${say('callme.open')}</button>`
        : nothing
    }
  </div>`
}

function idle(view: PanelView): TemplateResult {
  const { say, do: act, agent } = view
  return html`<div class="words">
      <h3>${say('idle.title', { name: agent?.name ?? say('panel.agent') })}</h3>
      ${agent?.disclosure ? html`<p class="quiet" dir="auto">${agent.disclosure}</p>` : nothing} ${view.speech}
    </div>
    ${
      view.phone.modes.talk
        ? html`<button class="primary" part="start" ?disabled=${view.starting} @click=${act.start}>
            ${view.textCall ? icons.write() : icons.talk()}${say(view.textCall ? 'idle.text' : 'idle.start')}
          </button>`
        : nothing
    }
    ${languages(view)}`
}

/** Who turns spoken words into text, where that is the visitor's own browser: it may send the sound elsewhere. */
export function speech({ agent, textCall, say }: Pick<PanelView, 'agent' | 'textCall' | 'say'>): TemplateResult | typeof nothing {
  const mode = agent?.browserRecognition ?? 'off'
  if (
    mode === 'off' ||
    agent?.understandsSpeech ||
    textCall ||
    !('SpeechRecognition' in globalThis || 'webkitSpeechRecognition' in globalThis)
  )
    return nothing
  return html`<p class="quiet">${say(`speech.${mode}`)}</p>`
}

function languages(view: PanelView): TemplateResult | typeof nothing {
  const all = view.agent?.languages ?? []
  if (all.length < 2) return nothing
  return html`<label class="language"
    >${view.say('idle.language')}<select part="language" @change=${(event: Event) => view.do.setLanguage((event.target as HTMLSelectElement).value)}>
      ${all.map((tag) => html`<option value=${tag} lang=${tag} ?selected=${view.language.startsWith(tag)}>${ownName(tag)}</option>`)}
    </select></label
  >`
}

/** A language's name in itself: हिन्दी, not Hindi. */
function ownName(tag: string): string {
  try {
    return new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag
  } catch {
    return tag
  }
}

function ended(view: PanelView): TemplateResult {
  const { say, do: act } = view
  const lasted = view.durationMs >= 1000 ? say('ended.lasted', { time: clock(view.durationMs) }) : ''
  return html`<div class="words" part="ended">
      <p>${view.reason}${lasted ? html` <span class="quiet">${lasted}</span>` : nothing}</p>
    </div>
    <button class="primary" part="again start" @click=${act.start}>
      ${view.textCall ? icons.write() : icons.talk()}${say('ended.again')}
    </button>`
}

function problem(view: PanelView): TemplateResult {
  const { say, do: act, wayOn } = view
  const waits = wayOn.waitS > 0
  return html`<div class="words" part="error"><p role="alert">${view.reason}</p></div>
    <div class="choice">
      ${
        wayOn.canRetry
          ? html`<button class="primary" part="retry" ?disabled=${waits} @click=${act.start}>
              ${waits ? say('error.wait', { seconds: wayOn.waitS }) : say('error.retry')}
            </button>`
          : html`<button class="secondary" part="retry" @click=${act.back}>${say('error.back')}</button>`
      }
      ${wayOn.canWrite ? html`<button class="secondary" part="write-instead" @click=${act.back}>${say('error.write')}</button>` : nothing}
    </div>`
}
