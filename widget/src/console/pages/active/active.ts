import { html } from 'lit'
import { ConsolePage } from '../../page.ts'

export class Active extends ConsolePage {
  override render() {
    return html`<div class="page"><h1>${this.desk.t('Active')}</h1></div>`
  }
}

customElements.define('vc-active', Active)
