import type { TemplateResult } from 'lit'
import { html } from '../call/lit.ts'

/** Line icons on a 24 px grid, drawn in the text's colour. */
const icon = (path: string): TemplateResult =>
  html`<svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${path}></path></svg>`

export const icons = {
  down: () => icon('m6 9 6 6 6-6'),
  volume: () => icon('M4 9.5v5h3.5L12 18.5v-13L7.5 9.5Zm11.5-.5a4 4 0 0 1 0 6m2.5-8.5a7.5 7.5 0 0 1 0 11'),
  volumeOff: () => icon('M4 9.5v5h3.5L12 18.5v-13L7.5 9.5Zm12 .5 4 4m0-4-4 4'),
  send: () => icon('M12 19V5m-6 6 6-6 6 6'),
  keypad: () => icon('M6 5.5h.01M12 5.5h.01M18 5.5h.01M6 12h.01M12 12h.01M18 12h.01M6 18.5h.01M12 18.5h.01M18 18.5h.01'),
  hangUp: () =>
    icon(
      'M3.2 14.6c-.9-1.8-.3-3.4 1.3-4.4 4.5-2.8 10.5-2.8 15 0 1.6 1 2.2 2.6 1.3 4.4-.4.8-1.2 1.1-2 .8l-2.6-.9c-.7-.3-1.1-.9-1.1-1.6v-1.6a9.5 9.5 0 0 0-6.2 0v1.6c0 .7-.4 1.3-1.1 1.6l-2.6.9c-.8.3-1.6 0-2-.8Z',
    ),
  mic: () => icon('M12 3.5a2.8 2.8 0 0 0-2.8 2.8v5a2.8 2.8 0 0 0 5.6 0v-5A2.8 2.8 0 0 0 12 3.5Zm-6 8a6 6 0 0 0 12 0M12 17.5V21'),
  micOff: () =>
    icon(
      'M9.2 9v2.3a2.8 2.8 0 0 0 4.5 2.2m1.1-3V6.3a2.8 2.8 0 0 0-5.4-1M6 11.5a6 6 0 0 0 9.5 4.9m2.2-2.7c.2-.7.3-1.4.3-2.2M12 17.5V21M4 4l16 16',
    ),
  talk: () => icon('M5 10v4m4.7-7v10m4.6-8v6M19 10v4'),
  write: () => icon('M5 18.5 6 15 16 5l3 3L9 18Zm9-11.5 3 3'),
}
