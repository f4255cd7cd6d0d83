import { css } from 'lit'

/** The list of calls that live, alone or beside one of them. */
export const activeStyles = css`
  :host {
    height: 100%;
  }
  .split {
    display: grid;
    grid-template: minmax(0, 1fr) / minmax(0, 1fr);
    height: 100%;
  }
  .list {
    display: flex;
    flex-direction: column;
    min-width: 0;
    min-height: 0;
    overflow: auto;
    padding: 24px;
  }
  .open .list {
    display: none;
  }
  .inner {
    width: 100%;
    max-width: 1080px;
    margin-inline: auto;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 12px 16px;
    margin-bottom: 16px;
  }
  .head select {
    width: auto;
    min-width: 168px;
    min-height: 36px;
    padding-block: 4px;
  }
  .rows {
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_bg);
    overflow: hidden;
  }
  li {
    content-visibility: auto;
    contain-intrinsic-height: 57px;
  }
  li + li {
    border-top: 1px solid var(--_line);
  }
  .call {
    display: grid;
    grid-template-columns: minmax(0, 1.2fr) minmax(0, 1fr) 148px 76px;
    align-items: center;
    gap: 4px 16px;
    height: 56px;
    padding-inline: 16px;
    color: inherit;
    text-decoration: none;
    outline-offset: -3px;
  }
  .call:hover {
    background: var(--_hover);
  }
  .call[aria-current='true'] {
    background: var(--_accent-soft);
  }
  .call.gone {
    color: var(--_muted);
  }
  .agent {
    font-weight: 570;
  }
  .agent,
  .who {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .who {
    color: var(--_muted);
    font-size: 14px;
  }
  .standing {
    display: flex;
    align-items: center;
    min-width: 0;
  }
  .standing .tag {
    max-width: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
    display: inline-block;
  }
  .call .num {
    justify-self: end;
    width: 8ch;
    text-align: end;
    contain: size layout style;
    height: 1.5em;
  }
  .hint {
    min-height: 20px;
    margin: 10px 4px 0;
    color: var(--_muted);
    font-size: 13px;
  }
  .detail {
    min-width: 0;
    min-height: 0;
    overflow: auto;
  }
  @container (max-width: 640px) {
    .list {
      padding: 16px;
    }
    .call {
      grid-template: auto auto / minmax(0, 1fr) auto;
      align-content: center;
      height: 68px;
    }
    .call .num {
      grid-area: 1 / 2;
    }
    .who {
      grid-area: 2 / 1;
    }
    .standing {
      grid-area: 2 / 2;
      justify-self: end;
      max-width: 42cqi;
    }
    li {
      contain-intrinsic-height: 69px;
    }
  }
  @container (min-width: 1080px) {
    .open {
      grid-template-columns: 352px minmax(0, 1fr);
    }
    .open .list {
      display: flex;
      border-inline-end: 1px solid var(--_line);
      padding: 20px 12px;
    }
    .open .head {
      padding-inline: 4px;
    }
    .open .call {
      grid-template: auto auto / minmax(0, 1fr) auto;
      align-content: center;
      height: 64px;
      padding-inline: 12px;
    }
    .open .call .num {
      grid-area: 1 / 2;
    }
    .open .who {
      grid-area: 2 / 1;
    }
    .open .standing {
      grid-area: 2 / 2;
      justify-self: end;
      max-width: 150px;
    }
  }
`
