import { html, nothing, type TemplateResult } from 'lit'
import type { StringKey } from '../strings/index.ts'
import { orb } from './orb.ts'
import { isLive, type WidgetState } from './states.ts'

export interface LauncherView {
  state: WidgetState
  /** The call code is on its way. */
  busy: boolean
  folded: boolean
  dismissible: boolean
  /** The call code could not be loaded. */
  broken: boolean
  say: (key: StringKey) => string
  onLaunch: (event: MouseEvent) => void
  onHide: () => void
}

/** The living orb at the page's edge, with a short label that folds away. While a call goes on behind it, the label says how it stands. */
export function launcher(view: LauncherView): TemplateResult {
  const { say } = view
  const live = isLive(view.state)
  const label = say(view.busy ? 'status.connecting' : live ? `status.${view.state as 'listening'}` : 'launcher.talk')
  return html`<div class="launch ${live || view.busy ? 'live' : view.folded ? 'folded' : ''} ${view.busy ? 'busy' : ''}">
    ${view.broken ? html`<p class="note" part="launcher-note" role="alert">${say('error.load_failed')}</p>` : nothing}
    <button
      class="launcher"
      part="launcher"
      aria-haspopup="dialog"
      aria-busy=${view.busy}
      aria-label=${live ? `${label}. ${say('launcher.open')}` : label}
      @click=${view.onLaunch}
    >
      ${orb()}<span class="label" part="launcher-label">${label}</span>
    </button>
    ${
      view.dismissible && !live
        ? html`<button class="hide" part="launcher-hide" aria-label=${say('launcher.hide')} @click=${view.onHide}><span>✕</span></button>`
        : nothing
    }
  </div>`
}
