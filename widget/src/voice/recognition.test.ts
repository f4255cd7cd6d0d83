import { expect } from '@esm-bundle/chai'
import type { VoiceAgentElement } from '../element/voice-agent-element.ts'
import { gesture, inCall, mount, part, unmountAll, until } from '../testing/element-kit.test-kit.ts'
import { Steering } from '../testing/fake-relay-client.test-kit.ts'

const words = (el: VoiceAgentElement) => el.shadowRoot?.querySelector('.notices')?.textContent ?? ''
const button = (el: VoiceAgentElement) => part<HTMLButtonElement>(el, 'mute')

/** What a browser's recogniser does, as far as it is used. */
class FakeRecogniser extends EventTarget {
  static readonly made: FakeRecogniser[] = []
  static local = 'available'
  static available = () => Promise.resolve(FakeRecogniser.local)
  processLocally = false
  lang = ''
  starts = 0
  aborted = false
  onresult: ((event: object) => void) | null = null
  onend: (() => void) | null = null
  onerror: ((event: { error: string }) => void) | null = null
  constructor() {
    super()
    FakeRecogniser.made.push(this)
  }
  start() {
    this.starts += 1
  }
  abort() {
    this.aborted = true
    this.onend?.()
  }
  say(text: string, isFinal: boolean) {
    this.onresult?.({ resultIndex: 0, results: [Object.assign([{ transcript: text }], { isFinal })] })
  }
}

describe('the browser’s own recogniser', () => {
  const scope = globalThis as { SpeechRecognition?: unknown; webkitSpeechRecognition?: unknown }
  const { SpeechRecognition, webkitSpeechRecognition } = scope
  before(gesture)
  beforeEach(() => {
    FakeRecogniser.made.length = 0
    FakeRecogniser.local = 'available'
    scope.SpeechRecognition = FakeRecogniser
  })
  afterEach(unmountAll)
  after(() => Object.assign(scope, { SpeechRecognition, webkitSpeechRecognition }))

  const recogniser = () => until(() => FakeRecogniser.made.at(-1))

  it('on the device tells the relay what is said, begins again after a pause, rests while muted, and ends with the call', async () => {
    const el = await inCall('local')
    const one = await recogniser()
    expect(one).to.include({ processLocally: true, starts: 1 })
    expect(one.lang).to.match(/^en/)
    await until(() => /on this device/.test(words(el)))
    one.say('what does', false)
    one.say('what does it cost', true)
    const { received } = await new Steering(el.callId).wait('recognised')
    expect(received.filter(({ type }) => type === 'recognised')).to.deep.include({ type: 'recognised', text: 'what does', final: false })
    await el.setMuted(true)
    expect(one.aborted).to.equal(true)
    await el.setMuted(false)
    await until(() => one.starts === 2)
    one.onend?.()
    await until(() => one.starts === 3)
    await el.endCall()
    one.onend?.()
    expect(one.starts).to.equal(3)
  })

  it('that would send the sound elsewhere is not begun unless the owner allows it, and the visitor is told', async () => {
    FakeRecogniser.local = 'unavailable'
    const quiet = await inCall('local')
    await until(() => /please type/.test(words(quiet)))
    expect(FakeRecogniser.made).to.deep.equal([])
    await unmountAll()
    const el = await inCall('remote')
    expect((await recogniser()).processLocally).to.equal(false)
    await until(() => /may send the sound to its maker/.test(words(el)))
  })

  it('is not begun where the relay understands speech itself', async () => {
    const el = await inCall('raw')
    await until(() => !button(el).disabled)
    expect(FakeRecogniser.made).to.deep.equal([])
  })

  it('that cannot reach its maker is given up, and the visitor told', async () => {
    const el = await inCall('remote')
    const one = await recogniser()
    for (let i = 0; i < 3; i += 1) one.onerror?.({ error: 'network' })
    await until(() => /please type/.test(words(el)))
  })

  it('is named before the call, in the terms and where one starts, only where it is used', async () => {
    const named = async (agent: string, attributes: Record<string, string> = {}) => {
      const el = await mount(agent, { attributes })
      await el.open()
      await until(() => part(el, 'name').textContent?.includes('Mira'))
      return /turns your words into text(, and may send)?/.exec(part(el, 'stage').textContent ?? '')?.[0]
    }
    expect(await named('remote')).to.equal('turns your words into text, and may send')
    expect(await named('local')).to.equal('turns your words into text')
    expect(await named('raw')).to.equal(undefined)
    expect(await named('hears')).to.equal(undefined)
    expect(await named('remote', { 'text-only': '' })).to.equal(undefined)
    Reflect.deleteProperty(scope, 'SpeechRecognition')
    Reflect.deleteProperty(scope, 'webkitSpeechRecognition')
    expect(await named('remote')).to.equal(undefined)
  })

  it('that is refused for good leaves the visitor typing', async () => {
    const el = await inCall('remote')
    const one = await recogniser()
    one.onerror?.({ error: 'service-not-allowed' })
    one.onend?.()
    await until(() => /please type/.test(words(el)))
    expect(one.starts).to.equal(1)
  })
})
