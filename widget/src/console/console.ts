import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { dialogStyles } from './dialog-styles.ts'
import { frameStyles } from './frame-styles.ts'
import { icon } from './icons.ts'
import { keyOf, leavesField } from './keys.ts'
import type { LineState } from './live.ts'
import { look } from './look.ts'
import { openDesk } from './open-desk.ts'
import type { ConsolePage, KeyHelp } from './page.ts'
import { PAGES, type PageEntry } from './pages/index.ts'
import { hashOf, type Route, routeOf } from './router.ts'
import { CookieSession, ProvidedSession, type Session, type TokenProvider } from './session.ts'
import './sign-in.ts'
import { ToldList } from './told.ts'
import { sayWith } from './words.ts'

/** A line that is away for shorter than this is nobody's business. */
const AWAY_SHOWS_MS = 1500

/**
 * The operators' console: sign-in, rail and pages. By itself it signs people in with a cookie of the relay; in an owner's page
 * `tokenProvider` brings the tokens. Its place is kept in the address behind the `#`, or with `routing="none"` in memory.
 */
export class VoiceConsole extends LitElement {
  static override styles = [look, frameStyles, dialogStyles]
  static override properties = {
    relayUrl: { attribute: 'relay-url' },
    language: {},
    routing: {},
    tokenProvider: { attribute: false },
    strings: { attribute: false },
    route: { state: true },
    line: { state: true },
    menu: { state: true },
  }
  declare relayUrl: string | undefined
  declare language: string | undefined
  declare routing: 'hash' | 'none' | undefined
  declare tokenProvider: TokenProvider | undefined
  declare strings: Readonly<Record<string, string>> | undefined
  declare private route: Route
  declare private line: LineState
  declare private menu: boolean
  #session: Session | undefined
  #desk: ReturnType<typeof openDesk> | undefined
  #page: ConsolePage | undefined
  #shown = ''
  #invitation: string | undefined
  #trouble = ''
  #awaySince: ReturnType<typeof setTimeout> | undefined
  #life = new AbortController()
  readonly #told = new ToldList(() => this.requestUpdate())

  constructor() {
    super()
    this.line = 'connecting'
    this.menu = false
    this.route = routeOf('')
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#life = new AbortController()
    const { signal } = this.#life
    window.addEventListener('hashchange', () => this.routing !== 'none' && this.#readHash(), { signal })
    const keys: EventTarget = this.hasAttribute('standalone') ? window : this
    keys.addEventListener('keydown', (event) => this.#onKey(event as KeyboardEvent), { signal })
    // Closing the page gives a held call back to the AI.
    window.addEventListener('beforeunload', (event) => this.#desk?.hands.active?.state === 'holding' && event.preventDefault(), { signal })
    if (this.routing !== 'none') this.#readHash()
    if (this.hasUpdated) this.#begin()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#life.abort()
    this.#end()
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!this.hasUpdated || changed.has('tokenProvider') || changed.has('relayUrl')) this.#begin()
  }

  get #relay(): string {
    return (this.relayUrl ?? new URL(import.meta.url).origin).replace(/\/+$/, '')
  }

  #begin(): void {
    this.#end()
    const session = this.tokenProvider ? new ProvidedSession(this.tokenProvider) : new CookieSession(this.#relay)
    this.#session = session
    session.onChange(() => {
      if (session !== this.#session) return
      if (session.state === 'in') this.#openDesk(session)
      else this.#closeDesk()
      this.requestUpdate()
    })
    void session.open()
  }

  #end(): void {
    this.#session = undefined
    this.#closeDesk()
    this.#told.clear()
  }

  #openDesk(session: Session): void {
    if (this.#desk) return
    const desk = openDesk({
      relay: this.#relay,
      session,
      language: this.language ?? navigator.language,
      t: sayWith(this.strings ?? {}),
      tell: (sentence, kind = 'done') => this.#told.add(sentence, kind),
      go: (page, rest = [], o = {}) => this.#go(hashOf(page, rest, o.query), o.replace ?? false),
    })
    this.#desk = desk
    desk.hands.onChange(() => this.requestUpdate())
    desk.live.onState((state) => {
      clearTimeout(this.#awaySince)
      if (state === 'lost') this.#awaySince = setTimeout(() => (this.line = state), AWAY_SHOWS_MS)
      else this.line = state
    })
    void this.#showPage()
  }

  #closeDesk(): void {
    clearTimeout(this.#awaySince)
    this.#desk?.close()
    this.#desk = undefined
    this.#page = undefined
    this.#shown = ''
  }

  #readHash(): void {
    const invitation = /^#invitation=([\w-]+)$/.exec(location.hash)?.[1]
    if (invitation) {
      this.#invitation = invitation
      this.requestUpdate()
    } else this.#follow(location.hash)
  }

  #go(hash: string, isReplacing: boolean): void {
    if (this.routing !== 'none' && !isReplacing) {
      location.hash = hash
      return
    }
    if (this.routing !== 'none') history.replaceState(null, '', hash)
    this.#follow(hash)
  }

  #follow(hash: string): void {
    this.route = routeOf(hash)
    this.menu = false
    void this.#showPage()
  }

  async #showPage(): Promise<void> {
    const desk = this.#desk
    if (!desk) return
    const { route } = this
    const entry = PAGES.find(({ name }) => name === route.page)
    if (this.#page && this.#shown === entry?.name) {
      this.#page.route = route
      return
    }
    const isFirst = this.#shown === ''
    this.#shown = entry?.name ?? route.page
    this.#page = undefined
    this.#trouble = ''
    this.requestUpdate()
    if (!entry) return
    try {
      await entry.load()
    } catch {
      this.#trouble = desk.t('This page could not be loaded. Check the connection, then load the console anew.')
      this.requestUpdate()
      return
    }
    if (desk !== this.#desk || this.#shown !== entry.name) return
    const page = document.createElement(entry.tag) as ConsolePage
    Object.assign(page, { desk, route: this.route })
    this.#page = page
    if (this.hasAttribute('standalone') && entry.label) document.title = `${desk.t(entry.label)} · voice-agent`
    this.requestUpdate()
    await this.updateComplete
    // Whoever went somewhere reads on there.
    if (!isFirst) this.renderRoot.querySelector('main')?.focus({ preventScroll: true })
  }

  #onKey(event: KeyboardEvent): void {
    if (leavesField(event)) this.#skip()
    const key = keyOf(event)
    if (key === undefined || !this.#desk) return
    if (key === 'Escape' && this.menu) this.menu = false
    else if (this.#page?.onKey(event)) event.preventDefault()
    else if (key === '?') this.#help()
    else if (/^[1-9]$/.test(key)) {
      const entry = this.#railed()[Number(key) - 1]
      if (entry) this.#desk.go(entry.name)
    }
  }

  #railed(): readonly PageEntry[] {
    return PAGES.filter(({ label, role }) => label && (!role || this.#session?.may(role)))
  }

  #help(): void {
    this.renderRoot.querySelector<HTMLDialogElement>('#help')?.showModal()
    this.requestUpdate()
  }

  override render() {
    const session = this.#session
    const t = sayWith(this.strings ?? {})
    if (!session || (session.state === 'asking' && this.#invitation === undefined))
      return html`<div class="loading" aria-busy="true"></div>`
    if (session.state !== 'in' || this.#invitation !== undefined) {
      return html`<main class="frame-out"><vc-sign-in .session=${session} .relay=${this.#relay} .t=${t} .invitation=${this.#invitation} @joined=${this.#joined}></vc-sign-in></main>`
    }
    return html`<nav aria-label=${t('Skip')}><button class="skip" @click=${this.#skip}>${t('Skip to the page')}</button></nav>
      <div class="frame">
        ${this.#bar()}${this.#rail()}
        <main tabindex="-1" ?inert=${this.menu} aria-label=${t(this.#entry?.label ?? 'Call')}>${this.#main()}</main>
      </div>
      ${this.menu ? html`<button class="veil" tabindex="-1" aria-label=${t('Close the menu')} @click=${() => (this.menu = false)}></button>` : nothing}
      ${this.line === 'lost' ? html`<p class="away" role="status">${t('The live line is away. It comes back by itself, and nothing is missed.')}</p>` : nothing}
      ${this.#heldBar()}${this.#sayings()}${this.#helpDialog()}`
  }

  /** Somebody looks elsewhere while they are in a call. */
  #heldBar() {
    const t = sayWith(this.strings ?? {})
    const desk = this.#desk
    const hand = desk?.hands.active
    if (!desk || !hand || this.route.rest.includes(hand.callId)) return nothing
    const words = hand.state === 'holding' ? t('You speak in a call.') : t('You listen to a call.')
    return html`<p class="held" role="status">${words}<button @click=${() => desk.go('active', [hand.callId])}>${t('Go to it')}</button></p>`
  }

  get #entry(): PageEntry | undefined {
    return PAGES.find(({ name }) => name === this.route.page)
  }

  #main() {
    const t = sayWith(this.strings ?? {})
    if (this.#page) return this.#page
    if (this.#trouble) return html`<div class="empty"><h2>${this.#trouble}</h2></div>`
    if (this.#entry) return html`<div class="loading" aria-busy="true"></div>`
    return html`<div class="empty"><h2>${t('There is no such page')}</h2><p>${t('The address may be from another version.')} <a href=${hashOf('dashboard')}>${t('Go to the dashboard')}</a></p></div>`
  }

  #bar() {
    const t = sayWith(this.strings ?? {})
    return html`<header class="bar">
      <button aria-label=${t('Menu')} aria-expanded=${this.menu} aria-controls="rail" @click=${this.#openMenu}>${icon('menu')}</button>
      <span class="orb" aria-hidden="true"></span><span>voice-agent</span>
    </header>`
  }

  #rail() {
    const t = sayWith(this.strings ?? {})
    const session = this.#session
    const under = this.route.page === 'calls' ? 'active' : this.route.page
    return html`<aside class="rail ${this.menu ? 'open' : ''}" id="rail" aria-label=${t('Rail')}>
      <p class="brand"><span class="orb" aria-hidden="true"></span>voice-agent</p>
      <nav aria-label=${t('Console')}>
        ${this.#railed().map(
          ({ icon: drawn, label = '', name }) =>
            html`<a href=${hashOf(name)} aria-current=${name === under ? 'page' : nothing} @click=${(event: Event) => this.#railTo(event, name)}>${icon(drawn ?? name)}<span>${t(label)}</span></a>`,
        )}
      </nav>
      <div class="foot">
        ${session?.user?.email ? html`<p class="who" title=${session.user.email}>${session.user.email}</p>` : nothing}
        <button @click=${this.#help}>${icon('help')}${t('Keys')}</button>
        ${session?.isOwn ? html`<button @click=${() => void session.signOut()}>${icon('leave')}${t('Sign out')}</button>` : nothing}
      </div>
    </aside>`
  }

  #sayings() {
    const t = sayWith(this.strings ?? {})
    const { items } = this.#told
    const faults = items.filter(({ kind }) => kind === 'fault')
    return html`<div class="told">
      <div role="status">${items.filter(({ kind }) => kind === 'done').map(({ sentence }) => html`<p>${sentence}</p>`)}</div>
      <div role="alert">${faults.map(({ id, sentence }) => html`<p class="fault">${sentence}<button @click=${() => this.#told.drop(id)}>${t('Close')}</button></p>`)}</div>
    </div>`
  }

  #helpDialog() {
    const t = sayWith(this.strings ?? {})
    const keys: readonly KeyHelp[] = [
      ...(this.#page?.keys() ?? []),
      { keys: ['1', '…', String(this.#railed().length)], does: t('Go to a page') },
      { keys: ['?'], does: t('Show the keys') },
      { keys: ['Esc'], does: t('Close, go back') },
    ]
    return html`<dialog id="help" aria-labelledby="help-title">
      <h2 id="help-title">${t('Keys')}</h2>
      <dl class="keys">${keys.map(({ does, keys: each }) => html`<dt>${each.map((key) => html`<kbd>${key}</kbd>`)}</dt><dd>${does}</dd>`)}</dl>
      <form method="dialog"><button class="primary">${t('Close')}</button></form>
    </dialog>`
  }

  #railTo(event: Event, name: string): void {
    event.preventDefault()
    this.menu = false
    this.#desk?.go(name)
  }

  #openMenu = async () => {
    this.menu = !this.menu
    await this.updateComplete
    if (this.menu) this.renderRoot.querySelector<HTMLElement>('.rail a')?.focus()
  }

  #skip = () => {
    this.renderRoot.querySelector('main')?.focus()
  }

  #joined = () => {
    this.#invitation = undefined
    history.replaceState(null, '', location.pathname + location.search)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'voice-console': VoiceConsole
  }
}

// A page may carry the script twice.
if (!customElements.get('voice-console')) customElements.define('voice-console', VoiceConsole)
