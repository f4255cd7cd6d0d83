import { css } from 'lit'

/** Keys to press into a call, as on a phone. */
export const padStyles = css`
  .pad {
    display: grid;
    grid-template-columns: repeat(3, 1fr);
    gap: 8px;
  }
  .pad button {
    min-height: 52px;
    border-radius: 14px;
    font-size: 18px;
    font-variant-numeric: tabular-nums;
  }
`
