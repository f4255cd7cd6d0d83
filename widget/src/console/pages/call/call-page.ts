import { html } from 'lit'
import { ConsolePage } from '../../page.ts'

export class CallPage extends ConsolePage {
  override render() {
    return html`<div class="page"><h1>${this.desk.t('CallPage')}</h1></div>`
  }
}

customElements.define('vc-call-page', CallPage)
