import { css } from 'lit'

export const orbStyles = css`
  .orb {
    position: relative;
    display: block;
    flex: none;
    inline-size: var(--_size, 56px);
    block-size: var(--_size, 56px);
    border-radius: 50%;
    transition: filter 240ms;
    animation: breathe 6s ease-in-out infinite;
  }
  .glow,
  .ball,
  .ball > * {
    position: absolute;
    inset: 0;
    border-radius: 50%;
  }
  .glow {
    inset: -34%;
    background: radial-gradient(closest-side, var(--_one) 40%, color-mix(in oklab, var(--_one) 34%, transparent) 68%, transparent);
    opacity: calc(0.1 + var(--level, 0) * 0.45);
    transform: scale(calc(0.86 + var(--level, 0) * 0.34));
  }
  .ball {
    overflow: clip;
    isolation: isolate;
    background: radial-gradient(circle at 50% 18%, var(--_one), var(--_two) 92%);
    transform: scale(calc(1 + var(--level, 0) * 0.12));
    transition: scale var(--_quick);
  }
  .ball::after {
    content: '';
    position: absolute;
    inset: 0;
    border-radius: 50%;
    background: radial-gradient(circle at 34% 20%, #ffffff8c, #fff0 38%), radial-gradient(circle at 50% 50%, #0000 62%, #0000001f);
    box-shadow: inset 0 0 0 1px #ffffff29;
  }
  .ball > i {
    inset: -12%;
  }
  .ball > i:nth-child(1) {
    background: radial-gradient(circle at 28% 64%, var(--_three), transparent 46%);
    animation: turn 11s linear infinite;
  }
  .ball > i:nth-child(2) {
    background: radial-gradient(circle at 70% 66%, var(--_two), transparent 52%);
    animation: turn 17s linear infinite reverse;
  }
  .ball > i:nth-child(3) {
    background: radial-gradient(circle at 62% 34%, color-mix(in oklab, var(--_three), #fff 45%), transparent 34%);
    opacity: 0.8;
    animation: turn 7s linear infinite;
  }
  .ball > b {
    background: conic-gradient(#fff0 35%, #ffffffb3 88%, #fff0);
    opacity: 0;
    transition: opacity 240ms;
    animation: turn 2.4s linear infinite paused;
  }
  :host(:is([data-state='connecting'], [data-state='thinking'], [data-state='reconnecting'])) .ball > b,
  .busy .ball > b {
    opacity: 0.55;
    animation-play-state: running;
  }
  :host(:is([data-state='error'], [data-state='reconnecting'])) .orb {
    filter: saturate(0.05);
  }
  :host(:not([data-state='idle'])) .orb {
    animation-play-state: paused;
  }
  @keyframes turn {
    to {
      transform: rotate(1turn);
    }
  }
  @keyframes breathe {
    50% {
      transform: scale(1.035);
    }
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    ::before,
    ::after {
      animation: none !important;
      transition: none !important;
    }
    .ball {
      transform: none;
    }
    .glow {
      inset: -9%;
      transform: none;
      background: none;
      border: 3px solid var(--_one);
      opacity: calc(0.15 + var(--level, 0) * 0.85);
    }
  }
`
