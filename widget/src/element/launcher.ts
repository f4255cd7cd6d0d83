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
  mode: string | undefined
  say: (key: StringKey) => string
  onLaunch: (event: MouseEvent) => void
  onCallMe: () => void
  onHide: () => void
}

/** The living orb at the page's edge, with a short label that folds away. While a call goes on behind it, the label says how it stands. */
export function launcher(view: LauncherView): TemplateResult {
  const { say } = view
  const live = isLive(view.state)
  const label = say(
    view.busy
      ? 'status.connecting'
      : live
        ? `status.${view.state as 'listening'}`
        : view.mode === 'call-me'
          ? 'launcher.callMe'
          : 'launcher.talk',
  )
  return html`<div class="launch ${live || view.busy ? 'live' : view.folded ? 'folded' : ''} ${view.busy ? 'busy' : ''}">
    ${view.broken ? html`<p class="note" part="launcher-note" role="alert">${say('error.load_failed')}</p>` : nothing}
    <button
      class="launcher"
      part="launcher"
      aria-haspopup="dialog"
      aria-busy=${view.busy}
      aria-label=${live ? `${label}. ${say('launcher.open')}` : label}
      @click=${view.mode === 'call-me' && !live ? view.onCallMe : view.onLaunch}
    >
      ${orb()}<span class="label" part="launcher-label">${label}</span>
    </button>
    ${
      view.mode === 'both' && !live
        ? html`<button class="ring" part="launcher-call-me" aria-label=${say('launcher.callMe')} @click=${view.onCallMe}>
            <svg viewBox="0 0 24 24" width="22" fill="none" stroke="currentColor" stroke-width="1.8" aria-hidden="true">
              <path d="M3.5 15C1.5 10.5 7 8.5 12 8.5s10.5 2 8.5 6.5l-4.5-1v-2.5a13 13 0 0 0-8 0V14Z"></path>
            </svg>
          </button>`
        : nothing
    }
    ${
      view.dismissible && !live
        ? html`<button class="hide" part="launcher-hide" aria-label=${say('launcher.hide')} @click=${view.onHide}><span>✕</span></button>`
        : nothing
    }
  </div>`
}
