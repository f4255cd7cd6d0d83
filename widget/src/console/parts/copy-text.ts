import { css, html, LitElement } from 'lit'
import { icon } from '../icons.ts'
import { look } from '../look.ts'
import { type Say, sayWith } from '../words.ts'

const SHOWN_MS = 2000

/** A text to be taken elsewhere, with a button that copies it. `secret` hides it until asked; it is copied whole all the same. */
export class CopyText extends LitElement {
  static override styles = [
    ...look,
    css`
      .label {
        display: flex;
        align-items: baseline;
        gap: 8px;
        margin-block-end: 4px;
        font-size: 13px;
        font-weight: 550;
      }
      .box {
        display: flex;
        align-items: start;
        gap: 8px;
        padding: 6px 6px 6px 12px;
        border: 1px solid var(--_line);
        border-radius: 10px;
        background: var(--_soft);
      }
      pre {
        flex: 1;
        min-width: 0;
        margin: 0;
        padding-block: 6px;
        font: 13px/1.55 var(--_mono);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        direction: ltr;
        text-align: left;
        user-select: all;
      }
      button {
        flex: none;
      }
    `,
  ]
  static override properties = {
    t: { attribute: false },
    text: { attribute: false },
    label: {},
    secret: { type: Boolean },
    isShown: { state: true },
    isCopied: { state: true },
  }
  declare t: Say
  declare text: string
  declare label: string
  declare secret: boolean
  declare private isShown: boolean
  declare private isCopied: boolean
  #fading: ReturnType<typeof setTimeout> | undefined

  constructor() {
    super()
    this.t = sayWith({})
    this.text = ''
    this.label = ''
    this.secret = false
    this.isShown = false
    this.isCopied = false
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#fading)
  }

  #copy = async () => {
    try {
      await navigator.clipboard.writeText(this.text)
      this.isCopied = true
    } catch {
      // No clipboard here: it lies marked, ready for Ctrl+C.
      this.isShown = true
      await this.updateComplete
      const pre = this.renderRoot.querySelector('pre')
      if (pre) getSelection()?.selectAllChildren(pre)
      return
    }
    this.dispatchEvent(new CustomEvent('vc-copied', { bubbles: true, composed: true }))
    clearTimeout(this.#fading)
    this.#fading = setTimeout(() => (this.isCopied = false), SHOWN_MS)
  }

  override render() {
    const { t } = this
    const isHidden = this.secret && !this.isShown
    return html`<div class="label"><span>${this.label}</span>${
      this.secret
        ? html`<button type="button" class="link" aria-label="${isHidden ? t('Show') : t('Hide')}: ${this.label}" @click=${() => (this.isShown = !this.isShown)}>${isHidden ? t('Show') : t('Hide')}</button>`
        : ''
    }</div>
    <div class="box"><pre>${isHidden ? hidden(this.text) : this.text}</pre>
      <button type="button" aria-label="${t('Copy')}: ${this.label}" @click=${this.#copy}>${icon('copy', 16)}${this.isCopied ? t('Copied') : t('Copy')}</button>
    </div>
    <span class="sr" role="status">${this.isCopied ? t('Copied') : ''}</span>`
  }
}

/** The beginning tells which it is; of an address the last part is the secret. */
const hidden = (text: string): string => (/^\w+:\/\//.test(text) ? text.replace(/[^/]+$/, '••••••••') : '••••••••••••')

if (!customElements.get('vc-copy')) customElements.define('vc-copy', CopyText)
