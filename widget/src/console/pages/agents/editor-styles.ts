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
  @container (max-width: 960px) {
    .columns {
      grid-template-columns: minmax(0, 1fr);
    }
    aside {
      position: static;
    }
  }
`
