/** The looks of the terms, loaded with them. */
export const termsStyles = `
.consent .stage { justify-content: flex-end; align-items: stretch; gap: 16px; }
a { color: var(--_accent-text); font-weight: 550; padding-block: 6px; align-self: start; }
.terms { flex: 1; display: flex; flex-direction: column; gap: 12px; min-block-size: 0; text-align: start; }
.scroll { overflow: auto; overscroll-behavior: contain; white-space: pre-line; color: var(--_fg); padding-inline-end: 8px; }
.consent .choice > * { flex: 1; padding: 0 12px; }
`
