import { css } from 'lit'

/*
 * Tokens: the page's `--va-*` first, then ours. One accent gives every other colour. Contrast is computed, not hoped for: relative
 * luminance is the Y of XYZ, so what stands on the accent turns black or white at Y = 0.179, where both reach 4.5:1, and the accent as
 * text is scaled until its Y is far enough from the panel's.
 */
export const tokens = css`
  :host {
    color-scheme: light dark;
    --_accent: var(--va-accent, #0f6fde);
    --_on-accent: #fff;
    --_accent-text: var(--_accent);
    --_bg: var(--va-background, #fff);
    --_fg: var(--va-text, #15181e);
    --_muted: var(--va-text-muted, #59616f);
    --_soft: var(--va-surface, #f1f3f6);
    --_line: var(--va-border, #15181e1f);
    --_edge: #7d8694;
    --_danger: var(--va-danger, #d4281c);
    --_danger-text: #b42318;
    --_font: var(--va-font, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif);
    --_shadow: var(--va-shadow, 0 1px 2px #0a0f1a14, 0 12px 40px -8px #0a0f1a3d);
    --_offset-x: var(--va-offset-x, var(--va-offset, 20px));
    --_offset-y: var(--va-offset-y, var(--va-offset, 20px));
    --_one: var(--va-orb-color-1, var(--_accent));
    --_two: var(--va-orb-color-2, var(--_accent));
    --_three: var(--va-orb-color-3, #fff);
    --_quick: 180ms cubic-bezier(0.2, 0.7, 0.2, 1);
  }
  :host([theme='light']) {
    color-scheme: light;
  }
  :host([theme='dark']) {
    color-scheme: dark;
  }
  @supports (color: light-dark(red, red)) and (color: color(from red xyz-d65 x y z)) {
    :host {
      --_on-accent: color(
        from var(--_accent) xyz-d65 clamp(0, (0.179 - y) * 1e9, 0.9505) clamp(0, (0.179 - y) * 1e9, 1) clamp(0, (0.179 - y) * 1e9, 1.089)
      );
      --_accent-text: light-dark(
        color(from var(--_accent) xyz-d65 calc(x * min(1, 0.15 / y)) calc(y * min(1, 0.15 / y)) calc(z * min(1, 0.15 / y))),
        color(
          from var(--_accent) xyz-d65 calc(x + (0.9505 - x) * max(0, (0.34 - y) / (1 - y))) calc(y + (1 - y) * max(0, (0.34 - y) / (1 - y)))
            calc(z + (1.089 - z) * max(0, (0.34 - y) / (1 - y)))
        )
      );
      --_bg: var(--va-background, light-dark(#fff, #15171c));
      --_fg: var(--va-text, light-dark(#15181e, #f1f3f6));
      --_muted: var(--va-text-muted, light-dark(#59616f, #a4acb9));
      --_soft: var(--va-surface, light-dark(#f1f3f6, #23272f));
      --_line: var(--va-border, light-dark(#15181e1f, #ffffff24));
      --_edge: light-dark(#7d8694, #7f8896);
      --_danger-text: light-dark(#b42318, #ff9187);
      --_one: var(--va-orb-color-1, oklch(from var(--_accent) clamp(0.5, l, 0.72) max(c, 0.02) h));
      --_two: var(--va-orb-color-2, oklch(from var(--_accent) clamp(0.44, l - 0.1, 0.62) min(c, 0.17) calc(h + 42)));
      --_three: var(--va-orb-color-3, oklch(from var(--_accent) 0.89 min(c, 0.11) calc(h - 58)));
    }
  }
`

export const launcherStyles = css`
  :host {
    display: block;
    position: fixed;
    z-index: var(--va-z-index, 2147483000);
    inset-block-end: calc(var(--_offset-y) + env(safe-area-inset-bottom, 0px));
    inset-inline-end: calc(var(--_offset-x) + env(safe-area-inset-right, 0px));
  }
  :host([placement^='top']) {
    inset-block: calc(var(--_offset-y) + env(safe-area-inset-top, 0px)) auto;
  }
  :host([placement$='right']) {
    right: calc(var(--_offset-x) + env(safe-area-inset-right, 0px));
    left: auto;
  }
  :host([placement$='left']) {
    left: calc(var(--_offset-x) + env(safe-area-inset-left, 0px));
    right: auto;
  }
  :host([placement='top']),
  :host([placement='bottom']) {
    inset-inline: 0;
    margin-inline: auto;
    inline-size: fit-content;
  }
  :host([variant='inline']) {
    position: relative;
    inset: auto;
    z-index: auto;
    inline-size: auto;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  .root {
    font: 400 15px/1.45 var(--_font);
    letter-spacing: normal;
    text-transform: none;
    text-align: start;
    white-space: normal;
    color: var(--_fg);
    -webkit-tap-highlight-color: transparent;
  }
  *,
  ::before,
  ::after {
    box-sizing: border-box;
  }
  button {
    font: inherit;
    color: inherit;
    background: none;
    border: 0;
    padding: 0;
    margin: 0;
    cursor: pointer;
    touch-action: manipulation;
  }
  :focus-visible {
    outline: 2px solid var(--_accent-text);
    outline-offset: 2px;
  }
  .launch {
    display: flex;
    align-items: center;
    gap: 10px;
    position: relative;
  }
  .launcher {
    display: flex;
    /* The corner follows the page's direction, not that of our words: the orb stays in it, also while the label is folded. */
    direction: ltr;
    align-items: center;
    gap: 10px;
    border-radius: 40px;
    min-block-size: 56px;
    --_size: var(--va-launcher-size, 56px);
  }
  :host(:dir(rtl)) .launcher {
    direction: rtl;
  }
  .label {
    order: -1;
    unicode-bidi: plaintext;
    padding: 9px 15px;
    border-radius: 20px;
    font-weight: 550;
    background: var(--va-launcher-background, var(--_bg));
    color: var(--va-launcher-text, var(--_fg));
    box-shadow: var(--_shadow), 0 0 0 1px var(--_line);
    transition: opacity var(--_quick), transform var(--_quick), visibility 180ms;
  }
  .folded .label {
    opacity: 0;
    visibility: hidden;
    transform: translateX(8px);
  }
  :host([placement$='left']) .launcher .label {
    order: 1;
  }
  .launcher:hover .label,
  .launcher:focus-visible .label {
    opacity: 1;
    visibility: visible;
    transform: none;
  }
  .launcher .orb {
    filter: drop-shadow(0 6px 14px #0a0f1a47);
  }
  .launcher:hover .ball {
    scale: 1.05;
  }
  .launcher:active .ball {
    scale: 0.96;
  }
  .ring {
    position: absolute;
    inset-block: auto calc(100% + 12px);
    inset-inline-end: 5px;
    display: grid;
    place-items: center;
    inline-size: 46px;
    block-size: 46px;
    border-radius: 50%;
    color: var(--_accent-text);
    background: var(--_bg);
    box-shadow: var(--_shadow), 0 0 0 1px var(--_line);
  }
  .ring svg {
    rotate: -135deg;
  }
  :host([placement$='left']) .ring {
    inset-inline: 5px auto;
  }
  :host([placement^='top']) .ring {
    inset-block: calc(100% + 12px) auto;
  }
  .hide {
    position: absolute;
    inset-block-start: -26px;
    inset-inline-end: -14px;
    inline-size: 44px;
    block-size: 44px;
    font-size: 15px;
    line-height: 1;
    opacity: 0;
    transition: opacity var(--_quick);
  }
  .hide span {
    display: inline-grid;
    place-items: center;
    inline-size: 22px;
    block-size: 22px;
    border-radius: 50%;
    background: var(--_bg);
    box-shadow: var(--_shadow), 0 0 0 1px var(--_line);
  }
  .launch:hover .hide,
  .hide:focus-visible {
    opacity: 1;
  }
  @media (max-width: 480px) {
    .launch:not(.live) .label {
      opacity: 0;
      visibility: hidden;
    }
  }
  @media (hover: none) {
    .hide {
      opacity: 1;
    }
  }
  .note {
    position: absolute;
    inset-block-end: calc(100% + 10px);
    inset-inline-end: 0;
    inline-size: max-content;
    max-inline-size: min(280px, 80vw);
    padding: 12px 16px;
    border-radius: 16px;
    background: var(--_bg);
    box-shadow: var(--_shadow), 0 0 0 1px var(--_line);
  }
  .waiting {
    display: grid;
    place-items: center;
    inline-size: var(--va-width, 392px);
    max-inline-size: 100%;
    block-size: var(--va-height, 560px);
    border-radius: var(--va-radius, 20px);
    border: 1px solid var(--_line);
    background: var(--_bg);
    --_size: 104px;
  }
`

export const orbStyles = css`
  .orb {
    position: relative;
    display: block;
    flex: none;
    inline-size: var(--_size, 56px);
    block-size: var(--_size, 56px);
    border-radius: 50%;
    transition: filter 240ms;
    animation: breathe 6s ease-in-out infinite;
  }
  .glow,
  .ball,
  .ball > * {
    position: absolute;
    inset: 0;
    border-radius: 50%;
  }
  .glow {
    inset: -34%;
    background: radial-gradient(closest-side, var(--_one) 40%, color-mix(in oklab, var(--_one) 34%, transparent) 68%, transparent);
    opacity: calc(0.1 + var(--level, 0) * 0.45);
    transform: scale(calc(0.86 + var(--level, 0) * 0.34));
  }
  .ball {
    overflow: clip;
    isolation: isolate;
    background: radial-gradient(circle at 50% 18%, var(--_one), var(--_two) 92%);
    transform: scale(calc(1 + var(--level, 0) * 0.12));
    transition: scale var(--_quick);
  }
  .ball::after {
    content: '';
    position: absolute;
    inset: 0;
    border-radius: 50%;
    background: radial-gradient(circle at 34% 20%, #ffffff8c, #fff0 38%), radial-gradient(circle at 50% 50%, #0000 62%, #0000001f);
    box-shadow: inset 0 0 0 1px #ffffff29;
  }
  .ball > i {
    inset: -12%;
  }
  .ball > i:nth-child(1) {
    background: radial-gradient(circle at 28% 64%, var(--_three), transparent 46%);
    animation: turn 11s linear infinite;
  }
  .ball > i:nth-child(2) {
    background: radial-gradient(circle at 70% 66%, var(--_two), transparent 52%);
    animation: turn 17s linear infinite reverse;
  }
  .ball > i:nth-child(3) {
    background: radial-gradient(circle at 62% 34%, color-mix(in oklab, var(--_three), #fff 45%), transparent 34%);
    opacity: 0.8;
    animation: turn 7s linear infinite;
  }
  .ball > b {
    background: conic-gradient(#fff0 35%, #ffffffb3 88%, #fff0);
    opacity: 0;
    transition: opacity 240ms;
    animation: turn 2.4s linear infinite paused;
  }
  :host(:is([data-state='connecting'], [data-state='thinking'], [data-state='reconnecting'])) .ball > b,
  .busy .ball > b {
    opacity: 0.55;
    animation-play-state: running;
  }
  :host(:is([data-state='error'], [data-state='reconnecting'])) .orb {
    filter: saturate(0.05);
  }
  :host(:not([data-state='idle'])) .orb {
    animation-play-state: paused;
  }
  @keyframes turn {
    to {
      transform: rotate(1turn);
    }
  }
  @keyframes breathe {
    50% {
      transform: scale(1.035);
    }
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    ::before,
    ::after {
      animation: none !important;
      transition: none !important;
    }
    .ball {
      transform: none;
    }
    .glow {
      inset: -9%;
      transform: none;
      background: none;
      border: 3px solid var(--_one);
      opacity: calc(0.15 + var(--level, 0) * 0.85);
    }
  }
`
