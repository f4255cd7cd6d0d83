import { css } from 'lit'

/** How a question stands over the page. */
export const dialogStyles = css`
  dialog {
    width: min(460px, calc(100vw - 32px));
    max-height: calc(100dvh - 48px);
    padding: 24px;
    border: 1px solid var(--_line);
    border-radius: 20px;
    background: var(--_bg);
    color: var(--_fg);
    box-shadow: var(--_shadow);
  }
  dialog::backdrop {
    background: #0a0f1a66;
  }
  dialog form {
    display: grid;
    gap: 16px;
  }
  dialog h2 {
    font-size: 18px;
  }
  dialog .row {
    justify-content: flex-end;
  }
`
