/** The number's field; its colours are the panel's, and the page's own where it stands alone. */
export const numberStyles = `
:host { display: block; text-align: start; }
* { box-sizing: border-box; }
label { display: block; margin-block-end: 6px; font-size: 14px; font-weight: 550; }
.field { display: flex; direction: ltr; min-block-size: 52px; border-radius: 14px; background: var(--_soft, Field); box-shadow: inset 0 0 0 1px var(--_edge, GrayText); }
.field:focus-within { box-shadow: inset 0 0 0 2px var(--_accent-text, Highlight); }
.field.wrong { box-shadow: inset 0 0 0 2px var(--_danger-text, #b42318); }
.country { position: relative; display: flex; align-items: center; gap: 8px; padding-inline: 16px 14px; border-inline-end: 1px solid var(--_line, GrayText); border-radius: 14px 0 0 14px; }
.country:has(:focus-visible) { outline: 2px solid var(--_accent-text, Highlight); outline-offset: -5px; }
.country:has(:not([hidden])[aria-label])::after { content: ''; inline-size: 6px; block-size: 6px; margin-block-end: 3px; border: solid; border-width: 0 1.5px 1.5px 0; rotate: 45deg; opacity: 0.7; }
select { position: absolute; inset: 0; inline-size: 100%; opacity: 0; cursor: pointer; font: inherit; font-size: 16px; }
option { background: var(--_bg, Field); color: var(--_fg, FieldText); }
input { flex: 1; min-inline-size: 0; padding: 0 14px; border: 0; outline: none; background: none; color: inherit; font: inherit; font-size: 17px; }
.field { color: var(--_fg, FieldText); font-variant-numeric: tabular-nums; }
p { margin: 6px 0 0; font-size: 14px; line-height: 1.4; color: var(--_danger-text, #b42318); }
p:empty { display: none; }
`
