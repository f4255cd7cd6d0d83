import { html, nothing, type TemplateResult } from 'lit'
import type { Desk } from '../page.ts'
import { hashOf } from '../router.ts'

/** A link to another page of the console, which also works where the address is not ours to change. */
export function pageLink(
  desk: Desk,
  words: unknown,
  [page, ...rest]: [string, ...string[]],
  o: { current?: boolean; look?: string } = {},
): TemplateResult {
  const follow = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    desk.go(page, rest)
  }
  return html`<a class=${o.look ?? nothing} href=${hashOf(page, rest)} aria-current=${o.current ? 'page' : nothing} @click=${follow}>${words}</a>`
}
