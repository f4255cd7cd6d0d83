import { clock, dialable, readable } from '../numbers.js'
import { parts } from '../parts.js'
import { fillKeypad, lightKey } from './keypad.js'
import { Level } from './level.js'
import { after, endWords, isLive, NO_CALL } from './state.js'

/**
 * @import { FromNetwork, HandsetInfo, ShopNumber, ToNetwork } from '../../wire.ts'
 * @import { Call } from './state.js'
 * @typedef {object} Surroundings
 * @property {(message: ToNetwork) => boolean} send false: there is no network
 * @property {(digit: string) => void} tone
 * @property {(handset: Handset) => void} taken a person has it in hand: called inside the click or key
 * @property {(handset: Handset) => void} talks a person wants to talk: called there, too
 * @property {(handset: Handset, before: Call) => void} changed
 * @property {readonly ShopNumber[]} numbers the shop's, its usual one first
 * @property {boolean} keysOnly
 */

/** How long an ended call stays on the screen. */
const OVER_MS = 4500
const REFUSAL_MS = 6000
const MOST_PRESSED = 14
/** What a caller should know of the microphone. */
const EAR = { closed: '', asking: 'Allow the microphone to speak', open: '', refused: 'No microphone: use the keys' }

/** One phone on the page: shows what the network says, and tells it what a person does. */
export class Handset {
  /** @type {Call} */
  call = NO_CALL
  muted = false
  info
  root
  #around
  #part
  #level
  /** @type {keyof typeof EAR} */
  #ear = 'closed'
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #leaving
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #refusing

  /**
   * @param {HandsetInfo} info
   * @param {Surroundings} around
   */
  constructor(info, around) {
    this.info = info
    this.#around = around
    this.root = parts.clone('handset')
    this.root.dataset.finish = String(info.id % 4)
    this.root.setAttribute('aria-label', info.name)
    this.#part = parts(this.root)
    this.#level = new Level(this.#part.get('level'), this.#part.get('face'))
    this.#furnish()
    this.#show()
  }

  get device() {
    return this.#part.get('device')
  }

  get live() {
    return isLive(this.call)
  }

  /** @param {Extract<FromNetwork, { type: 'rings' | 'state' }>} message */
  take(message) {
    const before = this.call
    this.call = after(before, message, Date.now())
    if (this.call === before) return
    if (before.callId !== this.call.callId) this.#fresh()
    clearTimeout(this.#leaving)
    if (this.call.state === 'over') this.#leaving = setTimeout(() => this.putDown(), OVER_MS)
    this.#show()
    this.#around.changed(this, before)
  }

  /** The network is gone, and with it every call. */
  lost() {
    if (this.live) this.take({ type: 'state', handset: this.info.id, callId: this.call.callId, state: 'over', reason: 'dropped', with: '' })
  }

  /** @param {string} message */
  refused(message) {
    this.#part.text('refusal', message)
    clearTimeout(this.#refusing)
    this.#refusing = setTimeout(() => this.#part.text('refusal', ''), REFUSAL_MS)
  }

  /** @param {ArrayBuffer} frame */
  hear(frame) {
    if (this.call.state === 'talking') this.#level.hear(new Int16Array(frame))
  }

  /** @param {'closed' | 'asking' | 'open' | 'refused'} state */
  microphone(state) {
    this.#ear = state
    this.#part.text('ear', this.call.state === 'talking' ? EAR[state] : '')
    this.#part.get('mute').toggleAttribute('disabled', state === 'refused')
  }

  answer() {
    if (this.#act('answer', 'ringing')) this.#around.talks(this)
  }

  decline() {
    this.#act('decline', 'ringing')
  }

  hangUp() {
    if (this.call.state === 'ringing') this.decline()
    else if (this.live) this.#act('hang-up', this.call.state)
  }

  /** @param {string} digit */
  press(digit) {
    this.#around.taken(this)
    if (this.call.state === 'over') this.putDown()
    if (this.call.state === 'talking') {
      if (digit === '+') return
      this.#around.tone(digit)
      lightKey(this.#part.get('call-keys'), digit)
      this.#note(digit)
      this.#around.send({ type: 'key', handset: this.info.id, digit })
    } else if (this.call.state === 'idle') {
      this.#around.tone(digit)
      lightKey(this.#part.get('home-keys'), digit)
      this.#part.input('dial').value += digit
    }
  }

  /** @param {string} digit */
  heardKey(digit) {
    this.#note(digit)
  }

  erase() {
    const field = this.#part.input('dial')
    field.value = field.value.slice(0, -1)
  }

  /** @param {string} [number] what is typed otherwise */
  dial(number = this.#part.input('dial').value) {
    if (this.live) return
    const to = dialable(number, this.info.number)
    if (!to)
      return this.refused(number.trim() ? 'That is no whole number. Add the country code, like +1 202 555 0199.' : 'Type a number first.')
    this.#around.taken(this)
    if (this.#around.send({ type: 'dial', handset: this.info.id, to })) this.#around.talks(this)
    else this.refused('The phone network does not answer. Try again shortly.')
  }

  mute() {
    if (this.call.state !== 'talking') return
    this.muted = !this.muted
    this.#around.taken(this)
    this.#around.send({ type: 'mute', handset: this.info.id, muted: this.muted })
    this.#show()
  }

  /** Back to the keypad. */
  putDown() {
    if (this.call.state !== 'over') return
    clearTimeout(this.#leaving)
    const held = this.root.querySelector('.call:focus-within')
    this.call = NO_CALL
    this.#show()
    if (held) this.#part.get('call').focus()
  }

  /** @param {number} nowMs */
  tick(nowMs) {
    const time = new Date(nowMs).toLocaleTimeString('en', { hour: '2-digit', minute: '2-digit', hour12: false })
    this.#part.text('time', time)
    this.#part.text('status', this.#status(nowMs))
  }

  #furnish() {
    const { info } = this
    const part = this.#part
    part.text('title', info.name)
    part.text('name', info.name)
    part.text('number', readable(info.number))
    this.#furnishShop()
    part.click('call', () => this.dial())
    part.click('erase', () => this.erase())
    part.click('answer', () => this.answer())
    part.click('decline', () => this.decline())
    part.click('hang-up', () => this.hangUp())
    part.click('mute', () => this.mute())
    part.click('keypad', () => this.#keypad(!this.root.hasAttribute('data-keypad')))
    fillKeypad(part.get('home-keys'), (digit) => this.press(digit))
    fillKeypad(part.get('call-keys'), (digit) => this.press(digit))
    part.get('dial').addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.dial()
    })
  }

  /** The shop is called over the carrier that is chosen. */
  #furnishShop() {
    const part = this.#part
    const answering = this.#around.numbers.filter(({ answers }) => answers)
    const over = /** @type {HTMLSelectElement} */ (part.get('over'))
    over.append(...answering.map(({ carrier, number }) => new Option(carrier, number)))
    over.hidden = answering.length < 2
    const chosen = () => answering[Math.max(0, over.selectedIndex)]
    const show = () => {
      const { name = '', number = '' } = chosen() ?? {}
      part.text('shop-name', name)
      part.text('shop-number', readable(number))
      part.get('shop').setAttribute('aria-label', `Call ${name}, ${readable(number)}`)
    }
    over.addEventListener('change', show)
    part.click('shop', () => this.dial(chosen()?.number))
    show()
  }

  /** @param {string} digit */
  #note(digit) {
    this.#part.text('pressed', `${this.#part.get('pressed').textContent}${digit}`.slice(-MOST_PRESSED))
  }

  /** A new call begins as a phone does: unmuted, nothing pressed. */
  #fresh() {
    this.muted = false
    this.#part.text('pressed', '')
    this.#part.text('refusal', '')
    this.#part.input('dial').value = ''
    this.#level.rest()
    this.#keypad(this.#around.keysOnly)
  }

  /** @param {boolean} shown */
  #keypad(shown) {
    this.root.toggleAttribute('data-keypad', shown)
    this.#part.get('keypad').setAttribute('aria-pressed', String(shown))
  }

  /**
   * @param {'answer' | 'decline' | 'hang-up'} type
   * @param {Call['state']} state
   */
  #act(type, state) {
    if (this.call.state !== state) return false
    this.#around.taken(this)
    return this.#around.send({ type, handset: this.info.id })
  }

  #show() {
    const { state, other } = this.call
    const part = this.#part
    const inCall = state !== 'idle'
    const shop = this.#around.numbers.find(({ number }) => number === other)
    const isShop = shop !== undefined
    const focused = this.root.contains(document.activeElement) && document.activeElement !== this.#part.get('pause')
    this.root.dataset.state = state
    part.get('home').hidden = inCall
    part.get('call-screen').hidden = !inCall
    part.text('other', isShop ? shop.name : readable(other))
    part.text('other-number', isShop ? readable(other) : '')
    part.get('face-shop').toggleAttribute('hidden', !isShop)
    part.get('face-other').toggleAttribute('hidden', isShop)
    part.get('mute').setAttribute('aria-pressed', String(this.muted))
    if (state === 'over') this.#level.rest()
    this.microphone(this.#ear)
    this.tick(Date.now())
    if (focused) this.#keepFocus()
  }

  /** A control that left the screen hands its focus to the one that took its place. */
  #keepFocus() {
    const active = document.activeElement
    if (active instanceof HTMLElement && active !== document.body && active.checkVisibility()) return
    const next = { idle: 'call', calling: 'hang-up', ringing: 'answer', talking: 'hang-up', over: undefined }[this.call.state]
    if (next) this.#part.get(next).focus()
  }

  /**
   * A carrier as it writes itself.
   * @param {string} name
   */
  #titleOf(name) {
    return this.#around.numbers.find(({ carrier }) => carrier.toLowerCase() === name)?.carrier ?? name
  }

  /** @param {number} nowMs */
  #status(nowMs) {
    const { state, carrier, answeredAtMs, endedAtMs } = this.call
    if (state === 'calling') return 'Calling…'
    if (state === 'ringing') return carrier ? `Incoming call · ${this.#titleOf(carrier)}` : 'Incoming call'
    if (state === 'talking') return clock(nowMs - (answeredAtMs ?? nowMs))
    if (state === 'idle') return ''
    return answeredAtMs ? `${endWords(this.call)} · ${clock((endedAtMs ?? nowMs) - answeredAtMs)}` : endWords(this.call)
  }
}
