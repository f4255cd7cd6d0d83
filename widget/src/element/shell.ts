import { html, nothing } from 'lit'
import { addStrings, directionOf, loadStrings, say, writtenIn } from '../strings/index.ts'
import type { Fault, Result, VoiceAgentEventDetails, VoiceAgentEventName } from './events.ts'
import type { Desk, Inside } from './inside.ts'
import { launcher } from './launcher.ts'
import { launcherStyles } from './launcher-styles.ts'
import { Meter } from './meter.ts'
import { orb } from './orb.ts'
import { orbStyles } from './orb-styles.ts'
import { AgentCard, ask } from './relay-client.ts'
import { ShellAttributes } from './shell-attributes.ts'
import { openSound, playbackUrl, type Sound } from './sound-door.ts'
import { isLive, mayFollow, type WidgetState } from './states.ts'
import { type TabMemory, tabMemory } from './tab-memory.ts'
import { tokens } from './tokens.ts'
import { VERSION } from './version.ts'

const LABEL_FOLDS_AFTER_PX = 80
/** Chrome's oldest custom states throw on names without dashes. */
type States = { add(name: string): unknown; delete(name: string): unknown }

/** What stands on the page before a click: attributes, launcher, and the way to the call code. */
export class Shell extends ShellAttributes {
  static override styles = [tokens, launcherStyles, orbStyles]

  #internals: { states?: States } | undefined
  #state: WidgetState = 'idle'
  #loading: Promise<Desk | undefined> | undefined
  #isOpen = false
  #busy = false
  #broken = false
  #folded = false
  #dismissed = false
  readonly #card = new AgentCard()
  #departure: ReturnType<typeof setTimeout> | undefined
  protected desk: Desk | undefined

  constructor() {
    super()
    this.#internals = this.attachInternals?.()
    for (const sign of ['pointerenter', 'touchstart', 'focusin'] as const) {
      this.addEventListener(sign, () => this.preload !== 'none' && this.#prepare(), { once: true, passive: true })
    }
  }

  /** How the element stands; also `data-state` on the host and `:state()`. */
  get state(): WidgetState {
    return this.#state
  }

  protected get isOpen(): boolean {
    return this.#isOpen
  }

  override connectedCallback(): void {
    super.connectedCallback()
    clearTimeout(this.#departure)
    this.#show(this.#state)
    addEventListener('scroll', this.#fold, { passive: true })
    addEventListener('pagehide', this.#leave)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    removeEventListener('scroll', this.#fold)
    removeEventListener('pagehide', this.#leave)
    // A page that moves the element takes it out and puts it back in one task: that must not hang up.
    this.#departure = setTimeout(this.#leave)
  }

  #leave = (): void => {
    if (isLive(this.#state)) void this.desk?.end('page-close')
  }

  #fold = (): void => {
    const folded = scrollY > LABEL_FOLDS_AFTER_PX
    if (folded === this.#folded) return
    this.#folded = folded
    this.requestUpdate()
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('defaultOpen') && this.defaultOpen && !this.hasUpdated) this.#isOpen = true
    if (changed.has('language')) void loadStrings(this.#tag()).then((news) => news && this.requestUpdate())
  }

  protected override firstUpdated(): void {
    this.emit('va-ready', { version: VERSION })
    if (this.#isOpen || this.variant === 'inline' || this.#ringing().read()) void this.load()
    else if (this.preload === 'idle') (window.requestIdleCallback ?? setTimeout)(() => this.#prepare())
  }

  protected override updated(): void {
    this.toggleAttribute('data-open', this.#isOpen)
    this.desk?.rendered()
  }

  protected override render(): unknown {
    const tag = this.#tag()
    const inline = this.variant === 'inline'
    const say = this.#say
    const panel = (inline || this.#isOpen) && this.desk
    return html`<div class="root" part="root" dir=${this.dir || this.#direction(tag)} lang=${this.strings ? tag : writtenIn(tag)}>
      ${
        panel
          ? panel.view()
          : inline
            ? html`<div class="waiting" part="panel">${orb()}</div>`
            : this.#dismissed
              ? nothing
              : launcher({
                  state: this.#state,
                  busy: this.#busy,
                  folded: this.#folded,
                  dismissible: this.dismissible,
                  broken: this.#broken,
                  mode: this.mode,
                  say,
                  onLaunch: this.#launch,
                  onCallMe: this.#callMe,
                  onHide: () => {
                    this.#dismissed = true
                    this.requestUpdate()
                  },
                })
      }
    </div>`
  }

  /** The visitor clicked the launcher: the panel opens and, unless a call is there already, a call begins in the same click. */
  #launch = (event: MouseEvent): void => {
    const begins = this.#state === 'idle'
    void this.setOpen(true)
    if (begins) void this.begin(event.timeStamp)
  }

  #callMe = (): void => {
    void this.setOpen(true).then((desk) => desk?.phone.show())
  }

  /** Where sound is wanted, the loudspeaker is opened before this returns: later is too late for browsers that want a click. */
  protected begin(clickedAt?: number): Promise<Result<{ callId: string; sessionId: string }>> {
    if (this.desk) return this.desk.start({ sound: this.#openSound, clickedAt })
    const sound = this.textOnly ? undefined : this.#openSound()
    return this.#beginOnceLoaded(sound, clickedAt)
  }

  async #beginOnceLoaded(sound: Sound | undefined, clickedAt?: number): Promise<Result<{ callId: string; sessionId: string }>> {
    const desk = await this.#need()
    if (desk) return desk.start({ sound: () => sound, clickedAt })
    void sound?.context.close()
    return this.loadFault()
  }

  #openSound = (): Sound | undefined => {
    try {
      return openSound()
    } catch {
      return undefined
    }
  }

  protected async setOpen(open: boolean): Promise<Desk | undefined> {
    if (open !== this.#isOpen) {
      this.#isOpen = open
      if (open) this.#dismissed = false
      this.requestUpdate()
      this.emit(open ? 'va-open' : 'va-close', {})
    }
    if (!open) {
      await this.updateComplete
      return this.desk
    }
    const desk = this.desk ?? (await this.#need())
    if (!desk) this.#isOpen = false
    await this.updateComplete
    return desk
  }

  /** The call code for somebody who waits for it: they see it coming, or read why not. */
  async #need(): Promise<Desk | undefined> {
    this.#busy = true
    this.#broken = false
    this.requestUpdate()
    const desk = await this.load()
    this.#busy = false
    if (!desk && !this.#broken) {
      this.#broken = true
      const { code, message, retryable } = this.loadFault()
      this.emit('va-error', { code, message, retryable })
    }
    this.requestUpdate()
    return desk
  }

  /** The call code, fetched once; undefined when it cannot be had, and then the next call tries again. */
  protected load(): Promise<Desk | undefined> {
    this.#loading ??= this.#fetchDesk()
    return this.#loading
  }

  async #fetchDesk(): Promise<Desk | undefined> {
    try {
      const { createDesk } = await import('../call/index.ts')
      this.desk = createDesk(this.#inside())
      this.#adopt(this.desk.sheet)
      this.desk.prepare()
    } catch {
      this.#loading = undefined
    }
    this.requestUpdate()
    return this.desk
  }

  #adopt = (sheet: CSSStyleSheet): void => {
    const { adoptedStyleSheets: all } = this.shadowRoot as ShadowRoot
    if (!all.includes(sheet)) all.push(sheet)
  }

  protected loadFault(): Fault {
    return { ok: false, code: 'load_failed', message: this.#say('error.load_failed'), retryable: true }
  }

  #prepare(): void {
    void this.load()
    // Beside the call code, not after it.
    if (this.agentId) void this.#card.get(this.#relay(), this.agentId)
    // Into the browser's cache, so that the click finds the worklet there.
    if (!this.textOnly) fetch(playbackUrl()).catch(() => {})
  }

  #inside(): Inside {
    return {
      element: this,
      root: this.shadowRoot as ShadowRoot,
      lit: { html, nothing },
      adopt: this.#adopt,
      meter: new Meter(),
      orb,
      relay: () => this.#relay(),
      ask,
      agent: (agentId) => this.#card.get(this.#relay(), agentId),
      ringing: this.#ringing,
      language: () => this.#tag(),
      say: this.#say,
      addStrings,
      isLive: () => isLive(this.#state),
      setState: (state) => this.#setState(state),
      emit: (name, detail, options) => this.emit(name, detail, options),
      update: () => this.requestUpdate(),
      openSound: this.#openSound,
      setOpen: (open) => void this.setOpen(open),
      isOpen: () => this.#isOpen,
      version: VERSION,
    }
  }

  #setState(state: WidgetState): void {
    const previous = this.#state
    if (!mayFollow(previous, state)) return
    this.#state = state
    this.#show(state, previous)
    this.requestUpdate()
    this.emit('va-state-changed', { state, previous })
  }

  #show(state: WidgetState, previous?: WidgetState): void {
    this.setAttribute('data-state', state)
    try {
      if (previous) this.#internals?.states?.delete(previous)
      this.#internals?.states?.add(state)
    } catch {
      // data-state says the same.
    }
  }

  protected emit<Name extends VoiceAgentEventName>(
    name: Name,
    detail: VoiceAgentEventDetails[Name],
    options?: { cancelable: boolean },
  ): boolean {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, ...options }))
  }

  #say: Inside['say'] = (key, values) => say(this.#tag(), key, this.strings, values)

  #ringing = (): TabMemory => tabMemory(`voice-agent-ringing:${this.agentId}`)

  #relay(): string {
    return this.relayUrl || new URL(import.meta.url).origin
  }

  #tag(): string {
    return this.language || this.closest<HTMLElement>('[lang]')?.lang || navigator.language || 'en'
  }

  #direction(tag: string): string {
    return this.language ? directionOf(tag) : getComputedStyle(this).direction
  }
}
