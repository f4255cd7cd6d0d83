import { talkStyles } from './talk-styles.ts'

/** The panel's styles, brought with the call code. Adopted, so that a page's `style-src 'self'` has nothing to say against them. */
export function panelSheet(): CSSStyleSheet {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(frameStyles + talkStyles)
  return sheet
}

const frameStyles = `
.panel {
  position: relative;
  display: flex;
  flex-direction: column;
  inline-size: var(--va-width, 392px);
  max-inline-size: calc(100vw - 2 * var(--_offset-x));
  block-size: var(--va-height, 640px);
  max-block-size: calc(100dvh - 2 * var(--_offset-y));
  overflow: clip;
  border-radius: var(--va-radius, 20px);
  background: var(--_bg);
  color: var(--_fg);
  box-shadow: var(--_shadow), 0 0 0 1px var(--_line);
  animation: rise 220ms cubic-bezier(0.2, 0.7, 0.2, 1);
  outline: none;
}

:host([variant='inline']) .panel {
  max-inline-size: 100%;
  block-size: var(--va-height, 560px);
  max-block-size: none;
  box-shadow: 0 0 0 1px var(--_line);
  margin: 1px;
  animation: none;
}
@keyframes rise { from { opacity: 0; transform: translateY(12px) scale(0.985); } }
h2, h3, p { margin: 0; font: inherit; }
header { display: flex; align-items: center; gap: 4px; padding-block: 12px 8px; padding-inline: 20px 8px; }
.who { flex: 1; min-inline-size: 0; }
h2 { font-weight: 650; font-size: 16px; line-height: 1.3; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.who p { display: flex; align-items: center; gap: 8px; font-size: 13px; line-height: 1.5; color: var(--_muted); white-space: nowrap; }
.ai { padding: 0 7px; border-radius: 6px; background: var(--_soft); color: var(--_fg); font-size: 12px; font-weight: 550; }
.status { display: inline-flex; align-items: center; gap: 6px; }
.dot { inline-size: 7px; block-size: 7px; border-radius: 50%; background: var(--_edge); }
:host(:is([data-state='listening'], [data-state='thinking'], [data-state='speaking'])) .dot { background: #17935c; }
:host(:is([data-state='connecting'], [data-state='reconnecting'])) .dot { background: #c77700; }
:host([data-state='error']) .dot { background: var(--_danger); }

.timer { font-variant-numeric: tabular-nums; }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.tool {
  position: relative;
  flex: none;
  display: grid;
  place-items: center;
  inline-size: 44px;
  block-size: 44px;
  border-radius: 50%;
  color: color-mix(in oklab, var(--_fg), var(--_muted));
  transition: transform var(--_quick);
}
.tool:hover { background: var(--_soft); color: var(--_fg); }
.tool:active { transform: scale(0.94); }
.tool[aria-expanded='true'] { background: var(--_soft); color: var(--_accent-text); }
.end { background: var(--_danger); color: #fff; }
.end:hover { background: color-mix(in oklab, var(--_danger), #000 14%); color: #fff; }
:is(.tool, .interrupt)::after {
  content: attr(aria-label);
  position: absolute;
  z-index: 3;
  inset-block-end: calc(100% + 6px);
  inset-inline-end: 0;
  padding: 4px 9px;
  border-radius: 8px;
  background: var(--_fg);
  color: var(--_bg);
  font-size: 12px;
  font-weight: 500;
  line-height: 1.4;
  white-space: nowrap;
  pointer-events: none;
  opacity: 0;
  visibility: hidden;
  transition: opacity 120ms;
}
header :is(.tool, .interrupt)::after { inset-block: calc(100% + 6px) auto; }
@media (hover: hover) { .stirred :is(.tool, .interrupt):hover::after { opacity: 1; visibility: visible; transition-delay: 400ms; } }
:is(.tool, .interrupt):focus-visible::after { opacity: 1; visibility: visible; }

.primary, .secondary {
  display: inline-flex;
  align-items: center;
  justify-content: center;
  gap: 8px;
  min-block-size: 48px;
  padding: 0 24px;
  border-radius: 24px;
  font-weight: 600;
  transition: transform var(--_quick);
}
.primary, .visitor { background: var(--_accent); color: var(--_on-accent); box-shadow: inset 0 0 0 1px var(--_accent-text); }

.primary:hover { filter: brightness(1.07); }
.secondary { box-shadow: inset 0 0 0 1px var(--_edge); }
.secondary:hover { background: var(--_soft); }
.primary:active, .secondary:active { transform: scale(0.98); }
[disabled] { box-shadow: none; background: var(--_soft); color: var(--_muted); cursor: default; filter: none !important; }

.stage {
  flex: 1;
  display: flex;
  flex-direction: column;
  align-items: center;
  justify-content: center;
  gap: 24px;
  padding: 16px 24px 24px;
  text-align: center;
  min-block-size: 0;
  --_size: 148px;
}
.stage .orb { margin-block: 20px 12px; }
.interrupt { border-radius: 50%; position: relative; }
.interrupt .orb { margin: 0; }
.stage:not(.small) .interrupt { margin-block: 20px 12px; }
.interrupt:is(.tool, .interrupt)::after { inset-inline: auto; left: 50%; translate: -50% 0; inset-block: calc(100% + 14px) auto; }
.words { display: grid; gap: 6px; max-inline-size: 300px; text-wrap: balance; }
h3 { font-size: 20px; font-weight: 650; line-height: 1.3; letter-spacing: -0.01em; }
.quiet { color: var(--_muted); }
.choice { display: flex; flex-wrap: wrap; justify-content: center; gap: 12px; }
.language { order: 1; display: flex; align-items: center; gap: 8px; font-size: 13px; color: var(--_muted); }
select {
  min-block-size: 44px;
  padding: 0 10px;
  border: 0;
  border-radius: 22px;
  background: var(--_soft);
  color: var(--_fg);
  font: inherit;
}

@media (max-width: 480px) {
  :host([data-open]:not([variant='inline'])) { inset: auto 0 0 0; margin: 0; inline-size: auto; }
  :host(:not([variant='inline'])) .panel {
    inline-size: 100vw;
    max-inline-size: none;
    block-size: min(var(--va-height, 640px), 88dvh);
    max-block-size: calc(100dvh - 24px - var(--_keyboard, 0px));
    margin-block-end: var(--_keyboard, 0px);
    padding-block-end: env(safe-area-inset-bottom, 0px);
    border-end-start-radius: 0;
    border-end-end-radius: 0;
    animation-name: slide;
  }
}
@keyframes slide { from { transform: translateY(100%); } }
`
