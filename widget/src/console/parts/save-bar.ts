import { css } from 'lit'

/** What is not saved yet says so at the foot of the page, whatever was scrolled. */
export const saveBarStyles = css`
  .save {
    position: sticky;
    inset-block-end: 12px;
    z-index: 1;
    justify-content: end;
    padding: 10px 16px;
    border: 1px solid var(--_line);
    border-radius: 999px;
    background: var(--_bg);
    box-shadow: var(--_shadow);
  }
  .save p {
    margin-inline-end: auto;
    color: var(--_muted);
  }
`
