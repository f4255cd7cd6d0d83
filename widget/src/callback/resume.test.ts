import { expect } from '@esm-bundle/chai'
import type { VoiceAgentElement } from '../element/voice-agent-element.ts'
import { askFor, newNumber } from '../testing/callback.test-kit.ts'
import { hasPart, next, part, until } from '../testing/element-kit.test-kit.ts'
import { phone, phones, relayUrl } from '../testing/fake-relay-client.test-kit.ts'

/** A page of its own that can be loaded anew; its tab remembers. */
class Page {
  readonly #frame = document.createElement('iframe')
  readonly #agentId: string

  constructor(agent = 'both') {
    this.#agentId = `${agent}-${crypto.randomUUID().slice(0, 8)}`
    this.#frame.style.cssText = 'inline-size: 480px; block-size: 760px; border: 0'
    document.body.append(this.#frame)
  }

  /** Loads it, or loads it anew. */
  async load(): Promise<VoiceAgentElement> {
    const loaded = new Promise((resolve) => this.#frame.addEventListener('load', resolve, { once: true }))
    this.#frame.srcdoc = `<!doctype html><html lang="en"><script type="module" src="/src/voice-agent.ts"></script>
      <voice-agent agent-id="${this.#agentId}" relay-url="${await relayUrl}"></voice-agent></html>`
    await loaded
    const el = this.#frame.contentDocument?.querySelector('voice-agent') as VoiceAgentElement
    await until(() => el.shadowRoot?.querySelector('.root'))
    return el
  }

  /** Loads it, and has a phone rung from it. */
  async rings(number = newNumber()): Promise<VoiceAgentElement> {
    const el = await this.load()
    await el.open()
    await until(() => hasPart(el, 'call-me'))
    part(el, 'call-me').click()
    await until(() => hasPart(el, 'number'))
    askFor(el, number)
    await until(() => el.state === 'dialing')
    return el
  }

  close(): void {
    this.#frame.remove()
  }
}

describe('a phone that rings while the page is loaded anew', () => {
  let page: Page
  beforeEach(() => {
    page = new Page()
  })
  afterEach(() => {
    page.close()
    sessionStorage.clear()
    localStorage.clear()
  })
  const words = (el: VoiceAgentElement) => part(el, 'callback').textContent ?? ''

  it('is shown again, where it stands now, and can be hung up', async () => {
    const number = newNumber()
    const { callId, sessionId } = await page.rings(number)
    await phone(callId, { status: 'connecting' })
    const el = await page.load()
    await until(() => el.state === 'ringing' && hasPart(el, 'callback-end'))
    expect(el.callId).to.equal(callId)
    expect(el.sessionId).to.equal(sessionId)
    expect(words(el)).to.include(`•••• ${number.slice(-2)}`)
    await phone(callId, { status: 'connected' })
    await until(() => el.state === 'connected')
    const ended = next(el, 'va-call-ended')
    part(el, 'callback-end').click()
    expect(await ended).to.include({ callId, reason: 'visitor' })
    expect((await phones(number))[0]?.hungUp).to.equal(true)
    await until(() => hasPart(el, 'callback-other'))
    expect(hasPart(el, 'callback-again')).to.equal(false)
  })

  it('is not rung a second time by a page that asks at once', async () => {
    const number = newNumber()
    const { callId } = await page.rings(number)
    const el = await page.load()
    const [same, other] = await Promise.all([el.requestCallback(number), el.requestCallback(newNumber())])
    expect(same).to.include({ ok: true, callId })
    expect(other).to.include({ ok: false, code: 'in_callback' })
    expect(await phones(number)).to.have.length(1)
  })

  it('goes on in the same session', async () => {
    const { callId, sessionId } = await page.rings()
    const el = await page.load()
    await until(() => el.state === 'dialing')
    await phone(callId, { status: 'failed', endReason: 'busy' })
    await until(() => el.state === 'ended')
    const number = newNumber()
    expect(await el.requestCallback(number)).to.include({ ok: true, sessionId })
    expect((await phones(number))[0]?.request.sessionId).to.equal(sessionId)
  })

  it('opens no panel that was closed', async () => {
    const before = await page.rings()
    await before.close()
    const el = await page.load()
    await until(() => el.state === 'dialing')
    expect(el.hasAttribute('data-open')).to.equal(false)
    expect(hasPart(el, 'launcher')).to.equal(true)
  })

  it('is forgotten once it is over, here or meanwhile', async () => {
    const { callId } = await page.rings()
    await phone(callId, { status: 'completed', endReason: 'callee' })
    await until(() => sessionStorage.length === 0)
    const second = await page.rings()
    const kept = JSON.stringify({ ...sessionStorage })
    await phone(second.callId, { status: 'completed', endReason: 'callee' })
    await until(() => sessionStorage.length === 0)
    for (const [name, value] of Object.entries(JSON.parse(kept) as Record<string, string>)) sessionStorage.setItem(name, value)
    const el = await page.load()
    await until(() => sessionStorage.length === 0)
    expect(el.state).to.equal('idle')
    expect(hasPart(el, 'launcher')).to.equal(true)
  })

  it('is found again when it was booked for later', async () => {
    const at = new Date(Date.now() + 3_600_000)
    const before = await page.load()
    await before.requestCallback(newNumber(), { scheduleAt: at })
    const el = await page.load()
    const told = next(el, 'va-callback-status')
    await told
    expect(el.state).to.equal('idle')
    await el.open()
    await until(() => hasPart(el, 'callback-end'))
    expect(words(el)).to.include('The call is booked')
    part(el, 'callback-end').click()
    await until(() => hasPart(el, 'callback-form'))
    expect(sessionStorage.length).to.equal(0)
  })

  it('leaves no number behind, and bears rubbish', async () => {
    const number = newNumber()
    await page.rings(number)
    const [name = '', kept = ''] = Object.entries({ ...sessionStorage })[0] ?? []
    expect(kept).to.not.include(number.slice(2, 9))
    for (const rubbish of ['[oops', '7', 'null', '{}', '{"accepted":{"callId":1}}']) {
      sessionStorage.setItem(name, rubbish)
      const el = await page.load()
      await el.open()
      await until(() => hasPart(el, 'call-me'))
      expect(el.state).to.equal('idle')
      sessionStorage.clear()
    }
  })
})
