import { css } from 'lit'

export const editorStyles = css`
  :host {
    display: grid;
    gap: 16px;
  }
  nav {
    display: flex;
    gap: 4px;
    overflow-x: auto;
    border-block-end: 1px solid var(--_line);
  }
  nav a {
    flex: none;
    padding: 8px 12px;
    border-block-end: 2px solid transparent;
    color: var(--_muted);
    font-weight: 550;
    text-decoration: none;
  }
  nav a:hover {
    color: var(--_fg);
  }
  nav a:focus-visible {
    outline-offset: -2px;
  }
  nav a[aria-current] {
    border-color: var(--_accent);
    color: var(--_accent);
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
