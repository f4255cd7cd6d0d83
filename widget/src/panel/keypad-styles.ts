/** The keypad's looks, loaded with it. */
export const keypadStyles = `
.keypad { padding: 10px 16px 8px; border-block-start: 1px solid var(--_line); animation: appear 200ms ease-out; }
.keys { display: grid; grid-template-columns: repeat(3, 1fr); gap: 6px; }
.keys button {
  display: flex;
  flex-direction: column;
  align-items: center;
  justify-content: center;
  min-block-size: 50px;
  padding: 2px 4px;
  border-radius: 14px;
  background: var(--_soft);
  line-height: 1.2;
  transition: transform var(--_quick);
}
.keys button:hover { background: color-mix(in oklab, var(--_soft), var(--_fg) 8%); }
.keys button:active { transform: scale(0.96); }
.keys b { font-size: 18px; font-weight: 600; font-variant-numeric: tabular-nums; }
.keys small { max-inline-size: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 11px; color: var(--_muted); }
`
