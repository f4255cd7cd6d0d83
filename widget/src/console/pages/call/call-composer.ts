import { css, html, LitElement, nothing, type PropertyValues } from 'lit'
import { look } from '../../look.ts'
import type { Desk } from '../../page.ts'
import { sentenceOf } from '../../problem.ts'
import type { Deed } from './can.ts'

type Mode = 'whisper' | 'say' | 'context' | 'write'

const MODES: Record<Mode, { label: string; hint: string; needs: Deed; done: string }> = {
  write: { label: 'Write', hint: 'Write to the visitor', needs: 'write', done: '' },
  whisper: {
    label: 'Whisper',
    hint: 'What the AI should do; only it hears this',
    needs: 'advise',
    done: 'The agent was told. The visitor hears nothing of it.',
  },
  context: {
    label: 'Inform',
    hint: 'What the AI should know',
    needs: 'advise',
    done: 'The agent knows it now.',
  },
  say: { label: 'Say', hint: 'What the agent should say, word for word', needs: 'say', done: 'The agent says it.' },
}

/** One line to write in: a whisper, a fact for the AI, a sentence to be said, or, in a typed call one holds, a message. */
export class CallComposer extends LitElement {
  static override styles = [
    look,
    css`
      form {
        display: grid;
        gap: 8px;
      }
      .modes {
        display: flex;
        gap: 4px;
      }
      .modes button {
        min-height: 30px;
        padding: 2px 12px;
        border-color: transparent;
        font-size: 13px;
        color: var(--_muted);
      }
      .modes button[aria-pressed='true'] {
        color: var(--_accent);
      }
      .line {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 8px;
      }
      input {
        border-radius: 999px;
        padding-inline: 16px;
      }
      @media (pointer: coarse) {
        .modes button {
          min-height: 44px;
        }
      }
    `,
  ]
  static override properties = {
    desk: { attribute: false },
    callId: {},
    deeds: { attribute: false },
    write: { attribute: false },
    mode: { state: true },
    busy: { state: true },
  }
  declare desk: Desk
  declare callId: string
  declare deeds: ReadonlySet<Deed>
  /** Sends what is written in a typed call. */
  declare write: (text: string) => void
  /** What was chosen; the first that can be done, until then. */
  declare private mode: Mode | undefined
  declare private busy: boolean

  constructor() {
    super()
    this.mode = undefined
    this.busy = false
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    // Whoever has just taken a typed call writes to the visitor first.
    if (this.deeds.has('write') && changed.has('deeds') && !changed.get('deeds')?.has('write')) this.mode = undefined
  }

  /** Chooses what is written, and puts the cursor there. */
  async start(mode: Mode): Promise<void> {
    if (!this.deeds.has(MODES[mode].needs)) return
    this.mode = mode
    await this.updateComplete
    this.renderRoot.querySelector('input')?.focus()
  }

  override render() {
    const { t } = this.desk
    const modes = (Object.keys(MODES) as Mode[]).filter((mode) => this.deeds.has(MODES[mode].needs))
    const mode = this.mode && modes.includes(this.mode) ? this.mode : modes[0]
    if (!mode) return nothing
    const { hint, label } = MODES[mode]
    return html`<form @submit=${(event: SubmitEvent) => void this.#send(event, mode)}>
      ${
        modes.length > 1
          ? html`<div class="modes" role="group" aria-label=${t('What to do with these words')}>
              ${modes.map((each) => html`<button type="button" aria-pressed=${each === mode} @click=${() => void this.start(each)}>${t(MODES[each].label)}</button>`)}
            </div>`
          : nothing
      }
      <div class="line">
        <input name="text" maxlength="2000" required autocomplete="off" dir="auto" aria-label=${t(hint)} placeholder=${t(hint)} />
        <button class=${mode === 'say' || mode === 'write' ? 'primary' : ''} ?disabled=${this.busy}>${t(label)}</button>
      </div>
    </form>`
  }

  async #send(event: SubmitEvent, mode: Mode): Promise<void> {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const text = String(new FormData(form).get('text') ?? '').trim()
    if (text === '' || this.busy) return
    const { api, t, tell } = this.desk
    this.busy = true
    try {
      if (mode === 'write') this.write(text)
      else await api.post(`/api/calls/${encodeURIComponent(this.callId)}/${mode}`, { text })
      form.reset()
      if (MODES[mode].done) tell(t(MODES[mode].done))
    } catch (error) {
      tell(sentenceOf(error), 'fault')
    } finally {
      this.busy = false
    }
  }
}

customElements.define('vc-composer', CallComposer)
