import { css } from 'lit'

/*
 * Tokens: the page's `--va-*` first, then ours. One accent gives every other colour. Contrast is computed, not hoped for: relative
 * luminance is the Y of XYZ, so what stands on the accent turns black or white at Y = 0.179, where both reach 4.5:1, and the accent as
 * text is scaled until its Y is far enough from the panel's.
 */
export const tokens = css`
  :host {
    color-scheme: light dark;
    --_accent: var(--va-accent, #0f6fde);
    --_on-accent: #fff;
    --_accent-text: var(--_accent);
    --_bg: var(--va-background, #fff);
    --_fg: var(--va-text, #15181e);
    --_muted: var(--va-text-muted, #59616f);
    --_soft: var(--va-surface, #f1f3f6);
    --_line: var(--va-border, #15181e1f);
    --_edge: #7d8694;
    --_danger: var(--va-danger, #d4281c);
    --_danger-text: #b42318;
    --_font: var(--va-font, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif);
    --_shadow: var(--va-shadow, 0 1px 2px #0a0f1a14, 0 12px 40px -8px #0a0f1a3d);
    --_offset-x: var(--va-offset-x, var(--va-offset, 20px));
    --_offset-y: var(--va-offset-y, var(--va-offset, 20px));
    --_one: var(--va-orb-color-1, var(--_accent));
    --_two: var(--va-orb-color-2, var(--_accent));
    --_three: var(--va-orb-color-3, #fff);
    --_quick: 180ms cubic-bezier(0.2, 0.7, 0.2, 1);
  }
  :host([theme='light']) {
    color-scheme: light;
  }
  :host([theme='dark']) {
    color-scheme: dark;
  }
  @supports (color: light-dark(red, red)) and (color: color(from red xyz-d65 x y z)) {
    :host {
      --_on-accent: color(
        from var(--_accent) xyz-d65 clamp(0, (0.179 - y) * 1e9, 0.9505) clamp(0, (0.179 - y) * 1e9, 1) clamp(0, (0.179 - y) * 1e9, 1.089)
      );
      --_accent-text: light-dark(
        color(from var(--_accent) xyz-d65 calc(x * min(1, 0.15 / y)) calc(y * min(1, 0.15 / y)) calc(z * min(1, 0.15 / y))),
        color(
          from var(--_accent) xyz-d65 calc(x + (0.9505 - x) * max(0, (0.34 - y) / (1 - y))) calc(y + (1 - y) * max(0, (0.34 - y) / (1 - y)))
            calc(z + (1.089 - z) * max(0, (0.34 - y) / (1 - y)))
        )
      );
      --_bg: var(--va-background, light-dark(#fff, #15171c));
      --_fg: var(--va-text, light-dark(#15181e, #f1f3f6));
      --_muted: var(--va-text-muted, light-dark(#59616f, #a4acb9));
      --_soft: var(--va-surface, light-dark(#f1f3f6, #23272f));
      --_line: var(--va-border, light-dark(#15181e1f, #ffffff24));
      --_edge: light-dark(#7d8694, #7f8896);
      --_danger-text: light-dark(#b42318, #ff9187);
      --_one: var(--va-orb-color-1, oklch(from var(--_accent) clamp(0.5, l, 0.72) max(c, 0.02) h));
      --_two: var(--va-orb-color-2, oklch(from var(--_accent) clamp(0.44, l - 0.1, 0.62) min(c, 0.17) calc(h + 42)));
      --_three: var(--va-orb-color-3, oklch(from var(--_accent) 0.89 min(c, 0.11) calc(h - 58)));
    }
  }
`
