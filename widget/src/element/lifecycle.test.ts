import { expect } from '@esm-bundle/chai'
import { gesture, inCall, mount, part, record, unmountAll, until } from '../testing/element-kit.test-kit.ts'
import { Steering } from '../testing/fake-relay-client.test-kit.ts'

describe('lifecycle', () => {
  before(gesture)
  afterEach(unmountAll)

  it('moving the element within one task does not hang up', async () => {
    const el = await inCall('raw')
    const place = document.createElement('div')
    document.body.append(place)
    el.remove()
    await Promise.resolve()
    place.append(el)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(el.state).to.equal('listening')
    expect((await el.sendText('still here')).ok).to.equal(true)
    place.remove()
  })

  it('taking it away does', async () => {
    const el = await inCall('raw')
    const ends = record(el, ['va-call-ended'])
    el.remove()
    await until(() => ends.length)
    expect(ends[0]?.[1]).to.include({ reason: 'page-close' })
    const { received } = await new Steering(el.callId).wait('hangup')
    expect(received).to.deep.equal([{ type: 'hangup', reason: 'page-close' }])
  })

  it('leaving the page does, and coming back by the back button finds it sane', async () => {
    const el = await inCall('raw')
    window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
    expect(el.state).to.equal('ended')
    expect((await new Steering(el.callId).wait('hangup')).received[0]).to.deep.equal({ type: 'hangup', reason: 'page-close' })
    window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
    await el.updateComplete
    expect(part(el, 'ended').textContent).to.include('when you left the page')
    part(el, 'again').click()
    await until(() => el.state === 'listening')
  })

  it('needs nothing at unload, which would keep pages out of the back-forward cache', async () => {
    const heard: string[] = []
    const listen = window.addEventListener
    window.addEventListener = function (this: Window, type: string, ...more: unknown[]) {
      heard.push(type)
      return (listen as (...args: unknown[]) => void).call(this, type, ...more)
    } as typeof listen
    try {
      const el = await inCall('raw')
      await el.endCall()
    } finally {
      window.addEventListener = listen
    }
    expect(heard).to.include('pagehide')
    expect(heard).to.not.include.members(['unload'])
    expect(heard).to.not.include.members(['beforeunload'])
  })

  it('several elements on one page do not know each other', async () => {
    const one = await inCall('raw')
    const two = await inCall('raw')
    await new Steering(one.callId).do({ end: 'agent' })
    await until(() => one.state === 'ended')
    expect(two.state).to.equal('listening')
    expect(one.callId).to.not.equal(two.callId)
  })

  it('fetches the call code on hover, once, and nothing before', async () => {
    const loaded = () => performance.getEntriesByType('resource').filter(({ name }) => name.includes('/public')).length
    const before = loaded()
    const el = await mount('demo')
    const lazy = await mount('demo', { attributes: { preload: 'none' } })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(loaded()).to.equal(before)
    lazy.dispatchEvent(new PointerEvent('pointerenter'))
    el.dispatchEvent(new PointerEvent('pointerenter'))
    el.dispatchEvent(new PointerEvent('pointerenter'))
    await until(() => loaded() === before + 1)
  })

  it('stays hidden once the visitor hid it, until the page opens it', async () => {
    const el = await mount('demo', { attributes: { dismissible: '' } })
    part(el, 'launcher-hide').click()
    await el.updateComplete
    expect(el.shadowRoot?.querySelector('button')).to.equal(null)
    await el.open()
    expect(part(el, 'start')).to.not.equal(null)
  })
})
