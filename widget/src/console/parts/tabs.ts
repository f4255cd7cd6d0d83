import { css, html, nothing, type TemplateResult } from 'lit'
import type { Desk } from '../page.ts'
import { pageLink } from './page-link.ts'

export interface Tab {
  name: string
  label: string
}

export const tabStyles = css`
  nav {
    display: flex;
    gap: 4px;
    overflow-x: auto;
    border-block-end: 1px solid var(--_line);
  }
  nav a {
    flex: none;
    padding: 8px 12px;
    border-block-end: 2px solid transparent;
    color: var(--_muted);
    font-weight: 550;
    text-decoration: none;
  }
  nav a:hover {
    color: var(--_fg);
  }
  nav a:focus-visible {
    outline-offset: -2px;
  }
  nav a[aria-current] {
    border-color: var(--_accent);
    color: var(--_accent);
  }
`

/** Parts of a page, each with an address of its own. */
export function tabs(
  desk: Desk,
  label: string,
  o: { base: [string, ...string[]]; all: readonly Tab[]; here: string; wrong?: ReadonlySet<string> },
): TemplateResult {
  const { t } = desk
  return html`<nav aria-label=${label}>${o.all.map(({ label: words, name }) => {
    const mark = o.wrong?.has(name)
      ? html`<span class="bad" aria-hidden="true"> •</span><span class="sr">, ${t('something is wrong here')}</span>`
      : nothing
    return pageLink(desk, html`${t(words)}${mark}`, [...o.base, name], { current: name === o.here })
  })}</nav>`
}
