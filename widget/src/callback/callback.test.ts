import { expect } from '@esm-bundle/chai'
import type { VoiceAgentElement } from '../element/voice-agent-element.ts'
import { askFor, callForm, dialing, newNumber, numberField } from '../testing/callback.test-kit.ts'
import { gesture, hasPart, mount, next, part, record, unmountAll, until } from '../testing/element-kit.test-kit.ts'
import { phone, phones } from '../testing/fake-relay-client.test-kit.ts'

const words = (el: VoiceAgentElement) => part(el, 'callback').textContent?.replace(/\s+/g, ' ') ?? ''

describe('call me', () => {
  before(gesture)
  afterEach(async () => {
    await unmountAll()
    localStorage.clear()
  })

  it('rings the phone that was typed in, and tells every step', async () => {
    const el = await callForm('phone')
    const seen = record(el, ['va-before-callback', 'va-callback-status', 'va-state-changed', 'va-call-ended', 'va-error'])
    const number = newNumber()
    askFor(el, number)
    await until(() => el.state === 'dialing')
    const [asked] = await phones(number)
    expect(asked?.request).to.deep.include({ phoneNumber: number, consent: true, agentId: el.agentId })
    expect(asked?.keys[0]).to.match(/^[\w-]{16,64}$/)
    expect(el.callId).to.equal(asked?.view.callId)
    expect(el.sessionId).to.be.a('string')
    await phone(el.callId, { status: 'connecting' })
    await until(() => el.state === 'ringing')
    expect(words(el)).to.include('Pick up: an AI agent speaks first.')
    expect(part(el, 'status').textContent).to.include('Ringing')
    expect(el.shadowRoot?.querySelector('[aria-current=step]')?.textContent?.trim()).to.equal('Ringing')
    await phone(el.callId, { status: 'connected' })
    await until(() => el.state === 'connected')
    expect(el.matches(':state(connected)')).to.equal(true)
    await phone(el.callId, { status: 'completed', endReason: 'callee' })
    await until(() => el.state === 'ended')
    expect(words(el)).to.include('The call is over.')
    const callId = asked?.view.callId
    expect(
      seen.map(([name, detail]) => [
        name.slice(3),
        detail.status ?? detail.state ?? detail.reason ?? (detail.config as { phoneNumber: string }).phoneNumber,
      ]),
    ).to.deep.equal([
      ['before-callback', number],
      ['state-changed', 'dialing'],
      ['callback-status', 'initiated'],
      ['state-changed', 'ringing'],
      ['callback-status', 'connecting'],
      ['state-changed', 'connected'],
      ['callback-status', 'connected'],
      ['callback-status', 'completed'],
      ['state-changed', 'ended'],
      ['call-ended', 'callee'],
    ])
    expect(seen.filter(([, { callId: id }]) => id).every(([, { callId: id }]) => id === callId)).to.equal(true)
  })

  it('rings once for a double click, and for the method called twice', async () => {
    const el = await callForm('phone')
    const number = newNumber()
    numberField(el).value = number
    part(el, 'callback-ask').click()
    part(el, 'callback-ask').click()
    const [one, two] = await Promise.all([el.requestCallback(number), el.requestCallback(number)])
    expect(one).to.deep.equal(two)
    const later = await el.requestCallback(number)
    expect(later).to.include({ ok: true, callId: el.callId })
    expect(await el.requestCallback(newNumber())).to.include({ ok: false, code: 'in_callback', retryable: false })
    expect(await phones(number)).to.have.length(1)
    expect((await phones(number))[0]?.keys).to.have.length(1)
  })

  it('rings once from two tabs', async () => {
    const number = newNumber()
    const one = await callForm('phone')
    const two = await callForm('phone')
    two.agentId = one.agentId
    await two.updateComplete
    askFor(one, number)
    askFor(two, number)
    await until(async () => one.state === 'dialing' && (two.state === 'dialing' || /in \d+ s/.test(words(two))))
    expect(await phones(number)).to.have.length(1)
  })

  it('asks again with the same key when the answer got lost, and rings once', async () => {
    const el = await mount('phone')
    const number = '+12025550196'
    const lost = await el.requestCallback(number)
    expect(lost).to.include({ ok: false, code: 'network', retryable: true })
    expect(el.state).to.equal('error')
    const before = (await phones(number)).length
    expect(await el.requestCallback(number)).to.include({ ok: true })
    const rung = (await phones(number)).filter(({ keys }) => keys.length > 0)
    expect(rung).to.have.length(before)
    const keys = rung.at(-1)?.keys ?? []
    expect(keys).to.have.length(2)
    expect(new Set(keys).size).to.equal(1)
  })

  it('goes on in the page’s session, with what the page adds', async () => {
    const el = await mount('phone', { properties: { dynamicVariables: { plan: 'gold' } }, attributes: { language: 'en-US' } })
    const number = newNumber()
    el.addEventListener('va-before-callback', ({ detail }) => {
      detail.config.variables = { ...detail.config.variables, seats: 4 }
    })
    const at = new Date(Date.now() - 1000)
    const result = await el.requestCallback(`(202) ${number.slice(-7)}`, { name: 'Ada', country: 'US', scheduleAt: at })
    expect(result).to.include({ ok: true, status: 'initiated' })
    const [asked] = await phones(number)
    expect(asked?.request).to.deep.include({
      name: 'Ada',
      language: 'en-US',
      scheduleAt: at.toISOString(),
      variables: { plan: 'gold', seats: 4 },
    })
    await el.endCall()
    await until(() => el.state === 'ended')
    const session = el.sessionId
    const other = newNumber()
    await el.requestCallback(other)
    expect((await phones(other))[0]?.request.sessionId).to.equal(session)
  })

  it('asks the owner’s server for the visitor’s token', async () => {
    const el = await mount('private')
    expect(await el.requestCallback(newNumber())).to.include({ ok: false, code: 'unauthorized', retryable: false })
    el.tokenProvider = () => Promise.reject(new Error('down'))
    expect(await el.requestCallback(newNumber())).to.include({ ok: false, code: 'token_failed', retryable: true })
    el.tokenProvider = async () => 'good'
    expect(await el.requestCallback(newNumber())).to.include({ ok: true })
  })

  it('can be stopped by the page', async () => {
    const el = await mount('phone')
    el.addEventListener('va-before-callback', (event) => event.preventDefault())
    expect(await el.requestCallback(newNumber())).to.include({ ok: false, code: 'canceled' })
    expect(el.state).to.equal('idle')
  })

  it('never rejects, and says what is wrong with what it is told', async () => {
    const el = await mount('phone')
    for (const [number, options, code] of [
      ['12', {}, 'invalid_phone_number'],
      [undefined, {}, 'invalid_phone_number'],
      [newNumber(), { scheduleAt: 'soon' }, 'invalid_value'],
    ] as const) {
      expect(await el.requestCallback(number as string, options)).to.include({ ok: false, code })
    }
    expect(await (await mount('missing')).requestCallback(newNumber())).to.include({ ok: false, code: 'not_found', retryable: false })
    const nobody = await mount('phone', { attributes: { 'agent-id': '' } })
    expect(await nobody.requestCallback(newNumber())).to.include({ ok: false, code: 'no_agent' })
  })

  it('shows why it may not, in the relay’s words, and what to do instead', async () => {
    const el = await callForm('both')
    const failed = next(el, 'va-error')
    askFor(el, '+12025550193')
    expect(await failed).to.include({ code: 'outside_calling_hours', message: 'It is 22:14 there. We ring between 9:00 and 21:00.' })
    await until(() => hasPart(el, 'callback-refused'))
    expect(part(el, 'callback-refused').textContent).to.include('It is 22:14 there.')
    expect(el.state).to.equal('error')
    part(el, 'callback-write').click()
    await until(() => hasPart(el, 'input'))
    expect(el.state).to.equal('idle')
  })

  it('ties what is wrong with the number to the number', async () => {
    const el = await callForm('phone')
    askFor(el, '+12025550191')
    await until(() => el.state === 'error')
    await el.updateComplete
    const shadow = numberField(el).shadowRoot as ShadowRoot
    await until(() => shadow.querySelector('[role=alert]')?.textContent)
    expect(shadow.querySelector('[role=alert]')?.textContent).to.equal('There is no such number in the United States.')
    expect(shadow.querySelector('input')?.getAttribute('aria-describedby')).to.equal('said')
    expect(shadow.activeElement?.id).to.equal('number')
  })

  it('counts down what the relay wants waited for', async () => {
    const el = await callForm('phone')
    askFor(el, '+12025550194')
    await until(() => hasPart(el, 'callback-refused'))
    const button = part<HTMLButtonElement>(el, 'callback-ask')
    expect(button.disabled).to.equal(true)
    expect(button.textContent).to.match(/Call me in [12] s/)
    await until(() => !button.disabled)
    expect(button.textContent).to.include('Call me now')
  })

  it('hangs up at once, while it rings and while it is talked on', async () => {
    for (const [status, reason] of [
      ['connecting', 'canceled'],
      ['connected', 'visitor'],
    ] as const) {
      const el = await dialing()
      await phone(el.callId, { status })
      await until(() => el.state === (status === 'connected' ? 'connected' : 'ringing'))
      const ended = next(el, 'va-call-ended')
      part(el, 'callback-end').click()
      expect((await ended).reason).to.equal(reason)
      expect((await phones(el.callId ?? ''))[0]?.hungUp).to.equal(true)
    }
  })

  it('says how it ended and what to do, and leaves the number in peace for a while', async () => {
    const el = await dialing()
    await phone(el.callId, { status: 'failed', endReason: 'busy' })
    await until(() => el.state === 'ended')
    expect(words(el)).to.include('Your phone was busy.')
    const again = part<HTMLButtonElement>(el, 'callback-again')
    expect(again.disabled).to.equal(true)
    expect(again.textContent).to.match(/Call me in \d+ s/)
    part(el, 'callback-other').click()
    await until(() => hasPart(el, 'callback-form'))
    expect(numberField(el).value).to.equal('')
    expect(part<HTMLButtonElement>(el, 'callback-ask').disabled).to.equal(false)
  })

  it('does not hang up when the page is left', async () => {
    const el = await dialing()
    const { callId } = el
    window.dispatchEvent(new Event('pagehide'))
    el.remove()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await phones(callId ?? ''))[0]?.hungUp).to.equal(false)
    document.body.append(el)
  })

  it('books a call for later, and takes it back', async () => {
    const el = await callForm('phone')
    part(el, 'callback-later').click()
    await until(() => hasPart(el, 'callback-time'))
    const time = part<HTMLInputElement>(el, 'callback-time')
    const number = newNumber()
    time.value = time.min.replace(/^\d+/, '2001')
    askFor(el, number)
    await until(() => el.shadowRoot?.querySelector('#when-wrong')?.textContent)
    expect(await phones(number)).to.have.length(0)
    expect(el.shadowRoot?.activeElement).to.equal(time)
    time.value = time.max
    askFor(el, number)
    await until(() => words(el).includes('The call is booked'))
    const [asked] = await phones(number)
    expect(new Date(asked?.request.scheduleAt ?? '').getTime()).to.equal(new Date(time.max).getTime())
    expect(el.state).to.equal('idle')
    const told = next(el, 'va-callback-status')
    part(el, 'callback-end').click()
    expect(await told).to.deep.include({ status: 'failed', endReason: 'canceled' })
    await until(() => hasPart(el, 'callback-form'))
    expect((await phones(number))[0]?.hungUp).to.equal(true)
  })

  it('rings a booked call when its time has come', async () => {
    const el = await mount('phone')
    const result = await el.requestCallback(newNumber(), { scheduleAt: new Date(Date.now() + 400) })
    expect(result.ok).to.equal(true)
    expect(el.state).to.equal('idle')
    await until(() => el.state === 'dialing')
    await phone(el.callId, { status: 'connecting' })
    await until(() => el.state === 'ringing')
  })

  it('is agreed to with the button, once', async () => {
    const el = await callForm('phoneterms')
    const agreed = next(el, 'va-consent')
    expect(part(el, 'callback-terms').textContent).to.include('you agree to the terms')
    askFor(el, newNumber())
    expect(await agreed).to.deep.equal({ accepted: true, version: '1' })
  })

  it('shows that the visitor is a person, where the agent wants that', async () => {
    const page = globalThis as unknown as { turnstile?: unknown }
    let solve = (_token: string) => {}
    let renewed = 0
    page.turnstile = {
      render: (_place: HTMLElement, o: { sitekey: string; callback: (token: string) => void }) => {
        expect(o.sitekey).to.equal('site')
        solve = o.callback
        return 'w1'
      },
      reset: () => {
        renewed += 1
      },
    }
    try {
      const el = await callForm('captcha')
      await until(() => el.querySelector('[slot=va-captcha]'))
      askFor(el, newNumber())
      await until(() => hasPart(el, 'callback-refused'))
      expect(part(el, 'callback-refused').textContent).to.include('Show that you are a person')
      solve('a person')
      const number = newNumber()
      askFor(el, number)
      await until(() => el.state === 'dialing')
      expect((await phones(number))[0]?.request.captchaToken).to.equal('a person')
      await until(() => renewed === 1)
    } finally {
      delete page.turnstile
    }
  })
})
