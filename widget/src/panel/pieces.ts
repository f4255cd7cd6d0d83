import type { TemplateResult } from 'lit'
import { html, nothing } from '../call/lit.ts'

/** A round button with a name and a tooltip. */
export const tool = (
  part: string,
  name: string,
  icon: TemplateResult,
  onClick: (event: MouseEvent) => void,
  pressed?: boolean,
): TemplateResult =>
  html`<button
    class="tool ${part}"
    part=${part}
    aria-label=${name}
    aria-expanded=${pressed === undefined ? nothing : pressed}
    @click=${onClick}
  >
    ${icon}
  </button>`

/** Minutes and seconds. */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
