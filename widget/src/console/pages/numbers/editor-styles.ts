import { css } from 'lit'

export const editorStyles = css`
  :host {
    display: grid;
    gap: 16px;
  }
  .columns {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 24px;
    align-items: start;
  }
  .columns > :only-child {
    max-width: 640px;
  }
  .steps {
    display: grid;
    gap: 14px;
    counter-reset: step;
  }
  .steps li {
    counter-increment: step;
    display: grid;
    gap: 8px;
    padding-inline-start: 32px;
    position: relative;
  }
  .steps li::before {
    content: counter(step);
    position: absolute;
    inset-inline-start: 0;
    display: grid;
    place-items: center;
    width: 22px;
    height: 22px;
    border-radius: 50%;
    background: var(--_soft);
    color: var(--_muted);
    font-size: 12px;
    font-weight: 620;
  }
  .findings {
    display: grid;
    gap: 8px;
    font-size: 14px;
  }
  @container (max-width: 900px) {
    .columns {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`
