import { css } from 'lit'

export const editorStyles = css`
  :host {
    display: grid;
    gap: 16px;
  }
  .columns {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(300px, 380px);
    gap: 24px;
    align-items: start;
  }
  aside {
    position: sticky;
    inset-block-start: 16px;
    gap: 8px;
  }
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
  @container (max-width: 960px) {
    .columns {
      grid-template-columns: minmax(0, 1fr);
    }
    aside {
      position: static;
    }
  }
`
