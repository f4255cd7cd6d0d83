import { css, html, LitElement, nothing } from 'lit'
import { bodyOf } from '../../forms/schema.ts'
import { icon } from '../../icons.ts'
import { look } from '../../look.ts'
import type { Desk } from '../../page.ts'
import { apiDocument } from '../../parts/api-document.ts'
import { shortMs } from '../../parts/format.ts'
import { Work } from '../../parts/work.ts'

export interface VoiceSettings {
  current_settings: { voice_model: string; personality_type: string; response_speed?: string; language?: string }
  available_voices: { id: string; name: string; accent?: string }[]
  personality_options: { id: string; name: string; description?: string }[]
}
interface Heard {
  agent_response: string
  voice_url?: string
  response_time_ms: number
  personality_detected?: { detected_tone: string; confidence: number; emotion?: string }
}

export const voicePath = (agentId: string) => `/api/agents/management/${encodeURIComponent(agentId)}/voice`

/** The agent's voices: each can be heard, one is in force. `vc-agent-changed` tells when another was chosen. */
export class VoicePanel extends LitElement {
  static override styles = [
    ...look,
    css`
      ul {
        display: grid;
        gap: 4px;
      }
      li {
        display: flex;
        align-items: center;
        gap: 12px;
        padding: 8px 12px;
        border-radius: 10px;
      }
      li:hover {
        background: var(--_hover);
      }
      .name {
        flex: 1;
        min-width: 0;
      }
      .card {
        display: grid;
        gap: 12px;
      }
    `,
  ]
  static override properties = {
    desk: { attribute: false },
    agentId: { attribute: false },
    settings: { attribute: false },
    heard: { state: true },
    playing: { state: true },
    message: { state: true },
    mayPlayAny: { state: true },
  }
  declare desk: Desk
  declare agentId: string
  declare settings: VoiceSettings
  declare private heard: Heard | undefined
  declare private playing: string | undefined
  declare private message: string
  declare private mayPlayAny: boolean
  readonly #work = new Work(this)
  #sound: HTMLAudioElement | undefined

  constructor() {
    super()
    this.message = 'Hello, this is how I sound.'
    this.mayPlayAny = false
  }

  override firstUpdated(): void {
    void this.#work.run('read', async () => {
      const body = bodyOf(await apiDocument(this.desk), 'post', '/api/agents/management/{id}/voice/test')
      this.mayPlayAny = body?.properties?.voice_model !== undefined
    })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#hush()
  }

  #hush(): void {
    this.#sound?.pause()
    this.#sound = undefined
    this.playing = undefined
  }

  async #play(voice: string): Promise<void> {
    const stops = this.playing === voice
    this.#hush()
    if (stops) return
    await this.#work.run('play', async () => {
      this.playing = voice
      const asked = { test_message: this.message, ...(this.mayPlayAny ? { voice_model: voice } : {}) }
      try {
        this.heard = await this.desk.api.post<Heard>(`${voicePath(this.agentId)}/test`, asked)
        if (this.heard.voice_url) await this.#sounding(this.heard.voice_url)
      } finally {
        this.#hush()
      }
    })
  }

  /** Until it was heard to its end, or another was asked for. */
  async #sounding(url: string): Promise<void> {
    const sound = new Audio(new URL(url, this.desk.relay).href)
    this.#sound = sound
    const over = new Promise<void>((done) => {
      for (const name of ['ended', 'error', 'pause']) sound.addEventListener(name, () => done(), { once: true })
    })
    await sound.play()
    await over
  }

  async #choose(voice: string): Promise<void> {
    await this.#work.run('choose', async () => {
      await this.desk.api.post(voicePath(this.agentId), { voice_model: voice })
      this.dispatchEvent(new CustomEvent('vc-agent-changed'))
      this.desk.tell(this.desk.t('The voice is in force from the next call.'))
    })
  }

  override render() {
    const { t, session } = this.desk
    const { available_voices: voices, current_settings: now } = this.settings
    const mayHear = session.may('operator')
    return html`<section class="card" aria-labelledby="voices">
      <h2 id="voices">${t('Voices')}</h2>
      ${mayHear ? html`<label>${t('What is said')}<input .value=${this.message} maxlength="500" @input=${(event: Event) => (this.message = (event.currentTarget as HTMLInputElement).value)} /></label>` : nothing}
      <ul>${voices.map(
        ({ accent, id, name }) => html`<li>
          ${mayHear && (this.mayPlayAny || id === now.voice_model) ? this.#playButton(id, name) : nothing}
          <span class="name">${name} ${accent ? html`<span class="quiet small">${accent}</span>` : nothing}</span>
          ${
            id === now.voice_model
              ? html`<span class="tag good">${t('in force')}</span>`
              : session.may('admin')
                ? html`<button type="button" aria-label="${t('Use')} ${name}" ?disabled=${this.#work.is('choose')} @click=${() => this.#choose(id)}>${t('Use')}</button>`
                : nothing
          }
        </li>`,
      )}</ul>
      <div role="status">${this.#work.fault ? html`<p class="note bad">${this.#work.fault}</p>` : this.#result()}</div>
    </section>`
  }

  #playButton(id: string, name: string) {
    const { t } = this.desk
    const isPlaying = this.playing === id
    return html`<button type="button" aria-label="${isPlaying ? t('Stop') : t('Play')} ${name}" @click=${() => this.#play(id)}>${icon(isPlaying ? 'pause' : 'play', 16)}</button>`
  }

  #result() {
    const { heard } = this
    const { t } = this.desk
    if (!heard) return nothing
    const tone = heard.personality_detected
    return html`<dl class="facts">
      <dt>${t('Answered')}</dt><dd>${heard.agent_response}</dd>
      <dt>${t('After')}</dt><dd class="num">${shortMs(heard.response_time_ms)}</dd>
      ${tone ? html`<dt>${t('Tone')}</dt><dd>${tone.detected_tone} (${Math.round(tone.confidence)} %)</dd>` : nothing}
    </dl>`
  }
}

if (!customElements.get('vc-voice-panel')) customElements.define('vc-voice-panel', VoicePanel)
