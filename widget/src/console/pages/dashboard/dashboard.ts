import { html } from 'lit'
import { ConsolePage } from '../../page.ts'

export class Dashboard extends ConsolePage {
  override render() {
    return html`<div class="page"><h1>${this.desk.t('Dashboard')}</h1></div>`
  }
}

customElements.define('vc-dashboard', Dashboard)
