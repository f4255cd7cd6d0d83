/** The number's field; its colours are the panel's, and the page's own where it stands alone. */
export const numberStyles = `
:host { display: block; font: inherit; text-align: start; }
:host([hidden]) { display: none; }
* { box-sizing: border-box; }
label { display: block; margin-block-end: 6px; font-size: 14px; font-weight: 550; }
.field {
  display: flex;
  direction: ltr;
  min-block-size: 52px;
  border-radius: 14px;
  background: var(--_soft, Field);
  box-shadow: inset 0 0 0 1px var(--_edge, GrayText);
}
.field:focus-within { box-shadow: inset 0 0 0 2px var(--_accent-text, Highlight); }
.field.wrong { box-shadow: inset 0 0 0 2px var(--_danger-text, #b42318); }
.country { position: relative; display: flex; align-items: center; gap: 5px; padding-inline: 16px 12px; color: var(--_fg, FieldText); font-variant-numeric: tabular-nums; }
.country::after { content: ''; position: absolute; inset-block: 13px; inset-inline-end: 0; inline-size: 1px; background: var(--_line, GrayText); }
.country:not(.only):focus-within { border-radius: 14px 0 0 14px; outline: 2px solid var(--_accent-text, Highlight); outline-offset: -4px; }
.country:not(.only):hover { color: var(--_accent-text, FieldText); }
svg { flex: none; opacity: 0.7; }
.only svg { display: none; }
select { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; opacity: 0; cursor: pointer; font: inherit; font-size: 16px; }
option { background: var(--_bg, Field); color: var(--_fg, FieldText); }
input {
  flex: 1;
  min-inline-size: 0;
  padding: 0 14px;
  border: 0;
  outline: none;
  background: none;
  color: var(--_fg, FieldText);
  font: inherit;
  font-size: 17px;
  font-variant-numeric: tabular-nums;
  letter-spacing: 0.01em;
}
input::placeholder { color: var(--_muted, GrayText); opacity: 1; }
p { margin: 6px 0 0; font-size: 14px; line-height: 1.4; color: var(--_danger-text, #b42318); }
p:empty { display: none; }
:disabled { cursor: default; opacity: 0.6; }
`
