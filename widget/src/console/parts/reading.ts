import { html, type TemplateResult } from 'lit'
import type { Say } from '../words.ts'

/** Stands where something is still being read. It shows itself only when that takes a moment, so that quick pages do not flicker. */
export const reading = (t: Say): TemplateResult => html`<p class="quiet reading" aria-busy="true">${t('Reading …')}</p>`
