import { Handset } from './handset/handset.js'
import { listenToKeys } from './keyboard.js'
import { Line } from './line.js'
import { readable } from './numbers.js'
import { parts } from './parts.js'
import { Microphone } from './sound/microphone.js'
import { Sound } from './sound/sound.js'
import { Strip } from './strip/strip.js'

/**
 * @import { FromNetwork, ShopNumber } from '../wire.ts'
 * @import { Call } from './handset/state.js'
 */

// The page of the sandbox phones: one line to the network, one loudspeaker, one microphone, and the phones between them.

const TICK_MS = 250

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id))

const keysOnly = document.documentElement.dataset.understands === 'keys'
/** @type {Map<number, Handset>} */
const handsets = new Map()
/** @type {Map<number, Strip>} */
const strips = new Map()
/** The phone that a person has in hand: keys and the microphone go to it. @type {Handset | undefined} */
let inHand
/** @type {readonly ShopNumber[]} */
let numbers = []

const sound = new Sound()
const microphone = new Microphone({
  context: () => sound.context,
  give: (frame) => {
    if (inHand?.call.state === 'talking' && !inHand.muted) line.say(inHand.info.id, frame)
  },
  changed: () => {
    for (const handset of handsets.values()) handset.microphone(microphone.state)
  },
})
const line = new Line(`${location.origin.replace(/^http/, 'ws')}/phone/line`, {
  message: take,
  sound(handset, frame) {
    handsets.get(handset)?.hear(frame)
    if (handsets.get(handset)?.call.state === 'talking') sound.hear(handset, frame)
  },
  up(up) {
    byId('trouble').hidden = up
    byId('trouble').textContent = up
      ? ''
      : 'The phone network does not answer. It is tried again; if it stays like this, start the demo anew.'
    if (!up) for (const handset of handsets.values()) handset.lost()
  },
})

/** @param {FromNetwork} message */
function take(message) {
  if (message.type === 'handsets') return furnish(message)
  const handset = handsets.get(message.handset)
  if (!handset) return
  if (message.type === 'passing') strips.get(message.handset)?.add(message)
  else if (message.type === 'key') {
    sound.key(message.digit)
    handset.heardKey(message.digit)
  } else if (message.type === 'refused') {
    handset.refused(message.message)
    closeWhenQuiet()
  } else handset.take(message)
}

/** @param {Extract<FromNetwork, { type: 'handsets' }>} message */
function furnish(message) {
  numbers = message.numbers
  for (const info of message.handsets) {
    if (handsets.has(info.id)) continue
    const handset = new Handset(info, {
      send: (sent) => line.send(sent),
      tone: (digit) => sound.key(digit),
      taken,
      talks: () => void microphone.open(),
      changed,
      numbers,
      keysOnly,
    })
    handset.root.addEventListener('pointerdown', () => hold(handset))
    handset.root.addEventListener('focusin', () => hold(handset))
    handsets.set(info.id, handset)
    strips.set(info.id, new Strip(parts(handset.root).get('strip'), info.name))
    byId('phones').append(handset.root)
  }
  inHand ??= handsets.values().next().value
  document.documentElement.dataset.phones = String(handsets.size)
}

/** @param {Handset} handset */
function hold(handset) {
  inHand = handset
}

/**
 * A person acts on a phone, inside the click or key: the moment at which a browser lets the page sound and asks for the microphone.
 * @param {Handset} handset
 */
function taken(handset) {
  hold(handset)
  letSound()
  // The page was opened during the call.
  if (handset.call.state === 'talking' && microphone.state === 'closed') void microphone.open()
}

function letSound() {
  sound.wake().then(showSound, showSound)
}

function showSound() {
  byId('sound').hidden = sound.awake
}

/**
 * @param {Handset} handset
 * @param {Call} before
 */
function changed(handset, before) {
  const { id, name } = handset.info
  const { state } = handset.call
  if (before.state === state) return
  sound.set(id, state === 'ringing' ? 'ring' : state === 'calling' ? 'ringback' : undefined)
  if (state === 'over') sound.hush(id)
  const other = numbers.find(({ number }) => number === handset.call.other)?.name ?? readable(handset.call.other)
  if (state === 'ringing') showPhone(handset)
  if (state === 'ringing') byId('alert').textContent = `${name} rings: ${other} calls. Press a to answer, d to decline.`
  else byId('alert').textContent = ''
  if (state === 'calling') say(`${name} calls ${other}`)
  if (state === 'talking') say(`${name} is connected with ${other}`)
  if (state === 'over') say(`${name}: call over`)
  closeWhenQuiet()
  const ringing = [...handsets.values()].find((one) => one.call.state === 'ringing')
  document.title = ringing ? `${ringing.info.name} rings · Sandbox phones` : 'Sandbox phones'
}

/**
 * On a narrow page the phones stand in a row: one that rings comes into sight, unless another is in use.
 * @param {Handset} handset
 */
function showPhone(handset) {
  if (inHand?.live && inHand !== handset) return
  handset.device.scrollIntoView({ block: 'nearest', inline: 'center' })
}

/** Nobody's microphone stays open after the last call. */
function closeWhenQuiet() {
  if (![...handsets.values()].some((one) => one.live)) microphone.close()
}

/** @param {string} words */
function say(words) {
  byId('said').textContent = words
}

/**
 * The phone that keys mean: the one in hand, but one that rings for answering.
 * @param {'ringing' | 'any'} want
 */
function pick(want) {
  if (want === 'any' || inHand?.call.state === 'ringing') return inHand
  return [...handsets.values()].find((one) => one.call.state === 'ringing')
}

const shortcuts = byId('shortcuts')
listenToKeys(pick, () => shortcuts.ariaPressed === 'true')
shortcuts.addEventListener('click', () => {
  shortcuts.ariaPressed = String(shortcuts.ariaPressed !== 'true')
})
byId('sound').addEventListener('click', letSound)
byId('note').hidden = !keysOnly
byId('copy').addEventListener('click', async () => {
  await navigator.clipboard.writeText(byId('command').textContent ?? '')
  byId('copy').textContent = 'Copied'
  setTimeout(() => {
    byId('copy').textContent = 'Copy'
  }, 2000)
})
// Any first click lets the phones ring aloud.
addEventListener('pointerdown', letSound, { once: true })
addEventListener('keydown', letSound, { once: true })
showSound()
line.open()
setInterval(() => {
  for (const handset of handsets.values()) handset.tick(Date.now())
}, TICK_MS)
