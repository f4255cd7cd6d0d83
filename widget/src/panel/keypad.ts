import type { TemplateResult } from 'lit'
import { html, nothing } from '../call/lit.ts'
import type { Inside } from '../element/inside.ts'
import { keypadStyles } from './keypad-styles.ts'
import type { PanelView } from './view.ts'

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#']

const sheet = new CSSStyleSheet()
sheet.replaceSync(keypadStyles)

/** Before the keypad is shown in this root. Most calls need none: it is a chunk of its own. */
export function prepareKeypad(inside: Inside): void {
  inside.adopt(sheet)
}

/** Phone keys, with the agent's own menu under them. Digits run left to right in every language. */
export function keypad(view: PanelView): TemplateResult {
  const menu = new Map(view.agent?.keyMenu.map((item) => [item.digit, item.label]))
  return html`<div class="keypad" part="keypad" role="group" aria-label=${view.say('control.keypad')} @keydown=${(event: KeyboardEvent) => type(event, view)}>
    <div class="keys" dir="ltr">
      ${KEYS.map((key) => {
        const label = menu.get(key)
        return html`<button part="key" @click=${() => view.do.press(key)}>
          <b>${key}</b>${label ? html` <small dir="auto">${label}</small>` : nothing}
        </button>`
      })}
    </div>
  </div>`
}

/** With the keypad in focus, the keyboard's own digits press it. */
function type(event: KeyboardEvent, view: PanelView): void {
  if (event.ctrlKey || event.metaKey || event.altKey || !KEYS.includes(event.key)) return
  event.preventDefault()
  view.do.press(event.key)
}
