import { css } from 'lit'

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
