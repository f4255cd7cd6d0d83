import { expect } from '@esm-bundle/chai'
import { clickOn, gesture, hasPart, mount, next, part, record, unmountAll, until } from '../testing/element-kit.test-kit.ts'
import { Steering } from '../testing/fake-relay-client.test-kit.ts'

describe('consent', () => {
  before(gesture)
  beforeEach(() => localStorage.clear())
  afterEach(unmountAll)

  it('is asked before anything of a call exists, and the call begins in the click that gives it', async () => {
    const el = await mount('terms')
    const events = record(el, ['va-before-call', 'va-consent', 'va-call-started', 'va-state-changed'])
    await clickOn(part(el, 'launcher'))
    await until(() => hasPart(el, 'accept'))
    expect(part(el, 'terms').textContent).to.include('kept for 30 days')
    expect(part(el, 'status').textContent).to.include('Before we start')
    expect(events).to.deep.equal([])
    await clickOn(part(el, 'accept'))
    await until(() => el.state === 'speaking')
    expect(events[0]).to.deep.equal(['va-consent', { accepted: true, version: '1' }])
    expect((await new Steering(el.callId).arrived()).request.consent).to.equal(true)
  })

  it('is remembered, until the terms are new ones', async () => {
    const terms = { 'terms-key': 'shop' }
    const first = await mount('terms', { attributes: terms })
    expect(await first.startCall()).to.include({ ok: false, code: 'consent_required' })
    await until(() => hasPart(first, 'accept'))
    part(first, 'accept').click()
    await next(first, 'va-call-started')
    await first.endCall()
    const second = await mount('terms', { attributes: terms })
    expect((await second.startCall()).ok).to.equal(true)
    const renewed = await mount('newterms', { attributes: terms })
    expect(await renewed.startCall()).to.include({ ok: false, code: 'consent_required' })
    const other = await mount('terms')
    expect(await other.startCall()).to.include({ ok: false, code: 'consent_required' })
  })

  it('may be declined, and nothing happens', async () => {
    const el = await mount('terms')
    await el.startCall()
    await until(() => hasPart(el, 'decline'))
    const answer = next(el, 'va-consent')
    part(el, 'decline').click()
    expect(await answer).to.deep.equal({ accepted: false, version: '1' })
    await until(() => hasPart(el, 'start'))
    expect(el.callId).to.equal(undefined)
    expect(el.state).to.equal('idle')
    expect(localStorage).to.have.length(0)
  })

  it('works where the browser keeps nothing', async () => {
    const keep = Storage.prototype.setItem
    Storage.prototype.setItem = () => {
      throw new DOMException('', 'QuotaExceededError')
    }
    try {
      const el = await mount('terms')
      await el.startCall()
      await until(() => hasPart(el, 'accept'))
      part(el, 'accept').click()
      await until(() => el.state === 'speaking')
    } finally {
      Storage.prototype.setItem = keep
    }
  })

  it('given after the visitor wrote, sends what was written', async () => {
    const el = await mount('terms')
    await el.open()
    part<HTMLInputElement>(el, 'input').value = 'Are you open on Sunday?'
    part(el, 'send').click()
    await until(() => hasPart(el, 'accept'))
    part(el, 'accept').click()
    await until(() => el.callId)
    const { received, request } = await new Steering(el.callId).wait('text')
    expect(request.modality).to.equal('text')
    expect(received[0]).to.deep.equal({ type: 'text', text: 'Are you open on Sunday?' })
  })
})
