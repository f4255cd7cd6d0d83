import { expect } from '@esm-bundle/chai'
import { clickOn, hasPart, inCall, next, part, record, unmountAll, until } from '../testing/element-kit.test-kit.ts'
import { Steering } from '../testing/fake-relay-client.test-kit.ts'

// This page has seen no click, so the browser lets nothing sound. One file, because the first click changes that for good.
describe('sound held back by the browser', () => {
  afterEach(unmountAll)

  it('is offered to the visitor, and nothing of it is lost', async () => {
    // A page that records may sound: this one is not allowed to.
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))
    const el = await inCall('raw')
    const told = next(el, 'va-error')
    const steer = new Steering(el.callId)
    await steer.do(
      { send: { type: 'mark', utterance: 'u1', name: 'start' } },
      { audio: { ms: 400 } },
      { send: { type: 'mark', utterance: 'u1', name: 'end' } },
    )
    expect(await told).to.include({ code: 'autoplay_blocked', retryable: true })
    await until(() => hasPart(el, 'allow-sound'))
    expect(part(el, 'notice').textContent).to.include('until you tap')
    const levels = record(el, ['va-level'])
    await clickOn(part(el, 'allow-sound'))
    await until(() => !hasPart(el, 'allow-sound'))
    await until(() => levels.length > 5)
    let ended = false
    while (!ended) ended = (await steer.arrived()).received.some((message) => message.type === 'mark' && message.name === 'end')
    await steer.do({ send: { type: 'clear', utterance: 'u1' } })
    const { received } = await steer.wait('played')
    expect(received.find((message) => message.type === 'played')).to.deep.equal({ type: 'played', utterance: 'u1', ms: 400 })
  })
})
