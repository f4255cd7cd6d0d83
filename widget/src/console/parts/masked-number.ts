import { css, html, LitElement } from 'lit'
import { look } from '../look.ts'
import { type Say, sayWith } from '../words.ts'
import { masked } from './format.ts'

/** A phone number, masked until somebody asks for it. */
export class MaskedNumber extends LitElement {
  static override styles = [
    ...look,
    css`
      :host {
        display: inline-flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 2px 8px;
      }
      .num {
        white-space: nowrap;
      }
    `,
  ]
  static override properties = { t: { attribute: false }, number: {}, isShown: { state: true } }
  declare t: Say
  declare number: string
  declare private isShown: boolean

  constructor() {
    super()
    this.t = sayWith({})
    this.number = ''
    this.isShown = false
  }

  override render() {
    const short = masked(this.number)
    if (short === this.number) return html`<span class="num" dir="ltr">${this.number}</span>`
    const label = `${this.isShown ? this.t('Hide the number') : this.t('Show the number')} ${short}`
    return html`<span class="num" dir="ltr">${this.isShown ? this.number : short}</span>
      <button type="button" class="link small" aria-label=${label} @click=${() => (this.isShown = !this.isShown)}>${this.isShown ? this.t('Hide') : this.t('Show')}</button>`
  }
}

if (!customElements.get('vc-number')) customElements.define('vc-number', MaskedNumber)
