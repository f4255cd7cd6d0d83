import { css } from 'lit'

export const historyStyles = css`
  .filters {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(164px, 1fr));
    gap: 12px;
    align-items: end;
  }
  .filters label:first-of-type {
    grid-column: span 2;
  }
  .filters input {
    min-width: 0;
  }
  .check {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 40px;
    font-weight: 450;
    font-size: 14px;
  }
  .card.scroll {
    padding: 4px 4px;
  }
  td time {
    white-space: nowrap;
  }
  tbody tr:hover td {
    background: var(--_hover);
  }
  @container (max-width: 480px) {
    .filters {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
  }
`
