import { css } from 'lit'

export const startStyles = css`
  .page {
    max-width: 760px;
  }
  ol {
    display: grid;
    gap: 16px;
  }
  li {
    display: grid;
    grid-template-columns: 32px minmax(0, 1fr);
    gap: 16px;
    padding: 20px;
    border: 1px solid var(--_line);
    border-radius: 20px;
    background: var(--_bg);
  }
  li.later {
    background: none;
    color: var(--_muted);
  }
  .sign {
    display: grid;
    place-items: center;
    width: 32px;
    height: 32px;
    border-radius: 50%;
    background: var(--_soft);
    color: var(--_muted);
    font-weight: 620;
  }
  .now .sign {
    background: var(--_accent);
    color: var(--_on-accent);
  }
  .done .sign {
    background: var(--_good-soft);
    color: var(--_good);
  }
  .step,
  form {
    display: grid;
    gap: 12px;
    align-content: start;
  }
  h2 {
    font-size: 17px;
    line-height: 32px;
  }
  input,
  textarea {
    max-width: 480px;
  }
  @container (max-width: 560px) {
    li {
      grid-template-columns: minmax(0, 1fr);
      gap: 8px;
      padding: 16px;
    }
  }
`
