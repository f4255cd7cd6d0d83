import { css } from 'lit'

/** One call: words on one side, what is known on the other, deeds above. */
export const callStyles = css`
  :host {
    height: 100%;
    container-type: inline-size;
  }
  .call {
    display: grid;
    grid-template: auto auto minmax(0, 1fr) / minmax(0, 1fr);
    height: 100%;
    max-width: 1320px;
    margin-inline: auto;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 12px;
    padding: 20px 24px 12px;
  }
  header h1 {
    font-size: 19px;
  }
  header .who {
    color: var(--_muted);
  }
  header .num {
    margin-inline-start: auto;
    min-width: 7ch;
    text-align: end;
    font-weight: 570;
  }
  .back {
    width: 36px;
    min-height: 36px;
    padding: 0;
    border-color: transparent;
  }
  .back:dir(rtl) svg {
    transform: scaleX(-1);
  }
  .deeds {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    padding: 0 24px 16px;
    border-bottom: 1px solid var(--_line);
  }
  .deeds:empty {
    padding: 0;
  }
  .deeds .end {
    margin-inline-start: auto;
  }
  .sides {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(280px, 360px);
    min-height: 0;
  }
  .words {
    display: flex;
    flex-direction: column;
    min-height: 0;
    border-inline-end: 1px solid var(--_line);
  }
  vc-transcript {
    flex: 1;
  }
  .below {
    display: grid;
    gap: 12px;
    padding: 12px 16px 16px;
    border-top: 1px solid var(--_line);
    background: var(--_bg);
  }
  .below:not(:has(*)) {
    display: none;
  }
  .about {
    display: grid;
    gap: 12px;
    align-content: start;
    padding: 16px;
    overflow-y: auto;
    outline-offset: -3px;
  }
  .about .card {
    display: grid;
    gap: 10px;
  }
  .takeovers {
    display: grid;
    gap: 14px;
  }
  .takeovers li {
    display: grid;
    gap: 6px;
    font-size: 14px;
  }
  .hand {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 16px;
  }
  .hand vc-levels {
    flex: 1 1 180px;
  }
  @container (max-width: 760px) {
    :host {
      height: auto;
    }
    .call {
      height: auto;
    }
    header,
    .deeds {
      padding-inline: 16px;
    }
    .sides {
      grid-template-columns: minmax(0, 1fr);
    }
    .words {
      height: min(70dvh, 560px);
      border-inline-end: 0;
      border-bottom: 1px solid var(--_line);
    }
    .deeds .end {
      margin-inline-start: 0;
    }
  }
`
