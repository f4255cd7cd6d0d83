import { css, html } from 'lit'
import { look } from '../../look.ts'
import { ConsolePage, type KeyHelp } from '../../page.ts'
import './call-view.ts'
import type { CallView } from './call-view.ts'

/** One call, alone on the page: `#/calls/ID`. */
export class CallPage extends ConsolePage {
  static override styles = [
    look,
    css`
      :host {
        height: 100%;
      }
    `,
  ]

  get #view(): CallView | null {
    return this.renderRoot?.querySelector<CallView>('vc-call') ?? null
  }

  override keys(): readonly KeyHelp[] {
    return this.#view?.keys() ?? []
  }

  override onKey(event: KeyboardEvent): boolean {
    if (this.#view?.onKey(event)) return true
    if (event.key !== 'Escape') return false
    history.back()
    return true
  }

  override render() {
    const { t } = this.desk
    const [id] = this.route.rest
    if (!id)
      return html`<div class="empty"><h2>${t('Which call?')}</h2><p>${t('Choose one from the active calls or from the history.')}</p></div>`
    return html`<vc-call .desk=${this.desk} .callId=${id}></vc-call>`
  }
}

customElements.define('vc-call-page', CallPage)
