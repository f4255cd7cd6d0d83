/** How the microphone looks: its button glows with the visitor's voice; devices stand under the volume. */
export const voiceStyles = `
.mute[disabled] { background: none; opacity: 0.5; }
.hears {
  position: absolute;
  inset: 3px;
  border-radius: 50%;
  background: var(--_accent-text);
  opacity: calc(0.42 * var(--input, 0));
  transform: scale(calc(0.5 + 0.5 * var(--input, 0)));
  transition: transform 90ms linear, opacity 90ms linear;
}
.mute svg { position: relative; }
.mute[aria-pressed='true'] { background: var(--_fg); color: var(--_bg); }
.mute::after { content: attr(data-tip); }
.notice p { flex: 1; }
.notice button { flex: none; min-block-size: 44px; padding: 0 16px; }
.notice:has(button + button) { flex-wrap: wrap; gap: 10px; padding: 12px; }
.notice:has(button + button) p { flex: 1 0 100%; }
.notice button + button, .notice:has(button + button) button { flex: 1; }
.volume { position: relative; }
.pop {
  position: absolute;
  z-index: 2;
  inset-block-start: calc(100% + 4px);
  inset-inline-end: -44px;
  display: flex;
  align-items: center;
  gap: 12px;
  padding: 6px 16px;
  border-radius: 14px;
  background: var(--_bg);
  box-shadow: var(--_shadow), 0 0 0 1px var(--_line);
  font-size: 13px;
}
.pop input { inline-size: 140px; block-size: 44px; accent-color: var(--_accent-text); margin: 0; }
.pop span { min-inline-size: 3ch; text-align: end; }
.pop span { font-variant-numeric: tabular-nums; }
.pop:has(.device) { display: grid; grid-template-columns: 1fr auto; inline-size: 276px; padding: 10px 16px 14px; }
.pop:has(.device) > input { inline-size: 100%; }
.device { grid-column: 1 / -1; display: grid; gap: 4px; color: var(--_muted); }
.device select { inline-size: 100%; text-overflow: ellipsis; }
@media (prefers-reduced-motion: reduce) { .hears { transition: none; transform: none; } }
`
