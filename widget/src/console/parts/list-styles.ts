import { css } from 'lit'

export const listStyles = css`
  .line {
    display: flex;
    flex-wrap: wrap;
    gap: 12px;
    align-items: end;
  }
  .line label {
    flex: 1 1 220px;
  }
  .rows {
    display: grid;
    gap: 8px;
  }
  .rows li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 12px;
  }
  .rows li > :last-child:is(button, .tag) {
    margin-inline-start: auto;
  }
  td select {
    min-width: 120px;
  }
  .checks {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(220px, 1fr));
    gap: 4px 16px;
  }
  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
  }
  legend {
    padding: 0;
    margin-block-end: 4px;
    font-size: 13px;
    font-weight: 550;
  }
`
