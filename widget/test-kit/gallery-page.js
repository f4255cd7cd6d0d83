// The gallery's page: one state of the element, chosen by the address: ?relay=…&state=…&theme=light|dark&lang=en|hi|ar
import { arabic } from './arabic.js'
import { callMeAgents, callMeScenes } from './gallery-call-me.js'

const query = new URLSearchParams(location.search)
const relay = query.get('relay')
const state = query.get('state') ?? 'launcher'
const lang = query.get('lang') ?? 'en'
const theme = query.get('theme') ?? 'light'
document.documentElement.lang = lang
document.documentElement.dir = lang === 'ar' ? 'rtl' : 'ltr'
document.documentElement.dataset.theme = theme
if (query.get('accent')) document.documentElement.style.setProperty('--va-accent', query.get('accent'))

await import(`${relay}/voice-agent.js`)
localStorage.clear()

const agents = {
  ...callMeAgents,
  consent: 'terms-1',
  live: 'demo-1',
  cut: 'demo-2',
  'error-403': 'foreign-1',
  'error-404': 'missing-1',
  'error-429': 'limited-1',
  'error-503': 'down-1',
  connecting: 'slow-1',
  reads: 'reads-1',
  recognised: 'remote-1',
  'idle-recognised': 'remote-2',
}
const el = document.createElement('voice-agent')
el.setAttribute('agent-id', agents[state] ?? (state === 'idle' || state === 'keypad' ? 'demo-3' : 'raw-1'))
el.setAttribute('relay-url', state === 'error-network' ? 'http://127.0.0.1:9' : relay)
el.setAttribute('theme', theme)
el.setAttribute('language', lang)
if (lang === 'ar') el.strings = arabic
if (state.startsWith('inline')) el.setAttribute('variant', 'inline')
if (state === 'text') el.setAttribute('text-only', '')
if (state === 'dismissible') el.setAttribute('dismissible', '')
document.querySelector('#place').append(el)

const steer = (step) => fetch(`${relay}/control/${el.callId}`, { method: 'POST', body: JSON.stringify(step) })
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const press = (part) => el.shadowRoot.querySelector(`[part~="${part}"]`).click()
const state_ = (name) => steer({ send: { type: 'state', state: name } })

const WORDS = {
  en: [
    'Hello, this is Mira. How can I help you?',
    'Do you have the Fernleaf chair in green?',
    'Yes, it is in stock in green and in oat. Delivery takes three to five days, and you can send it back within thirty days.',
    'What does it',
  ],
  hi: [
    'नमस्ते, मैं मीरा हूँ। मैं आपकी क्या मदद करूँ?',
    'क्या फ़र्नलीफ़ कुर्सी हरे रंग में है?',
    'जी हाँ, हरे और हल्के भूरे, दोनों रंगों में है। तीन से पाँच दिन में पहुँच जाती है, और तीस दिन में लौटाई जा सकती है।',
    'इसकी क़ीमत',
  ],
  ar: [
    'مرحبًا، أنا ميرا. كيف أساعدك؟',
    'هل كرسي فيرنليف متوفر بالأخضر؟',
    'نعم، متوفر بالأخضر وبلون الشوفان. يستغرق التوصيل من ثلاثة إلى خمسة أيام، ويمكنك إرجاعه خلال ثلاثين يومًا.',
    'كم يكلف',
  ],
}[lang]
const talk = async () => {
  await steer({ entry: { id: 'e1', role: 'agent', text: WORDS[0], final: true } })
  await steer({ entry: { id: 'e2', role: 'visitor', text: WORDS[1], final: true } })
}

const never = new Promise(() => {})
const browserSays = (answer) => {
  navigator.mediaDevices.getUserMedia = answer
}
const refused = (name) => browserSays(() => Promise.reject(new DOMException('', name)))
/** Recognisers are not in every Chromium. */
globalThis.SpeechRecognition = class extends EventTarget {
  start() {}
  abort() {}
}

const scenes = {
  async launcher() {},
  async dismissible() {},
  async idle() {
    await el.open()
  },
  async 'inline-idle'() {},
  async consent() {
    await el.open()
    await el.startCall()
  },
  async connecting() {
    void el.open()
    void el.startCall()
    await sleep(200)
  },
  async listening() {
    await el.open()
    await el.startCall()
  },
  async thinking() {
    await el.open()
    await el.startCall()
    await talk()
    await state_('thinking')
  },
  async speaking() {
    await el.open()
    await el.startCall()
    await state_('speaking')
    await steer({ audio: { ms: 20000, hz: 220, amplitude: 0.2 } })
  },
  async talking() {
    await el.open()
    await el.startCall()
    await talk()
    await state_('speaking')
    await steer({ entry: { id: 'e3', role: 'agent', text: WORDS[2], final: false } })
    await steer({ audio: { ms: 20000, hz: 220, amplitude: 0.2 } })
  },
  async interim() {
    await scenes.talking()
    await steer({ entry: { id: 'e3', role: 'agent', text: WORDS[2].slice(0, 58), final: true, interrupted: true } })
    await steer({ entry: { id: 'e4', role: 'visitor', text: WORDS[3], final: false } })
    await state_('listening')
  },
  async operator() {
    await scenes.thinking()
    await steer({ send: { type: 'speaker', who: 'operator', name: 'Jonas' } })
    await steer({ entry: { id: 'e4', role: 'system', text: 'Jonas joined.', final: true } })
    await steer({ entry: { id: 'e5', role: 'operator', text: WORDS[2], final: true } })
    await state_('listening')
  },
  async keypad() {
    await el.open()
    await el.startCall()
    await sleep(300)
    press('keypad-toggle')
  },
  async volume() {
    await scenes.thinking()
    await sleep(300)
    press('volume')
  },
  async asking() {
    browserSays(() => never)
    await el.open()
    void el.startCall()
    await sleep(600)
  },
  async denied() {
    refused('NotAllowedError')
    await el.open()
    await el.startCall()
    await steer({ entry: { id: 'e1', role: 'agent', text: WORDS[0], final: true } })
  },
  async missing() {
    refused('NotFoundError')
    await scenes.thinking()
  },
  async unsupported() {
    refused('TypeError')
    await el.open()
    await el.startCall()
  },
  async heard() {
    await scenes.thinking()
    await state_('listening')
    for (let loud = false; !loud; )
      loud = await new Promise((resolve) => el.addEventListener('va-level', ({ detail }) => resolve(detail.input > 0.05), { once: true }))
  },
  async reads() {
    await el.open()
    await el.startCall()
    await steer({ entry: { id: 'e1', role: 'agent', text: WORDS[0], final: true } })
  },
  async recognised() {
    await scenes.reads()
  },
  async 'idle-recognised'() {
    await el.open()
  },
  async devices() {
    await scenes.thinking()
    await sleep(300)
    press('volume')
  },
  async muted() {
    await scenes.thinking()
    await el.setMuted(true)
  },
  async reconnecting() {
    await scenes.thinking()
    await steer({ unreachable: true })
    await steer({ drop: true })
    await sleep(200)
  },
  async ended() {
    await scenes.interim()
    await el.endCall()
  },
  async 'ended-empty'() {
    await el.open()
    await el.startCall()
    await el.endCall()
  },
  async 'ended-lost'() {
    await scenes.thinking()
    await steer({ forgotten: true })
    await steer({ drop: true })
    await sleep(600)
  },
  async text() {
    await el.open()
    await el.startCall()
    await talk()
  },
  async long() {
    await scenes.talking()
    for (let i = 0; i < 6; i += 1) {
      await steer({ entry: { id: `v${i}`, role: 'visitor', text: WORDS[1], final: true } })
      await steer({ entry: { id: `a${i}`, role: 'agent', text: WORDS[2], final: true } })
    }
  },
  async inline() {
    await scenes.talking()
  },
  async background() {
    await scenes.talking()
    await el.close()
  },
}
for (const each of ['403', '404', '429', '503', 'network']) {
  scenes[`error-${each}`] = async () => {
    await el.open()
    await el.startCall()
  }
}
Object.assign(scenes, callMeScenes(el, relay))
window.gallery = async () => {
  await scenes[state]()
  if (state !== 'heard') await sleep(350)
}
window.galleryStates = Object.keys(scenes)
document.documentElement.dataset.ready = 'true'
