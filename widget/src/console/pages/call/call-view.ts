import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { type Call, isLive } from '../../call.ts'
import type { CallHand } from '../../hands/call-hand.ts'
import { saidOf } from '../../hands/cannot-join.ts'
import { icon } from '../../icons.ts'
import { look } from '../../look.ts'
import type { Desk, KeyHelp } from '../../page.ts'
import { agentNames } from '../../parts/agent-names.ts'
import { length, standing, whoIsOn } from '../../parts/call-words.ts'
import { lengthOf } from '../../parts/format.ts'
import { Ticking } from '../../parts/ticking.ts'
import { ConsoleProblem, sentenceOf } from '../../problem.ts'
import type { Answers, CallDialogs } from './call-dialogs.ts'
import './call-dialogs.ts'
import type { CallComposer } from './call-composer.ts'
import './call-composer.ts'
import { evidenceOf, factsOf, takeoversOf, variablesOf } from './call-facts.ts'
import './call-levels.ts'
import { CallModel } from './call-model.ts'
import { callStyles } from './call-styles.ts'
import './call-timeline.ts'
import './call-transcript.ts'
import { type Deed, deedsFor, isTyped, languageOf } from './can.ts'

const KEYS: readonly { key: string; shown: string; does: string; needs: readonly Deed[] }[] = [
  { key: 'l', shown: 'l', does: 'Listen, stop listening', needs: ['listen'] },
  { key: 't', shown: 't', does: 'Take over, hand back', needs: ['takeover', 'handback'] },
  { key: ' ', shown: 'space', does: 'Pause the AI, let it go on', needs: ['pause', 'resume'] },
  { key: 'm', shown: 'm', does: 'Mute yourself', needs: ['handback'] },
  { key: 'w', shown: 'w', does: 'Whisper to the AI', needs: ['advise'] },
  { key: 's', shown: 's', does: 'Say through the agent', needs: ['say'] },
]

/** `<vc-call .desk .callId>`: one call with everything an operator sees of it and does to it. */
export class CallView extends LitElement {
  static override styles = [look, callStyles]
  static override properties = { desk: { attribute: false }, callId: {}, back: {} }
  declare desk: Desk
  declare callId: string
  /** The page that a small screen goes back to. */
  declare back: string | undefined
  #model: CallModel | undefined
  #hand: CallHand | undefined
  #stopHands: (() => void) | undefined
  #drawing = 0

  constructor() {
    super()
    new Ticking(this)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    if (this.hasUpdated) this.#begin()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#end()
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('callId') || !this.#model) this.#begin()
  }

  #begin(): void {
    this.#end()
    const { api, hands, live } = this.desk
    const soon = () => this.#drawSoon()
    this.#hand = hands.of(this.callId)
    this.#stopHands = hands.onChange(soon)
    this.#model = new CallModel({ id: this.callId, api, live, changed: soon })
    void agentNames(api).load().then(soon)
  }

  #end(): void {
    cancelAnimationFrame(this.#drawing)
    this.#drawing = 0
    this.#model?.stop()
    this.#model = undefined
    this.#stopHands?.()
    // Looking elsewhere ends listening; a held call stays held.
    if (this.#hand?.state === 'listening') this.#hand.stop()
  }

  #drawSoon(): void {
    this.#drawing ||= requestAnimationFrame(() => {
      this.#drawing = 0
      this.requestUpdate()
    })
  }

  #deeds(): ReadonlySet<Deed> {
    const { session } = this.desk
    const call = this.#model?.call
    if (!call || !this.#hand) return new Set()
    // Whether it is spoken or typed stands in its events.
    return deedsFor({
      isKnown: (this.#model?.events.length ?? 0) > 0,
      call,
      session,
      hand: this.#hand,
      typed: isTyped(this.#model?.events ?? []),
      userId: session.user?.id,
    })
  }

  keys(): readonly KeyHelp[] {
    const { t } = this.desk
    return KEYS.map(({ does, shown }) => ({ keys: [shown], does: t(does) }))
  }

  onKey({ key, repeat }: KeyboardEvent): boolean {
    const meant = KEYS.find((each) => each.key === key)
    if (!meant) return false
    const deeds = this.#deeds()
    const is = meant.needs.find((deed) => deeds.has(deed))
    if (key === 'l' && this.#hand?.state === 'listening') this.#hand.stop()
    else if (is && !repeat) this.#keyed(key, is)
    // Space does not scroll the page while a call is open.
    return true
  }

  #keyed(key: string, deed: Deed): void {
    if (key === 'm') this.#hand?.setMuted(!this.#hand.muted)
    else if (deed === 'listen') this.#listen()
    else if (deed === 'takeover' || deed === 'handback') this.#ask(deed)
    else if (deed === 'pause' || deed === 'resume') void this.#pause(deed === 'pause')
    else void this.renderRoot.querySelector<CallComposer>('vc-composer')?.start(deed === 'say' ? 'say' : 'whisper')
  }

  override render() {
    const { t } = this.desk
    const model = this.#model
    const hand = this.#hand
    if (model?.problem !== undefined) return this.#missing(model.problem)
    const call = model?.call
    if (!model || !call || !hand) return html`<div class="empty" aria-busy="true">${t('Reading the call')}</div>`
    const { language } = this.desk
    const agent = agentNames(this.desk.api).of(call.agentId)
    const shown = { model, call, t, language }
    const deeds = this.#deeds()
    return html`<article class="call" aria-labelledby="title">
        <header>
          ${this.back ? html`<button class="back" aria-label=${t('Back to the list')} @click=${() => this.desk.go(this.back ?? '')}>${icon('back')}</button>` : nothing}
          <h1 id="title">${agent}</h1><span class="who">${whoIsOn(call, t, false)}</span>${standing(call, t)}
          ${isLive(call) ? length(call) : html`<span class="num">${lengthOf(call.durationMs ?? 0)}</span>`}
        </header>
        <div class="deeds" ?hidden=${deeds.size === 0} role="group" aria-label=${t('What to do')}>${this.#buttons(deeds, hand, call)}</div>
        <div class="sides">
          <div class="words">
            <vc-transcript .entries=${model.transcript.entries} .t=${t} .agent=${agent} .live=${isLive(call)} .erased=${model.evidence?.erased ?? false} .language=${language}></vc-transcript>
            <div class="below">${this.#hearing(hand, agent)}${this.#writing(deeds, hand)}</div>
          </div>
          <div class="about" tabindex="0" role="region" aria-label=${t('About the call')}>
            <section class="card">${factsOf(shown)}</section>
            ${variablesOf(shown)}${takeoversOf(shown)}
            <section class="card"><h2>${t('What happened')}</h2><vc-timeline .events=${model.events} .latency=${model.latency} .language=${language} .t=${t}></vc-timeline></section>
            ${evidenceOf({ ...shown, isLive: isLive(call), verify: () => void this.#try(() => model.verify()) })}
          </div>
        </div>
      </article>
      <p class="sr" role="status">${this.#spoken(call, hand)}</p>
      <vc-call-dialogs .t=${t} .call=${call} .typed=${isTyped(model.events)} .answers=${this.#answers}></vc-call-dialogs>`
  }

  #missing(problem: unknown) {
    const { t } = this.desk
    const isGone = problem instanceof ConsoleProblem && problem.status === 404
    return html`<div class="empty"><h2>${isGone ? t('There is no such call') : t('The call could not be read')}</h2>
      <p>${isGone ? t('Its address may be from another organisation, or mistyped.') : sentenceOf(problem)}</p>
      <button @click=${() => void this.#model?.read()}>${t('Try again')}</button></div>`
  }

  /** Said to those who do not see: how the call stands, once. */
  #spoken(call: Call, hand: CallHand): string {
    const { t } = this.desk
    if (!isLive(call)) return t('The call is over.')
    if (hand.state === 'holding')
      return hand.isAway ? t('Your line to the call is being brought back.') : t('You speak with the visitor. The AI is silent.')
    if (hand.state === 'listening') return t('You listen. Nobody hears you.')
    return call.ai === 'paused' ? t('The AI is paused.') : ''
  }

  #buttons(deeds: ReadonlySet<Deed>, hand: CallHand, call: Call): TemplateResult {
    const { t } = this.desk
    const busy = hand.state === 'joining'
    const ask = (deed: 'takeover' | 'handback' | 'dtmf' | 'transfer' | 'hangup', name: string, words: string, kind = '') =>
      deeds.has(deed)
        ? html`<button class=${kind} ?disabled=${busy && deed !== 'hangup'} @click=${() => this.#ask(deed)}>${icon(name, 18)}${words}</button>`
        : nothing
    const isListening = hand.state === 'listening'
    return html`${ask('handback', 'play', t('Hand back'), 'primary')}${ask('takeover', 'takeover', t('Take over'), 'primary')}
      ${deeds.has('listen') ? html`<button aria-pressed=${isListening} ?disabled=${busy} @click=${() => (isListening ? hand.stop() : this.#listen())}>${icon('listen', 18)}${isListening ? t('Stop listening') : t('Listen')}</button>` : nothing}
      ${hand.state === 'holding' && !isTyped(this.#model?.events ?? []) ? html`<button aria-pressed=${hand.muted} @click=${() => hand.setMuted(!hand.muted)}>${hand.muted ? t('Unmute me') : t('Mute me')}</button>` : nothing}
      ${deeds.has('pause') ? html`<button @click=${() => void this.#pause(true)}>${icon('pause', 18)}${t('Pause the AI')}</button>` : nothing}
      ${deeds.has('resume') ? html`<button @click=${() => void this.#pause(false)}>${icon('play', 18)}${t('Let the AI go on')}</button>` : nothing}
      ${ask('dtmf', 'keys', t('Keys'))}${ask('transfer', 'transfer', t('Transfer'))}${isLive(call) ? ask('hangup', 'hangUp', t('Hang up'), 'danger end') : nothing}`
  }

  #hearing(hand: CallHand, agent: string) {
    const { t } = this.desk
    if (hand.state !== 'listening' && hand.state !== 'holding') return nothing
    return html`<div class="hand">
      ${hand.isAway ? html`<span class="tag wait">${t('Bringing the line back')}</span>` : html`<span class="tag ${hand.state === 'holding' ? 'wait' : 'good'}">${hand.state === 'holding' ? t('You speak') : t('You listen')}</span>`}
      ${hand.isBlocked ? html`<button @click=${() => hand.wake()}>${t('Let the sound through')}</button>` : nothing}
      <vc-levels .hand=${hand} .agent=${hand.state === 'holding' ? t('You') : agent} .t=${t}></vc-levels>
    </div>`
  }

  #writing(deeds: ReadonlySet<Deed>, hand: CallHand) {
    if (!deeds.has('advise') && !deeds.has('say') && !deeds.has('write')) return nothing
    return html`<vc-composer .desk=${this.desk} .callId=${this.callId} .deeds=${deeds} .write=${(text: string) => hand.write(text)}></vc-composer>`
  }

  readonly #answers: Answers = {
    takeover: async (wish) => {
      const { t, tell } = this.desk
      const events = this.#model?.events ?? []
      await this.#hand?.takeOver(wish, { isTyped: isTyped(events), language: languageOf(events) ?? this.desk.language })
      if (wish.by === 'phone') tell(t('Your phone rings. Answer it to be joined with the caller.'))
      void this.#model?.read()
    },
    handback: async (briefing) => {
      await this.#hand?.handBack(briefing)
      this.desk.tell(this.desk.t('The AI has the call again.'))
      void this.#model?.read()
    },
    transfer: (to) => this.#deed('transfer', { to }, 'The caller is being joined with that phone.'),
    dtmf: (digits) => this.#deed('dtmf', { digits }, 'The keys were pressed.'),
    hangup: () => this.#deed('hangup', {}, 'The call is ending.'),
  }

  async #deed(what: string, body: object, done: string): Promise<void> {
    await this.desk.api.post(`/api/calls/${encodeURIComponent(this.callId)}/${what}`, body)
    this.desk.tell(this.desk.t(done))
  }

  #ask(deed: 'takeover' | 'handback' | 'dtmf' | 'transfer' | 'hangup'): void {
    if (deed === 'takeover' && this.#isBusyElsewhere()) return
    void this.renderRoot.querySelector<CallDialogs>('vc-call-dialogs')?.open(deed)
  }

  /** One operator, one held call. */
  #isBusyElsewhere(): boolean {
    const { hands, t, tell } = this.desk
    const isHeld = hands.active !== undefined && hands.active !== this.#hand && hands.active.state === 'holding'
    if (isHeld) tell(t('You hold another call. Hand it back first.'), 'fault')
    return isHeld
  }

  #listen(): void {
    if (!this.#isBusyElsewhere()) void this.#try(async () => this.#hand?.listen())
  }

  async #pause(isPaused: boolean): Promise<void> {
    const path = `/api/calls/${encodeURIComponent(this.callId)}/pause-ai`
    await this.#try(async () => {
      const { call } = await (isPaused ? this.desk.api.post<{ call: Call }>(path) : this.desk.api.delete<{ call: Call }>(path))
      this.#model?.take(call)
      this.desk.tell(this.desk.t(isPaused ? 'The AI is silent. It hears, and answers when it goes on.' : 'The AI goes on.'))
    })
  }

  async #try(what: () => Promise<unknown>): Promise<void> {
    try {
      await what()
    } catch (error) {
      this.desk.tell(saidOf(error, this.desk.t), 'fault')
    }
  }
}

customElements.define('vc-call', CallView)
