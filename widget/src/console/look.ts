import { css } from 'lit'
import { tokens } from './tokens.ts'

const plain = css`
  *,
  ::before,
  ::after {
    box-sizing: border-box;
  }
  :host {
    display: block;
    color: var(--_fg);
    font: 15px/1.5 var(--_font);
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  dl,
  dd,
  ol,
  ul,
  figure {
    margin: 0;
    padding: 0;
  }
  ol,
  ul {
    list-style: none;
  }
  h1 {
    font-size: 22px;
    line-height: 1.25;
    font-weight: 650;
    letter-spacing: -0.012em;
  }
  h2 {
    font-size: 15px;
    font-weight: 620;
  }
  h3 {
    font-size: 13px;
    font-weight: 600;
    color: var(--_muted);
  }
  a {
    color: var(--_accent);
    text-underline-offset: 3px;
  }
  code,
  .mono {
    font: 13px/1.5 var(--_mono);
    overflow-wrap: anywhere;
  }
  .num,
  time {
    font-variant-numeric: tabular-nums;
  }
  .quiet {
    color: var(--_muted);
  }
  .small {
    font-size: 13px;
  }
  .bad {
    color: var(--_bad);
  }
  .good {
    color: var(--_good);
  }
  .wait {
    color: var(--_wait);
  }
  .sr {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
`

const controls = css`
  button,
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    min-height: 36px;
    padding: 6px 14px;
    border: 1px solid var(--_line);
    border-radius: 999px;
    background: var(--_bg);
    color: var(--_fg);
    font: inherit;
    font-weight: 550;
    text-decoration: none;
    white-space: nowrap;
    cursor: pointer;
  }
  button:hover:not(:disabled),
  .button:hover {
    background: var(--_hover);
  }
  button.primary {
    border-color: transparent;
    background: var(--_accent);
    color: var(--_on-accent);
  }
  button.primary:hover:not(:disabled) {
    background: color-mix(in oklab, var(--_accent) 88%, var(--_fg));
  }
  button.danger {
    color: var(--_bad);
  }
  button.link {
    min-height: 0;
    padding: 0;
    border: 0;
    background: none;
    color: var(--_accent);
    text-decoration: underline;
    text-underline-offset: 3px;
  }
  button.link.danger {
    color: var(--_bad);
  }
  button:disabled {
    opacity: 0.55;
    cursor: default;
  }
  button[aria-pressed='true'] {
    border-color: var(--_accent);
    background: var(--_accent-soft);
    color: var(--_accent);
  }
  label,
  .field {
    display: grid;
    gap: 4px;
    font-size: 13px;
    font-weight: 550;
  }
  input,
  select,
  textarea {
    min-height: 40px;
    width: 100%;
    padding: 8px 12px;
    border: 1px solid var(--_edge);
    border-radius: 10px;
    background: var(--_bg);
    color: var(--_fg);
    font: 15px/1.4 var(--_font);
  }
  input[type='checkbox'],
  input[type='radio'] {
    width: 18px;
    min-height: 18px;
    accent-color: var(--_accent);
  }
  textarea {
    min-height: 76px;
    resize: vertical;
  }
  input:user-invalid,
  [aria-invalid='true'] {
    border-color: var(--_bad);
  }
  kbd {
    display: inline-block;
    min-width: 22px;
    padding: 1px 6px;
    border: 1px solid var(--_line);
    border-radius: 6px;
    background: var(--_soft);
    color: var(--_fg);
    font: 12px/1.5 var(--_mono);
    text-align: center;
  }
  @media (pointer: coarse) {
    button:not(.link),
    .button {
      min-height: 44px;
    }
  }
`

const pieces = css`
  .card {
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_bg);
    padding: 16px;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
  }
  .between {
    justify-content: space-between;
  }
  .stack {
    display: grid;
    gap: 16px;
    align-content: start;
  }
  .page {
    display: grid;
    gap: 16px;
    align-content: start;
    max-width: 1240px;
    margin-inline: auto;
    padding: 24px;
  }
  .empty {
    display: grid;
    justify-items: center;
    gap: 8px;
    padding: 48px 24px;
    color: var(--_muted);
    text-align: center;
    text-wrap: balance;
  }
  .empty h2 {
    color: var(--_fg);
  }
  .note {
    padding: 10px 14px;
    border-radius: 10px;
    background: var(--_soft);
  }
  .note.bad {
    background: var(--_bad-soft);
  }
  .note.wait {
    background: var(--_wait-soft);
  }
  .note.good {
    background: var(--_good-soft);
  }
  .tag {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    padding: 1px 9px;
    border-radius: 999px;
    background: var(--_soft);
    color: var(--_muted);
    font-size: 12.5px;
    font-weight: 550;
    line-height: 1.6;
    white-space: nowrap;
  }
  .tag.good {
    background: var(--_good-soft);
    color: var(--_good);
  }
  .tag.wait {
    background: var(--_wait-soft);
    color: var(--_wait);
  }
  .tag.bad {
    background: var(--_bad-soft);
    color: var(--_bad);
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 14px;
  }
  th {
    padding: 8px 12px;
    color: var(--_muted);
    font-size: 13px;
    font-weight: 550;
    text-align: start;
    white-space: nowrap;
  }
  td {
    padding: 10px 12px;
    border-top: 1px solid var(--_line);
    vertical-align: middle;
  }
  thead td {
    border: 0;
  }
  td time {
    white-space: nowrap;
  }
  .check {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 32px;
    font-size: 15px;
    font-weight: 450;
  }
  .reading {
    animation: reading 200ms 400ms backwards;
  }
  @keyframes reading {
    from {
      opacity: 0;
    }
  }
  .scroll {
    overflow-x: auto;
  }
  .facts {
    display: grid;
    grid-template-columns: max-content minmax(0, 1fr);
    gap: 6px 16px;
    font-size: 14px;
  }
  .facts dd {
    text-align: match-parent;
  }
  .facts dt {
    color: var(--_muted);
  }
  @media (max-width: 640px) {
    .page {
      padding: 16px;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    ::before,
    ::after {
      animation: none !important;
      transition: none !important;
    }
  }
`

/** Tokens, plain elements, controls and the few pieces that pages share. */
export const look = [tokens, plain, controls, pieces]
