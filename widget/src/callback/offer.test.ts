import { expect } from '@esm-bundle/chai'
import { askFor, callForm, dialing, newNumber, numberField } from '../testing/callback.test-kit.ts'
import { clickOn, gesture, hasPart, inCall, mount, next, part, unmountAll, until } from '../testing/element-kit.test-kit.ts'
import { phones, relayUrl, Steering } from '../testing/fake-relay-client.test-kit.ts'

describe('where a phone is offered', () => {
  before(gesture)
  afterEach(async () => {
    await unmountAll()
    localStorage.clear()
  })

  const offers = async (agent: string, mode?: string) => {
    const el = await mount(agent, { attributes: mode ? { mode } : {} })
    await el.open()
    await until(() => hasPart(el, 'callback-form') || hasPart(el, 'language'))
    return [hasPart(el, 'start') || hasPart(el, 'callback-talk'), hasPart(el, 'call-me') || hasPart(el, 'callback-form')]
  }

  it('follows the agent, and the page within what the agent allows', async () => {
    expect(await offers('both')).to.deep.equal([true, true])
    expect(await offers('both', 'talk')).to.deep.equal([true, false])
    expect(await offers('both', 'call-me')).to.deep.equal([false, true])
    expect(await offers('both', 'both')).to.deep.equal([true, true])
    expect(await offers('phone')).to.deep.equal([false, true])
    expect(await offers('phone', 'talk')).to.deep.equal([false, true])
    expect(await offers('hears', 'call-me')).to.deep.equal([true, false])
  })

  it('opens the form with one click on the launcher, and no microphone', async () => {
    const el = await mount('both', { attributes: { mode: 'call-me' } })
    expect(part(el, 'launcher-label').textContent).to.equal('Call me')
    await clickOn(part(el, 'launcher'))
    await until(() => hasPart(el, 'callback-form'))
    expect(el.state).to.equal('idle')
    const two = await mount('both', { attributes: { mode: 'both', placement: 'bottom-left' } })
    await clickOn(part(two, 'launcher-call-me'))
    await until(() => hasPart(two, 'callback-form'))
    expect(two.state).to.equal('idle')
  })

  it('takes no call in the page for an agent that only rings', async () => {
    const el = await mount('phone')
    expect(await el.startCall()).to.include({ ok: false, code: 'forbidden' })
    expect(el.state).to.equal('idle')
    await el.open()
    await until(() => hasPart(el, 'callback-form'))
  })

  it('says so when the agent cannot be asked', async () => {
    const el = await mount('missing', { attributes: { mode: 'call-me' } })
    const told = next(el, 'va-error')
    await clickOn(part(el, 'launcher'))
    expect(await told).to.include({ code: 'not_found' })
    await until(() => hasPart(el, 'error'))
  })

  it('is offered when there is no microphone, in the same session, and the call in the page ends', async () => {
    const real = navigator.mediaDevices.getUserMedia
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'))
    try {
      const el = await inCall('both')
      const { sessionId, callId } = el
      await until(() => hasPart(el, 'call-me'))
      part(el, 'call-me').click()
      await until(() => hasPart(el, 'callback-form'))
      part(el, 'callback-back').click()
      await until(() => hasPart(el, 'end'))
      part(el, 'call-me').click()
      await until(() => hasPart(el, 'callback-form'))
      const number = newNumber()
      const ended = next(el, 'va-call-ended')
      askFor(el, number)
      expect(await ended).to.include({ callId, reason: 'visitor' })
      await until(() => el.state === 'dialing')
      expect((await phones(number))[0]?.request.sessionId).to.equal(sessionId)
      expect(el.sessionId).to.equal(sessionId)
      expect(el.callId).to.not.equal(callId)
    } finally {
      navigator.mediaDevices.getUserMedia = real
    }
  })

  it('is offered while the line is bad', async () => {
    const el = await inCall('both')
    await new Steering(el.callId).do({ unreachable: true }, { drop: true })
    await until(() => el.state === 'reconnecting')
    await until(() => hasPart(el, 'call-me'))
    expect(el.shadowRoot?.textContent).to.include('The line is bad.')
    const relay = new Steering(el.callId)
    await relay.do({ unreachable: false })
    await until(async () => {
      await relay.do({ send: { type: 'state', state: 'listening' } })
      return el.state === 'listening' && !hasPart(el, 'call-me')
    })
  })

  it('gives way to talking, and talking waits while a phone rings', async () => {
    const el = await dialing('both')
    expect(await el.startCall()).to.include({ ok: false, code: 'in_callback' })
    await el.endCall()
    await until(() => el.state === 'ended')
    await clickOn(part(el, 'callback-talk'))
    await until(() => el.state === 'listening')
    expect(hasPart(el, 'callback')).to.equal(false)
  })

  it('speaks Hindi where the page does', async () => {
    const el = await callForm('phone', { attributes: { language: 'hi' } })
    await until(() => part(el, 'callback-ask').textContent?.includes('अभी कॉल करें'))
    expect(numberField(el).shadowRoot?.querySelector('label')?.textContent).to.equal('आपका फ़ोन नंबर')
    expect(numberField(el).country).to.equal('IN')
    expect(await relayUrl).to.be.a('string')
  })
})
