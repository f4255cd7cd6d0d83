/** How "call me" looks. */
export const callbackStyles = `
.callme {
  flex: 1;
  display: flex;
  flex-direction: column;
  align-items: center;
  justify-content: safe center;
  gap: 20px;
  min-block-size: 0;
  overflow-y: auto;
  overscroll-behavior: contain;
  padding: 8px 20px 16px;
  text-align: center;
  --_size: 120px;
}
.callme .orb { margin-block: 24px 12px; }
.over .orb { margin-block-start: auto; }
.callme :is(.timer, [role='alert']):empty { display: none; }
.callform { flex: 1; display: flex; flex-direction: column; gap: 16px; inline-size: 100%; text-align: start; }
.callform h3 { margin-block-start: 4px; }
.field { display: grid; gap: 6px; font-size: 14px; font-weight: 550; }
.field small { margin-inline-start: 4px; font-size: 13px; font-weight: 400; color: var(--_muted); }
.field input {
  inline-size: 100%;
  min-block-size: 52px;
  padding: 0 16px;
  border: 0;
  border-radius: 14px;
  outline: none;
  background: var(--_soft);
  box-shadow: inset 0 0 0 1px var(--_edge);
  color: var(--_fg);
  font: inherit;
  font-size: 16px;
  font-weight: 400;
}
.field input:focus-visible { box-shadow: inset 0 0 0 2px var(--_accent-text); }
.field input[aria-invalid] { box-shadow: inset 0 0 0 2px var(--_danger-text); }
.wrong { margin-block-start: -8px; font-size: 14px; color: var(--_danger-text); }
.wrong:empty { display: none; }
.refused { padding: 12px 16px; border-radius: 14px; background: color-mix(in oklab, var(--_danger-text) 9%, var(--_bg)); font-size: 14px; text-align: start; }
.refused span { display: block; }
.refused b { font-weight: 600; color: var(--_danger-text); }
.ask { display: grid; gap: 8px; margin-block-start: auto; }
.ask .quiet { font-size: 14px; text-wrap: balance; }
.ask .primary { margin-block-start: 4px; min-block-size: 52px; border-radius: 26px; font-variant-numeric: tabular-nums; }
.plain { min-block-size: 44px; padding: 0 14px; border-radius: 22px; font-size: 14px; font-weight: 550; color: var(--_accent-text); }
.plain:hover { background: var(--_soft); }
.plain[disabled] { background: none; }
.ways { display: flex; flex-wrap: wrap; justify-content: center; gap: 4px; align-self: stretch; padding-block-start: 8px; border-block-start: 1px solid var(--_line); }
.callme:not(.form, .asking) .ways { margin-block-start: auto; }
details a { display: inline-block; padding-block: 12px; color: var(--_accent-text); }
details { margin-block-start: 2px; }
summary { min-block-size: 44px; display: flex; align-items: center; cursor: pointer; text-decoration: underline; text-decoration-color: var(--_edge); text-underline-offset: 3px; }
details span { display: block; max-block-size: 132px; overflow: auto; white-space: pre-line; color: var(--_fg); }

.live { --_size: 132px; }
.callme h3 { font-variant-numeric: tabular-nums; }
.steps { display: flex; inline-size: 100%; max-inline-size: 312px; margin: 8px 0 0; padding: 0; list-style: none; font-size: 14px; color: var(--_muted); }
.steps li { position: relative; flex: 1; display: grid; justify-items: center; gap: 10px; }
.steps li + li::before { content: ''; position: absolute; inset-block-start: 8px; inset-inline: calc(-50% + 15px) calc(50% + 15px); block-size: 2px; border-radius: 1px; background: var(--_line); }
.steps :is(.done, .now) + :is(.done, .now)::before { background: var(--_accent-text); }
.steps i { position: relative; inline-size: 18px; block-size: 18px; border-radius: 50%; box-shadow: inset 0 0 0 2px var(--_edge); }
.steps .done i, .steps .now i { background: var(--_accent-text); box-shadow: none; }
.steps .done i::after { content: ''; position: absolute; inset: 4px 6px 6px; border: solid var(--_bg); border-width: 0 2px 2px 0; rotate: 45deg; }
.steps .now { color: var(--_fg); font-weight: 600; }
.steps .now i::before { content: ''; position: absolute; inset: -5px; border-radius: 50%; border: 2px solid var(--_accent-text); opacity: 0.45; animation: ping 1.8s ease-out infinite; }
@keyframes ping { from { transform: scale(0.8); opacity: 0.7; } to { transform: scale(1.35); opacity: 0; } }
.danger { background: var(--_danger); color: #fff; box-shadow: none; }
.callme .danger[disabled] { background: var(--_soft); color: var(--_muted); }
:host(:is([data-state='dialing'], [data-state='ringing'])) .dot { background: #c77700; }
:host([data-state='connected']) .dot { background: #17935c; }
:host(:is([data-state='dialing'], [data-state='ringing'])) .callme .ball > b { opacity: 0.55; animation-play-state: running; }
`
