import { css } from 'lit'

export const formStyles = css`
  :host,
  .fields {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 240px), 1fr));
    gap: 16px;
    align-items: start;
  }
  fieldset,
  .field:has(textarea) {
    grid-column: 1 / -1;
  }
  .field > label:not(.check) {
    display: block;
  }
  textarea {
    min-height: 0;
    field-sizing: content;
    max-height: 480px;
  }
  fieldset {
    display: grid;
    gap: 12px;
    min-width: 0;
    margin: 0;
    padding: 12px 16px 16px;
    border: 1px solid var(--_line);
    border-radius: 12px;
  }
  fieldset.plain {
    gap: 4px;
    padding: 0;
    border: 0;
  }
  .plain > legend {
    margin: 0;
    padding: 0;
    font-size: 13px;
    font-weight: 550;
  }
  legend {
    padding-inline: 6px;
    margin-inline-start: -6px;
    font-size: 14px;
    font-weight: 620;
  }
  .optional {
    color: var(--_muted);
    font-weight: 400;
  }
  .hint {
    color: var(--_muted);
    font-size: 13px;
    font-weight: 400;
  }
  th .hint {
    display: block;
    white-space: normal;
  }
  .fault {
    color: var(--_bad);
    font-size: 13px;
    font-weight: 500;
  }
  .checks {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 20px;
  }
  .items {
    display: grid;
    gap: 12px;
  }
  .item {
    display: grid;
    gap: 12px;
    padding: 12px;
    border-radius: 10px;
    background: var(--_soft);
  }
  .item-head {
    display: flex;
    align-items: end;
    justify-content: space-between;
    gap: 12px;
  }
  .item-name {
    color: var(--_muted);
    font-size: 13px;
    font-weight: 600;
  }
  .name {
    max-width: 240px;
  }
  .add {
    justify-self: start;
  }
  .with-unit {
    display: flex;
    align-items: center;
    gap: 8px;
  }
  .with-unit input {
    max-width: 160px;
  }
  input[type='number'] {
    max-width: 160px;
    font-variant-numeric: tabular-nums;
  }
  .unit {
    color: var(--_muted);
  }
  td input[type='number'] {
    min-width: 88px;
  }
  tbody th {
    color: var(--_fg);
    font-size: 14px;
    border-top: 1px solid var(--_line);
    white-space: normal;
    min-width: 140px;
  }
  .narrow {
    max-width: 520px;
  }
  .narrow .name {
    min-width: 112px;
  }
  tbody td {
    padding: 6px 12px;
  }
`
