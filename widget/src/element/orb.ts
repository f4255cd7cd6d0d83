import { html, type TemplateResult } from 'lit'

/** The voice made visible: gradients that turn, a glow that follows the level. Only for the eye; states are said in words beside it. */
export const orb = (): TemplateResult =>
  html`<span class="orb" part="orb" aria-hidden="true"><span class="glow"></span><span class="ball"><i></i><i></i><i></i><b></b></span></span>`
