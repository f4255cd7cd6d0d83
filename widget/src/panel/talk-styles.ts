/** What is said: the small stage, bubbles, notices, the row of controls. */
export const talkStyles = `
.stage.small { flex: 1 0 auto; gap: 12px; padding: 4px 20px 10px; --_size: 116px; }
.stage.small .orb { margin-block: 14px; }
.stage.few { --_size: 84px; }
.stage.many { --_size: 60px; }
.stage:is(.few, .many) .orb { margin-block: 6px; }
.ended .stage.small, .error .stage.small { padding-block: 14px 18px; border-block-start: 1px solid var(--_line); order: 1; }
:is(.ended, .error) .small .orb { display: none; }
:is(.ended, .error) .stage.small { flex: none; }
:is(.ended, .error) .transcript { flex: 1; }

.transcript { flex: 0 1 auto; display: flex; flex-direction: column; min-block-size: 0; overflow-y: auto; overscroll-behavior: contain; padding: 8px 16px 12px; scrollbar-width: thin; }
.transcript.empty { display: none; }
.transcript:focus-visible { outline-offset: -2px; border-radius: 12px; }
.lines { display: flex; flex-direction: column; gap: 8px; }
.lines:first-child { margin-block-start: auto; }
.lines + .lines:has(.entry) { margin-block-start: 8px; }
.entry {
  max-inline-size: 84%;
  padding: 9px 14px;
  border-radius: var(--va-bubble-radius, 12px);
  overflow-wrap: anywhere;
  animation: appear 200ms ease-out;
}
@keyframes appear { from { opacity: 0; transform: translateY(6px); } }
.text { white-space: pre-wrap; }
.agent, .operator { align-self: flex-start; background: var(--_soft); border-end-start-radius: 4px; }
.visitor { align-self: flex-end; border-end-end-radius: 4px; }
.operator { box-shadow: inset 0 0 0 1.5px var(--_accent-text); }
.speaker { display: block; font-size: 12px; font-weight: 600; color: var(--_accent-text); }
.system { align-self: center; font-size: 13px; color: var(--_muted); text-align: center; padding-block: 2px; }
.agent.interim, .operator.interim { color: var(--_muted); }
.visitor.interim { background: transparent; color: var(--_muted); box-shadow: inset 0 0 0 1px var(--_edge); }
.cut { position: relative; margin-inline-start: 5px; font-weight: 700; color: var(--_accent-text); }
.visitor .cut { color: inherit; }

.notices:has(.notice) { padding: 0 16px 10px; }
.notice { display: flex; align-items: center; gap: 12px; padding-block: 8px; padding-inline: 14px 8px; border-radius: 14px; box-shadow: inset 0 0 0 1px var(--_line); font-size: 14px; }

footer { display: flex; align-items: center; gap: 4px; padding: 8px 12px 12px; border-block-start: 1px solid var(--_line); }
.write {
  flex: 1;
  display: flex;
  min-inline-size: 0;
  border-radius: 24px;
  background: var(--_soft);
}
.write:focus-within { box-shadow: inset 0 0 0 2px var(--_accent-text); }
.write input {
  flex: 1;
  min-inline-size: 0;
  min-block-size: 46px;
  padding-block: 0;
  padding-inline: 18px 4px;
  border: 0;
  outline: none;
  background: none;
  color: var(--_fg);
  font: inherit;
  font-size: 16px;
}
.write input::placeholder { color: var(--_muted); opacity: 1; }
.send { transform: scale(0.82); background: var(--_accent); color: var(--_on-accent); }
.send:hover { background: var(--_accent); color: var(--_on-accent); filter: brightness(1.07); }
.write:has(input:placeholder-shown) .send { background: transparent; color: var(--_muted); }
.end { margin-inline-start: 6px; }
`
