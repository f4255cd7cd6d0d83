import { expect } from '@esm-bundle/chai'
import { gesture, hasPart, mount, next, part, record, unmountAll, until } from '../testing/element-kit.test-kit.ts'
import { Steering } from '../testing/fake-relay-client.test-kit.ts'

/** Agent, code, whether trying again makes sense, and a piece of what the visitor reads. */
const REFUSALS = [
  ['foreign', 'forbidden_origin', false, 'not set up for this page'],
  ['missing', 'not_found', false, 'not here any more'],
  ['down', 'provider_unavailable', true, 'not available right now'],
  ['broken', 'internal', true, 'failed on our side'],
  ['private', 'unauthorized', false, 'could not be confirmed'],
] as const

describe('when a call cannot begin', () => {
  before(gesture)
  afterEach(unmountAll)

  for (const [agent, code, retryable, words] of REFUSALS) {
    it(`the visitor reads why and what to do: ${code}`, async () => {
      const el = await mount(agent)
      await el.open()
      const told = next(el, 'va-error')
      const result = await el.startCall()
      expect(result).to.include({ ok: false, code, retryable })
      expect(await told).to.include({ code, retryable })
      expect(el.state).to.equal('error')
      await el.updateComplete
      expect(part(el, 'error').querySelector('[role="alert"]')?.textContent).to.include(words)
      expect(hasPart(el, 'retry')).to.equal(true)
    })
  }

  it('a full house says when to come back, and the button wakes up then', async () => {
    const el = await mount('limited')
    await el.open()
    const result = await el.startCall()
    expect(result).to.include({ ok: false, code: 'rate_limited', retryable: true, retryAfterMs: 2_000 })
    await el.updateComplete
    const retry = part<HTMLButtonElement>(el, 'retry')
    expect(retry.disabled).to.equal(true)
    expect(retry.textContent).to.match(/Try again in [12] s/)
    await until(() => !part<HTMLButtonElement>(el, 'retry').disabled)
    expect(part(el, 'retry').textContent).to.include('Try again')
  })

  it('an unreachable relay is the network’s fault, and the next try may succeed', async () => {
    const el = await mount('demo')
    const { relayUrl } = el
    el.relayUrl = 'http://127.0.0.1:9'
    await el.open()
    expect(await el.startCall()).to.include({ ok: false, code: 'network', retryable: true })
    await until(() => hasPart(el, 'retry'))
    el.relayUrl = relayUrl
    part(el, 'retry').click()
    await until(() => el.state === 'speaking')
  })

  it('a token is asked of the page for each call, and its failing is told', async () => {
    let asked = 0
    const el = await mount('private', {
      properties: {
        tokenProvider: async () => {
          asked += 1
          if (asked === 1) throw new Error('signed out')
          return 'good'
        },
      },
    })
    expect(await el.startCall()).to.include({ ok: false, code: 'token_failed', retryable: true })
    expect((await el.startCall()).ok).to.equal(true)
    expect((await new Steering(el.callId).arrived()).request.visitorToken).to.equal('good')
    expect(asked).to.equal(2)
  })

  it('a page that names no agent is told so', async () => {
    const el = await mount('demo')
    el.removeAttribute('agent-id')
    expect(await el.startCall()).to.include({ ok: false, code: 'no_agent' })
  })

  it('a browser without Web Audio can still write', async () => {
    const el = await mount('demo')
    await el.open()
    const kept = globalThis.AudioContext
    // As old browsers are.
    Reflect.deleteProperty(globalThis, 'AudioContext')
    try {
      expect(await el.startCall()).to.include({ ok: false, code: 'unsupported', retryable: false })
    } finally {
      globalThis.AudioContext = kept
    }
    await until(() => hasPart(el, 'write-instead'))
    part(el, 'write-instead').click()
    await until(() => hasPart(el, 'input'))
    part<HTMLInputElement>(el, 'input').value = 'Hello'
    part(el, 'send').click()
    await until(() => el.shadowRoot?.textContent?.includes('in stock'))
  })

  it('a fault in the middle of a call is told to the page and the call goes on', async () => {
    const el = await mount('raw')
    await el.startCall()
    const errors = record(el, ['va-error'])
    await new Steering(el.callId).do({ send: { type: 'error', code: 'bad_audio', message: 'odd length', retryable: true } })
    await until(() => errors.length)
    expect(errors[0]?.[1]).to.deep.equal({ code: 'bad_audio', message: 'odd length', retryable: true })
    expect(el.state).to.equal('listening')
  })
})
