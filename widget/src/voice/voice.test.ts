import { expect } from '@esm-bundle/chai'
import type { VoiceAgentElement } from '../element/voice-agent-element.ts'
import { clickOn, gesture, hasPart, inCall, mount, next, part, record, unmountAll, until } from '../testing/element-kit.test-kit.ts'
import { Steering } from '../testing/fake-relay-client.test-kit.ts'

type GetUserMedia = MediaDevices['getUserMedia']
const real: GetUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
const asked: MediaStreamConstraints[] = []
const tracks: MediaStreamTrack[] = []
/** Every context of the page, the newest last. */
const contexts: AudioContext[] = []
const { resume } = AudioContext.prototype
AudioContext.prototype.resume = function () {
  if (!contexts.includes(this)) contexts.push(this)
  return resume.call(this)
}
/** What the browser answers to the page's question. */
let answer: GetUserMedia = real

const refuse = (name: string) => (answer = () => Promise.reject(new DOMException('', name)))
const words = (el: VoiceAgentElement) => el.shadowRoot?.querySelector('.notices')?.textContent ?? ''
const button = (el: VoiceAgentElement) => part<HTMLButtonElement>(el, 'mute')

describe('the visitor’s voice', () => {
  before(gesture)
  beforeEach(() => {
    answer = real
    asked.length = tracks.length = 0
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      asked.push(constraints ?? {})
      const stream = await answer(constraints)
      tracks.push(...stream.getTracks())
      return stream
    }
  })
  afterEach(unmountAll)
  after(() => {
    navigator.mediaDevices.getUserMedia = real
  })

  it('is asked for once, is heard by the relay, and shows on the microphone', async () => {
    const el = await mount('raw')
    const levels = record(el, ['va-level'])
    await el.open()
    expect((await el.startCall()).ok).to.equal(true)
    await until(() => levels.some(([, detail]) => (detail.input as number) > 0))
    await until(() => Number(part(el, 'meter').style.getPropertyValue('--input')) > 0)
    const steer = new Steering(el.callId)
    let bytes = 0
    while (bytes < 640 * 20) bytes = (await steer.arrived()).audioBytes
    expect(bytes % 640).to.equal(0)
    expect(asked).to.have.length(1)
    expect(asked[0]?.audio).to.include({ echoCancellation: 'all', noiseSuppression: true })
    await el.endCall()
    expect(tracks.map(({ readyState }) => readyState)).to.deep.equal(['ended'])
  })

  it('is never asked for by a call in writing', async () => {
    const el = await mount('raw', { attributes: { 'text-only': '' } })
    await el.open()
    expect((await el.startCall()).ok).to.equal(true)
    expect(asked).to.deep.equal([])
    expect(hasPart(el, 'mute')).to.equal(false)
  })

  it('waits for the visitor’s answer before anybody is greeted, and explains the question', async () => {
    const question = Promise.withResolvers<void>()
    answer = (constraints) => question.promise.then(() => real(constraints))
    const el = await mount('raw')
    await el.open()
    const started = el.startCall()
    await until(() => words(el).includes('Allow it'))
    expect(el.state).to.equal('connecting')
    question.resolve()
    expect((await started).ok).to.equal(true)
    await until(() => !words(el).includes('Allow it'))
    await until(() => !button(el).disabled)
  })

  it('can be left for typing while the question stands, and still come', async () => {
    const question = Promise.withResolvers<void>()
    answer = (constraints) => question.promise.then(() => real(constraints))
    const el = await mount('raw')
    await el.open()
    const started = el.startCall()
    await until(() => hasPart(el, 'voice-action'))
    await clickOn(part(el, 'voice-action'))
    expect((await started).ok).to.equal(true)
    expect((await new Steering(el.callId).arrived()).audioBytes).to.equal(0)
    question.resolve()
    await until(() => button(el).getAttribute('aria-label') === 'Mute your microphone')
  })

  it('need not be waited for by whoever types under the question: what was typed follows', async () => {
    const question = Promise.withResolvers<void>()
    answer = (constraints) => question.promise.then(() => real(constraints))
    const el = await mount('raw')
    await el.open()
    const started = el.startCall()
    await until(() => words(el).includes('Allow it'))
    const input = part<HTMLInputElement>(el, 'input')
    input.value = 'Is it in stock?'
    part(el, 'send').click()
    expect((await started).ok).to.equal(true)
    const { received } = await new Steering(el.callId).wait('text')
    expect(received).to.deep.equal([{ type: 'text', text: 'Is it in stock?' }])
    question.resolve()
    await until(() => button(el).hasAttribute('aria-pressed'))
  })

  it('is let go when the visitor hangs up under the question, whatever they answer then', async () => {
    const question = Promise.withResolvers<void>()
    answer = (constraints) => question.promise.then(() => real(constraints))
    const el = await mount('raw')
    await el.open()
    const started = el.startCall()
    await until(() => words(el).includes('Allow it'))
    part(el, 'end').click()
    expect(await started).to.include({ ok: false, code: 'canceled' })
    expect(el.state).to.equal('idle')
    const { received } = await new Steering(el.callId).wait('hangup')
    expect(received).to.deep.equal([{ type: 'hangup' }])
    question.resolve()
    await until(() => tracks.length === 1 && tracks[0]?.readyState === 'ended')
  })

  it('is asked for in the click itself, before the page does anything else', async () => {
    const el = await mount('raw', { attributes: { preload: 'idle' } })
    await el.open()
    await until(() => hasPart(el, 'disclosure') && part(el, 'name').textContent?.includes('Mira'))
    void el.startCall()
    await Promise.resolve()
    await Promise.resolve()
    expect(asked).to.have.length(1)
    await until(() => el.state === 'listening')
  })

  it('goes on in the new sound when the old one stands still, and only one is built', async () => {
    const el = await inCall('raw')
    await until(() => button(el).hasAttribute('aria-pressed'))
    const built: AudioContext[] = []
    const Real = globalThis.AudioContext
    globalThis.AudioContext = class extends Real {
      constructor(options?: AudioContextOptions) {
        super(options)
        built.push(this)
      }
    }
    try {
      const context = contexts.at(-1)
      Object.defineProperty(context, 'currentTime', { value: context?.currentTime })
      context?.dispatchEvent(new Event('statechange'))
      await until(() => built.length > 0)
      const steer = new Steering(el.callId)
      await steer.wait('connections')
      const { audioBytes } = await steer.arrived()
      // Longer than both watchmen take to look.
      while ((await steer.arrived()).audioBytes < audioBytes + 640 * 60);
      expect(built).to.have.length(1)
      expect(tracks).to.have.length(1)
    } finally {
      globalThis.AudioContext = Real
    }
  })

  for (const [name, code, told] of [
    ['NotAllowedError', /^mic_(denied|dismissed)$/, /microphone/],
    ['NotFoundError', /^mic_missing$/, /No microphone was found/],
    ['NotReadableError', /^mic_busy$/, /Another program/],
  ] as const) {
    it(`that is refused (${name}) leaves a call in which one types, and can be asked for again`, async () => {
      refuse(name)
      const el = await mount('raw')
      await el.open()
      const fault = next(el, 'va-error')
      expect((await el.startCall()).ok).to.equal(true)
      const { code: given, message, retryable } = await fault
      expect(given).to.match(code)
      expect(message).to.match(told)
      expect(retryable).to.equal(true)
      await until(() => told.test(words(el)))
      expect(el.shadowRoot?.querySelector('.notices [role=alert]')?.textContent).to.equal(message)
      const again = next(el, 'va-error')
      await clickOn(part(el, 'voice-action'))
      expect((await again).code).to.match(code)
      // Whoever types has read it; the microphone's button still asks.
      expect(await el.sendText('Hello?')).to.deep.equal({ ok: true })
      await until(() => !told.test(words(el)))
      expect(button(el).getAttribute('aria-label')).to.equal('Use your microphone')
      answer = real
      await clickOn(button(el))
      await until(() => button(el).getAttribute('aria-label') === 'Mute your microphone')
      expect(words(el)).to.not.match(told)
      const steer = new Steering(el.callId)
      while ((await steer.arrived()).audioBytes === 0);
    })
  }

  it('that a page cannot have is told without a button that would not help', async () => {
    answer = () => {
      throw new TypeError('undefined is not a function')
    }
    const mediaDevices = Object.getOwnPropertyDescriptor(Navigator.prototype, 'mediaDevices')
    Object.defineProperty(navigator, 'mediaDevices', { value: undefined, configurable: true })
    try {
      const el = await inCall('raw')
      await until(() => /no microphone for pages/.test(words(el)))
      expect(hasPart(el, 'voice-action')).to.equal(false)
    } finally {
      delete (navigator as { mediaDevices?: unknown }).mediaDevices
      expect(mediaDevices && navigator.mediaDevices).to.not.equal(undefined)
    }
  })

  it('muted before the call sends silence, and is told; unmuted it sounds', async () => {
    const el = await mount('raw', { attributes: { 'start-muted': '' } })
    const levels = record(el, ['va-level'])
    await el.open()
    await el.startCall()
    const steer = new Steering(el.callId)
    expect((await steer.wait('mute')).received).to.deep.include({ type: 'mute', muted: true })
    while ((await steer.arrived()).audioBytes < 640 * 10);
    expect(levels.every(([, detail]) => detail.input === 0)).to.equal(true)
    expect(button(el).getAttribute('aria-pressed')).to.equal('true')
    const told = next(el, 'va-mute-changed')
    await clickOn(button(el))
    expect(await told).to.deep.equal({ muted: false })
    await el.updateComplete
    expect(button(el).getAttribute('aria-pressed')).to.equal('false')
    await until(() => levels.some(([, detail]) => (detail.input as number) > 0))
  })

  it('comes from the device that the page or the visitor chooses', async () => {
    const el = await inCall('raw')
    await until(() => !button(el).disabled)
    const inputs = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === 'audioinput')
    const other = inputs.at(-1)?.deviceId ?? ''
    expect(await el.setInputDevice(other)).to.deep.equal({ ok: true })
    expect(tracks.at(-1)?.getSettings().deviceId).to.equal(other)
    expect(await el.setInputDevice('no such device')).to.include({ ok: false, code: 'invalid_value' })
    part(el, 'volume').click()
    await until(() => hasPart(el, 'input-device'))
    const select = part<HTMLSelectElement>(el, 'input-device')
    expect([...select.options].map(({ value }) => value)).to.deep.equal(inputs.map(({ deviceId }) => deviceId))
    select.value = inputs[0]?.deviceId ?? ''
    select.dispatchEvent(new Event('change'))
    await until(() => tracks.at(-1)?.getSettings().deviceId === select.value && tracks.at(-2)?.readyState === 'ended')
  })

  it('that is lost, or muted by the system, is missed in words until it is back', async () => {
    const el = await inCall('raw')
    await until(() => button(el).hasAttribute('aria-pressed'))
    tracks[0]?.dispatchEvent(new Event('mute'))
    await until(() => /Your device has muted/.test(words(el)))
    tracks[0]?.dispatchEvent(new Event('unmute'))
    await until(() => !/Your device has muted/.test(words(el)))
    refuse('NotFoundError')
    tracks[0]?.stop()
    tracks[0]?.dispatchEvent(new Event('ended'))
    await until(() => /Your microphone is gone/.test(words(el)))
    expect(el.state, 'the call goes on').to.equal('listening')
    answer = real
    navigator.mediaDevices.dispatchEvent(new Event('devicechange'))
    await until(() => !/Your microphone is gone/.test(words(el)))
    expect(tracks.at(-1)?.readyState).to.equal('live')
  })

  it('chosen in the panel stays chosen for the next call, and a device that cannot be had is not shown as chosen', async () => {
    const el = await inCall('raw')
    await until(() => button(el).hasAttribute('aria-pressed'))
    part(el, 'volume').click()
    await until(() => hasPart(el, 'input-device'))
    const select = part<HTMLSelectElement>(el, 'input-device')
    const before = select.value
    const other = [...select.options].map(({ value }) => value).at(-1) ?? ''
    refuse('NotReadableError')
    select.value = other
    select.dispatchEvent(new Event('change'))
    await until(() => /The one before goes on/.test(words(el)))
    await until(() => select.value === before)
    answer = real
    select.value = other
    select.dispatchEvent(new Event('change'))
    await until(() => tracks.at(-1)?.getSettings().deviceId === other)
    await until(() => !/The one before goes on/.test(words(el)))
    await el.endCall()
    expect((await el.startCall()).ok).to.equal(true)
    await until(() => tracks.at(-1)?.readyState === 'live' && tracks.at(-1)?.getSettings().deviceId === other)
  })

  it('that nobody understands is told so, until the visitor types', async () => {
    const el = await inCall('reads')
    await until(() => /What you ask, please type/.test(words(el)))
    await new Steering(el.callId).do({ entry: { id: 'e1', role: 'visitor', text: 'Hello', final: true } })
    await until(() => !/please type/.test(words(el)))
  })
})
