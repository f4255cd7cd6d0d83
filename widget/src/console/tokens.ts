import { css } from 'lit'

/*
 * The console's one sheet: tokens, and how plain elements look. Owners set `--va-*`; colour says state and nothing else. Every colour
 * is given for light and dark at once.
 */
export const tokens = css`
  :host {
    color-scheme: inherit;
    --_accent: light-dark(#0b63c9, #6cb0ff);
    --_on-accent: light-dark(#fff, #08182c);
    --_accent-soft: color-mix(in oklab, var(--_accent) 11%, var(--_bg));
    --_bg: var(--va-background, light-dark(#fff, #14161b));
    --_page: light-dark(#f6f7f9, #0e1014);
    --_soft: var(--va-surface, light-dark(#f1f3f6, #1f232a));
    --_hover: light-dark(#eef1f5, #23282f);
    --_fg: var(--va-text, light-dark(#15181e, #eef1f5));
    --_muted: var(--va-text-muted, light-dark(#545c69, #a3acb9));
    --_line: var(--va-border, light-dark(#e2e6eb, #2a2f38));
    --_edge: light-dark(#858e9b, #747d8b);
    --_good: light-dark(#14703c, #67cf95);
    --_wait: light-dark(#8a5300, #f0b55c);
    --_bad: light-dark(#b3261e, #ff9a90);
    --_bad-soft: light-dark(#fdf0ee, #33191a);
    --_good-soft: light-dark(#eaf6ef, #14291d);
    --_wait-soft: light-dark(#fdf4e3, #2f2412);
    --_font: var(--va-font, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif);
    --_mono: ui-monospace, 'SF Mono', Menlo, Consolas, 'Noto Sans Mono', monospace;
    --_radius: 12px;
    --_shadow: 0 1px 2px light-dark(#0a0f1a0d, #0006), 0 10px 30px -12px light-dark(#0a0f1a30, #000a);
    --_quick: 180ms cubic-bezier(0.2, 0.7, 0.2, 1);
  }
  /* Whatever the owner's colour: darkened until its luminance (Y of XYZ) is 4.5:1 from a light panel's, or lightened for a dark one. */
  @supports (color: color(from red xyz-d65 x y z)) {
    :host {
      --_given: var(--va-accent, #0b63c9);
      --_accent: light-dark(
        color(from var(--_given) xyz-d65 calc(x * min(1, 0.14 / y)) calc(y * min(1, 0.14 / y)) calc(z * min(1, 0.14 / y))),
        oklch(from var(--_given) max(l, 0.76) min(c, 0.13) h)
      );
      --_on-accent: light-dark(#fff, #0b0d11);
    }
  }
`
