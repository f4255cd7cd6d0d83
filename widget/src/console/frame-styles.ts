import { css } from 'lit'

/** Rail, bar and the place where pages stand. */
export const frameStyles = css`
  :host {
    position: relative;
    container-type: inline-size;
    min-height: 480px;
    background: var(--_page);
    color-scheme: light dark;
  }
  :host([theme='light']) {
    color-scheme: light;
  }
  :host([theme='dark']) {
    color-scheme: dark;
  }
  .frame {
    display: grid;
    grid-template: minmax(0, 1fr) / 216px minmax(0, 1fr);
    height: 100%;
    min-height: inherit;
    overflow: hidden;
  }
  .rail {
    display: flex;
    flex-direction: column;
    gap: 4px;
    padding: 16px 12px;
    border-inline-end: 1px solid var(--_line);
    background: var(--_bg);
    overflow-y: auto;
  }
  .brand {
    display: flex;
    align-items: center;
    gap: 10px;
    padding: 4px 12px 16px;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  .orb {
    width: 22px;
    height: 22px;
    flex: none;
    border-radius: 50%;
    background: radial-gradient(circle at 32% 28%, #fff9, transparent 42%), var(--_accent);
  }
  .rail nav {
    display: grid;
    gap: 2px;
  }
  .rail nav a,
  .rail .foot button {
    display: flex;
    align-items: center;
    justify-content: flex-start;
    gap: 12px;
    min-height: 40px;
    padding: 6px 12px;
    border: 0;
    border-radius: 10px;
    background: none;
    color: var(--_muted);
    font-weight: 550;
    text-decoration: none;
  }
  .rail nav a:hover,
  .rail .foot button:hover {
    background: var(--_hover);
    color: var(--_fg);
  }
  .rail nav a[aria-current='page'] {
    background: var(--_accent-soft);
    color: var(--_accent);
  }
  .rail nav svg,
  .foot svg {
    flex: none;
  }
  .count {
    margin-inline-start: auto;
    font-size: 13px;
    font-variant-numeric: tabular-nums;
  }
  .foot {
    display: grid;
    gap: 2px;
    margin-top: auto;
    padding-top: 16px;
  }
  .who {
    padding: 4px 12px;
    color: var(--_muted);
    font-size: 13px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .bar {
    display: none;
  }
  main {
    container-type: inline-size;
    position: relative;
    min-width: 0;
    min-height: 0;
    overflow: auto;
    outline: none;
  }
  main:focus,
  main:focus-visible {
    outline: none;
  }
  main > * {
    min-height: 100%;
  }
  .skip {
    position: absolute;
    inset-block-start: 8px;
    inset-inline-start: 8px;
    z-index: 9;
  }
  .skip:not(:focus) {
    clip-path: inset(50%);
    pointer-events: none;
  }
  .away {
    position: absolute;
    inset-block-start: 12px;
    inset-inline: 0;
    z-index: 6;
    width: max-content;
    max-width: calc(100% - 32px);
    margin-inline: auto;
    padding: 6px 14px;
    border-radius: 999px;
    background: var(--_wait-soft);
    color: var(--_wait);
    font-size: 13px;
    font-weight: 550;
    box-shadow: var(--_shadow);
  }
  .held {
    position: absolute;
    inset-block-end: 20px;
    inset-inline: 0;
    width: max-content;
    max-width: calc(100% - 32px);
    margin-inline: auto;
    z-index: 6;
    display: flex;
    align-items: center;
    gap: 12px;
    padding: 8px 8px 8px 16px;
    border-radius: 999px;
    background: var(--_wait-soft);
    color: var(--_wait);
    font-weight: 570;
    box-shadow: var(--_shadow);
  }
  .told {
    position: absolute;
    inset-block-end: 20px;
    inset-inline-end: 20px;
    z-index: 7;
    width: min(440px, calc(100% - 40px));
    pointer-events: none;
  }
  .told > * {
    display: grid;
    justify-items: end;
    gap: 8px;
    margin-top: 8px;
  }
  .told p {
    display: flex;
    align-items: center;
    gap: 12px;
    max-width: 100%;
    padding: 10px 16px;
    border: 1px solid var(--_line);
    border-radius: 14px;
    background: var(--_bg);
    box-shadow: var(--_shadow);
    pointer-events: auto;
  }
  .told p.fault {
    background: var(--_bad-soft);
    color: var(--_bad);
  }
  .told button {
    min-height: 28px;
    padding: 2px 10px;
    font-size: 13px;
  }
  .keys {
    display: grid;
    grid-template-columns: max-content 1fr;
    gap: 8px 20px;
    margin: 16px 0;
    align-items: center;
  }
  .keys dt {
    display: flex;
    gap: 4px;
  }
  .loading {
    display: grid;
    place-items: center;
    color: var(--_muted);
  }
  @container (max-width: 760px) {
    .told {
      inset-block: 60px auto;
    }
    .frame {
      grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
    }
    .bar {
      display: flex;
      align-items: center;
      gap: 8px;
      min-height: 56px;
      padding: 4px 8px;
      border-bottom: 1px solid var(--_line);
      background: var(--_bg);
      font-weight: 620;
    }
    .bar button {
      width: 44px;
      min-height: 44px;
      padding: 0;
      border-color: transparent;
    }
    .rail {
      position: absolute;
      inset-block: 0;
      inset-inline-start: 0;
      z-index: 8;
      width: min(272px, 84%);
      box-shadow: var(--_shadow);
    }
    .rail:not(.open) {
      display: none;
    }
    .rail nav a,
    .rail .foot button {
      min-height: 44px;
    }
    .veil {
      position: absolute;
      inset: 0;
      z-index: 7;
      border: 0;
      border-radius: 0;
      background: #0a0f1a59;
    }
  }
  @container (min-width: 760.02px) {
    .veil {
      display: none;
    }
  }
`
