import type { TemplateResult } from 'lit'
import type { Result } from '../element/events.ts'
import { canRetry, type VoiceRoom } from './voice-room.ts'
import type { VoiceKey } from './words.ts'

const SPEAKER = 'M4 9.5v5h3.5l4.5 4v-13l-4.5 4Z'
const MICROPHONE = 'M9 6a3 3 0 0 1 6 0v5a3 3 0 0 1-6 0Zm-3 5.5a6 6 0 0 0 12 0M12 17.5V21'

/** What the volume's piece needs of the panel. */
export interface VolumeView {
  volume: number
  volumeShown: boolean
  do: { toggleVolume(): void; setVolume(volume: number): void }
}

/** What the panel shows of the visitor's voice. The shell's Lit, so that it is loaded once. */
export interface VoiceView {
  /** The microphone's button in the row of controls. */
  button(): TemplateResult
  /** What the visitor should know or do. */
  notices(view: {
    blocked: boolean
    phone: { modes: { callMe: boolean } }
    do: { allowSound(): void; callMe(): void }
  }): TemplateResult | undefined
  /** The agent's volume, and under it the devices. */
  volume(view: VolumeView): TemplateResult
}

export function voiceView(room: VoiceRoom): VoiceView {
  const { inside, desk } = room.door
  const { html, nothing } = inside.lit
  const say = (key: VoiceKey, values?: Record<string, string | number>) => inside.say(key, values)

  const icon = (path: string) =>
    html`<svg viewBox="0 0 24 24" width="21" height="21" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${path}></path></svg>`

  const notice = (words: string, action?: string, act?: () => void, alert = false, name = 'voice-action', more?: TemplateResult) =>
    html`<div class="notice" part="notice">
      <p role=${alert ? 'alert' : 'status'}>${words}</p>
      ${act ? html`<button class="${alert ? 'primary' : 'secondary'}" part=${name} @click=${act}>${action}</button>` : nothing}${more ?? nothing}
    </div>`

  const choice = (
    part: string,
    label: string,
    all: MediaDeviceInfo[],
    current: string | undefined,
    choose: (id: string) => Promise<Result>,
  ) =>
    all.length < 2
      ? nothing
      : html`<label class="device"
          >${label}<select part=${part} @change=${(event: Event) => void changed(event, current, choose)}>
            ${all.map(
              ({ deviceId, label: name }, at) =>
                html`<option value=${deviceId} ?selected=${deviceId === (current || 'default')}>
                  ${deviceId === 'default' ? say('voice.default') : name || say('voice.device', { number: at + 1 })}
                </option>`,
            )}
          </select></label
        >`

  return {
    button() {
      const open = room.state.is === 'open'
      const muted = desk.muted
      const name = say(open ? 'voice.mute' : 'voice.use')
      return html`<button
        class="tool mute"
        part="mute"
        aria-label=${name}
        aria-pressed=${open ? muted : nothing}
        data-tip=${open && muted ? say('voice.unmute') : name}
        ?disabled=${room.state.is === 'asking'}
        @click=${() => (open ? desk.setMuted(!muted) : void room.ask())}
      >
        <span class="hears" part="meter"></span>${icon(MICROPHONE + (!open || muted ? 'M4 4l16 16' : ''))}
      </button>`
    },
    notices({ blocked, phone, do: act }) {
      if (blocked) return notice(say('sound.blocked'), say('sound.allow'), act.allowSound, true, 'allow-sound')
      const { state, trouble, recognition } = room
      if (state.is === 'asking') return state.shown ? notice(say('voice.asking'), say('voice.type'), () => room.typeInstead()) : undefined
      if (state.is === 'refused' && !room.known) {
        const words = say(`error.mic_${state.why}`)
        const called = phone.modes.callMe
          ? html`<button class="secondary" part="call-me" @click=${act.callMe}>${inside.say('callme.open')}</button>`
          : undefined
        return canRetry(state.why)
          ? notice(words, say('voice.again'), () => void room.ask(), true, 'voice-action', called)
          : notice(words, undefined, undefined, true, '', called)
      }
      if (trouble && !(trouble === 'kept' && room.known)) return notice(say(`voice.${trouble}`), undefined, undefined, true)
      if (room.known || !room.looked) return undefined
      return notice(recognition ? inside.say(recognition.onDevice ? 'speech.on-device' : 'speech.allowed') : say('voice.typedOnly'))
    },
    volume({ volume, volumeShown, do: act }) {
      const percent = Math.round(volume * 100)
      return html`<div class="volume">
        <button class="tool" part="volume" aria-label=${say('voice.volume')} aria-expanded=${volumeShown} @click=${act.toggleVolume}>
          ${icon(`${SPEAKER}${volume === 0 ? 'm12 .5 4 4m0-4-4 4' : 'm11.5-.5a4 4 0 0 1 0 6m2.5-8.5a8 8 0 0 1 0 11'}`)}
        </button>
        ${
          volumeShown
            ? html`<div class="pop">
                <input
                  part="volume-slider"
                  type="range"
                  min="0"
                  max="100"
                  step="5"
                  .value=${String(percent)}
                  aria-label=${say('voice.volume')}
                  @input=${(event: Event) => act.setVolume(Number((event.target as HTMLInputElement).value) / 100)}
                /><span aria-hidden="true">${percent}</span>
                ${choice('input-device', say('voice.input'), room.inputs, room.inputId, (id) => desk.setInputDevice(id))}
                ${choice('output-device', say('voice.output'), room.outputs, desk.output, (id) => desk.setOutputDevice(id))}
                ${/^(default)?$/.test(desk.output ?? '') ? nothing : html`<p class="device" role="status">${say('voice.echo')}</p>`}
              </div>`
            : nothing
        }
      </div>`
    },
  }
}

/** A device that cannot be had is not shown as chosen. */
async function changed(event: Event, current: string | undefined, choose: (id: string) => Promise<Result>): Promise<void> {
  const select = event.target as HTMLSelectElement
  const { ok } = await choose(select.value)
  if (!ok) select.value = current || 'default'
}
