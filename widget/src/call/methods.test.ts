import { expect } from '@esm-bundle/chai'
import { mount, record, unmountAll } from '../testing/element-kit.test-kit.ts'

describe('methods', () => {
  afterEach(unmountAll)

  it('answer, and never reject, when there is no call', async () => {
    const el = await mount('demo')
    for (const result of [
      await el.endCall(),
      await el.sendText('x'),
      await el.sendContext('x'),
      await el.sendDigits('1'),
      await el.interrupt(),
      await el.sendFeedback({ score: 1 }),
    ]) {
      expect(result).to.deep.include({ ok: false, code: 'not_in_call', retryable: false })
      expect((result as { message: string }).message).to.match(/\w{3}/)
    }
  })

  it('answer, and never reject, to what makes no sense', async () => {
    const el = await mount('demo')
    const odd = el as unknown as Record<string, (...args: unknown[]) => Promise<{ ok: boolean; code: string }>>
    for (const [method, args, code] of [
      ['sendDigits', ['12x'], 'invalid_digits'],
      ['sendDigits', [undefined], 'invalid_digits'],
      ['sendText', [''], 'invalid_text'],
      ['sendText', [null], 'invalid_text'],
      ['sendContext', [7], 'invalid_text'],
      ['setVolume', [2], 'invalid_value'],
      ['setVolume', ['loud'], 'invalid_value'],
      ['setMuted', ['yes'], 'invalid_value'],
      ['sendFeedback', [undefined], 'invalid_value'],
      ['requestCallback', ['12'], 'invalid_phone_number'],
    ] as const) {
      const result = await odd[method]?.(...args)
      expect(result, method).to.include({ ok: false, code })
    }
  })

  it('keep volume and mute for the next call, and say so', async () => {
    const el = await mount('demo')
    const events = record(el, ['va-mute-changed'])
    await el.setVolume(0.4)
    await el.setMuted(true)
    await el.setMuted(true)
    expect([el.volume, el.muted]).to.deep.equal([0.4, true])
    expect(events.map(([, detail]) => detail)).to.deep.equal([{ muted: true }])
  })

  it('open, close and toggle the panel, each told once', async () => {
    const el = await mount('demo')
    const events = record(el, ['va-open', 'va-close'])
    await el.open()
    await el.open()
    expect(el.hasAttribute('data-open')).to.equal(true)
    await el.close()
    await el.toggle()
    await el.toggle()
    expect(events.map(([name]) => name)).to.deep.equal(['va-open', 'va-close', 'va-open', 'va-close'])
  })

  it('begin muted when the page says so', async () => {
    const el = await mount('demo', { attributes: { 'start-muted': '' } })
    await el.open()
    expect(el.muted).to.equal(true)
  })
})
