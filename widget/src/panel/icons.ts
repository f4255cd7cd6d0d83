import type { TemplateResult } from 'lit'
import { html } from '../call/lit.ts'

/** Line icons on a 24 px grid, drawn in the text's colour. */
const icon = (path: string, width = 1.8): TemplateResult =>
  html`<svg viewBox="0 0 24 24" width="21" height="21" fill="none" stroke="currentColor" stroke-width=${width} stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${path}></path></svg>`

export const icons = {
  down: () => icon('m6 9 6 6 6-6'),
  send: () => icon('M12 19V5m-6 6 6-6 6 6'),
  keypad: () => icon('M6 6h0M12 6h0M18 6h0M6 12h0M12 12h0M18 12h0M6 18h0M12 18h0M18 18h0', 3.2),
  hangUp: () => icon('M3.5 15C1.5 10.5 7 8.5 12 8.5s10.5 2 8.5 6.5l-4.5-1v-2.5a13 13 0 0 0-8 0V14Z'),
  talk: () => icon('M5 10v4m4.7-7v10m4.6-8v6M19 10v4'),
  write: () => icon('M5 19 6 15 16 5l3 3L9 18Z'),
}
