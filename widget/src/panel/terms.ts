import type { TemplateResult } from 'lit'
import type { Inside } from '../element/inside.ts'
import { termsStyles } from './terms-styles.ts'
import { termsEn, termsHi } from './terms-words.ts'
import type { PanelView } from './view.ts'

const sheet = new CSSStyleSheet()
sheet.replaceSync(termsStyles)

/** Before terms are shown in this root. Most agents have none: they are a chunk of their own. */
export function prepareTerms({ addStrings, adopt, lit }: Inside): NonNullable<PanelView['termsShown']> {
  adopt(sheet)
  addStrings('en', termsEn)
  addStrings('hi', termsHi)
  return (view) => terms(lit, view)
}

/** What the visitor agrees to before the first call. */
function terms({ html, nothing }: Inside['lit'], view: PanelView): TemplateResult {
  const { say, do: act } = view
  const terms = view.agent?.terms
  if (!terms) return html``
  return html`<div class="terms" part="terms">
      <h3>${say('consent.title')}</h3>
      <div class="scroll" tabindex="0" role="group" aria-label=${say('consent.title')}><p dir="auto">${terms.text}</p>${view.speech}</div>
      ${
        terms.url && /^https?:/.test(terms.url)
          ? html`<a href=${terms.url} target="_blank" rel="noopener noreferrer">${say('consent.more')}</a>`
          : nothing
      }
    </div>
    <div class="choice">
      <button class="secondary" part="decline" @click=${act.decline}>${say('consent.decline')}</button>
      <button class="primary" part="accept" @click=${act.accept}>${say('consent.accept')}</button>
    </div>`
}
