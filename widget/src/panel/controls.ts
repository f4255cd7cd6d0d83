import type { TemplateResult } from 'lit'
import { html, nothing } from '../call/lit.ts'
import { icons } from './icons.ts'
import { tool } from './pieces.ts'
import type { PanelView } from './view.ts'

/** The row at the bottom: write, mute, keypad, end. */
export function controls(view: PanelView): TemplateResult | typeof nothing {
  const { say, do: act, scene } = view
  if (scene === 'consent' || scene === 'ended' || scene === 'error') return nothing
  const talking = scene === 'call'
  return html`<footer part="controls">
    <form class="write" @submit=${(event: SubmitEvent) => submit(event, view)}>
      <input
        part="input"
        type="text"
        autocomplete="off"
        enterkeyhint="send"
        maxlength="4000"
        aria-label=${say('write.label')}
        placeholder=${say('write.placeholder')}
        @keydown=${keepComposing}
      />
      <button class="tool send" part="send" aria-label=${say('write.send')}>${icons.send()}</button>
    </form>
    ${(talking && view.voice?.button()) || nothing}
    ${talking ? tool('keypad-toggle', say(view.keypad ? 'control.keypadHide' : 'control.keypad'), icons.keypad(), act.toggleKeypad, view.keypad !== undefined) : nothing}
    ${talking ? tool('end', say('control.end'), icons.hangUp(), act.end) : nothing}
  </footer>`
}

/** Enter that chooses a word in an input method (Hindi, Japanese …) does not send. Safari says so only by its old key code. */
function keepComposing(event: KeyboardEvent): void {
  if (event.key === 'Enter' && (event.isComposing || event.keyCode === 229)) event.preventDefault()
}

function submit(event: SubmitEvent, view: PanelView): void {
  event.preventDefault()
  const input = (event.target as HTMLFormElement).querySelector('input')
  const text = input?.value.trim()
  if (!input || !text) return
  input.value = ''
  view.do.write(text)
}
