import { expect } from '@esm-bundle/chai'
import { sendMouse } from '@web/test-runner-commands'
import { clickOn, gesture, hasPart, inCall, mount, next, part, record, unmountAll, until } from '../testing/element-kit.test-kit.ts'
import { Steering } from '../testing/fake-relay-client.test-kit.ts'

describe('a call', () => {
  before(gesture)
  afterEach(unmountAll)

  it('begins with one click on the launcher, and the greeting sounds', async () => {
    performance.clearMarks()
    const el = await mount('demo')
    const states = record(el, ['va-open', 'va-before-call', 'va-state-changed', 'va-call-started'])
    await clickOn(part(el, 'launcher'))
    await until(() => el.state === 'speaking')
    expect(states.map(([name, detail]) => (name === 'va-state-changed' ? detail.state : name))).to.deep.equal([
      'va-open',
      'va-before-call',
      'connecting',
      'listening',
      'va-call-started',
      'speaking',
    ])
    await until(() => performance.getEntriesByName('va:first-sound').length === 1)
    const [clicked] = performance.getEntriesByName('va:click')
    const [sounded] = performance.getEntriesByName('va:first-sound')
    expect((sounded?.startTime ?? 0) - (clicked?.startTime ?? 0)).to.be.above(0)
    expect(part(el, 'status').textContent).to.include('Speaking')
    expect(el.dataset.state).to.equal('speaking')
    expect(el.matches(':state(speaking)')).to.equal(true)
  })

  it('asks the relay for what the page and its attributes say', async () => {
    const el = await mount('demo', {
      attributes: { language: 'hi-IN', 'user-id': 'u7' },
      properties: { dynamicVariables: { plan: 'gold' } },
    })
    el.addEventListener('va-before-call', ({ detail }) => {
      detail.config.variables = { ...detail.config.variables, seats: 4 }
    })
    const started = await el.startCall()
    expect(started.ok).to.equal(true)
    const { request, sessionId } = await new Steering(el.callId).arrived()
    expect(request).to.deep.include({ language: 'hi-IN', userId: 'u7', modality: 'voice', variables: { plan: 'gold', seats: 4 } })
    expect((request.page as { url: string }).url).to.equal(location.origin + location.pathname)
    expect(el.sessionId).to.equal(sessionId)
  })

  it('can be stopped by the page before it begins', async () => {
    const el = await mount('demo')
    el.addEventListener('va-before-call', (event) => event.preventDefault())
    const result = await el.startCall()
    expect(result).to.include({ ok: false, code: 'canceled' })
    expect(el.state).to.equal('idle')
    expect(el.callId).to.equal(undefined)
  })

  it('carries what the visitor and the page say', async () => {
    const el = await inCall('raw')
    expect(await el.sendText('Hello')).to.deep.equal({ ok: true })
    expect(await el.sendContext('The cart holds 3 chairs')).to.deep.equal({ ok: true })
    expect(await el.sendDigits('12#w*AD')).to.deep.equal({ ok: true })
    expect(await el.setMuted(true)).to.deep.equal({ ok: true })
    expect(await el.sendFeedback({ score: 5, issue: 'echo', comment: 'fine' })).to.deep.equal({ ok: true })
    expect(await el.interrupt()).to.deep.equal({ ok: true })
    const { received } = await new Steering(el.callId).wait('interrupt')
    expect(received).to.deep.equal([
      { type: 'text', text: 'Hello' },
      { type: 'context', text: 'The cart holds 3 chairs' },
      { type: 'dtmf', digits: '12#w*AD' },
      { type: 'mute', muted: true },
      { type: 'feedback', score: 5, issue: 'echo', comment: 'fine' },
      { type: 'interrupt' },
    ])
  })

  it('shows the transcript as the relay tells it: in place, shrinking, cut', async () => {
    const el = await inCall('raw')
    const steer = new Steering(el.callId)
    const lines = () => [...(el.shadowRoot?.querySelectorAll('.entry .text') ?? [])].map((line) => line.textContent)
    const log = () => part(el, 'transcript').querySelectorAll('[role="log"] .entry').length
    const first = next(el, 'va-transcript')
    await steer.do({ entry: { id: 'e1', role: 'agent', text: 'We have it in green and', final: false } })
    expect((await first).entry).to.include({ id: 'e1', role: 'agent', final: false })
    await steer.do({ entry: { id: 'e2', role: 'visitor', text: 'And oat?', final: true } })
    await until(() => lines().length === 2)
    expect(log(), 'a line still changing holds back those after it').to.equal(0)
    await steer.do({ entry: { id: 'e1', role: 'agent', text: 'We have it', final: true, interrupted: true } })
    await until(() => log() === 2)
    expect(lines()).to.deep.equal(['We have it', 'And oat?'])
    expect(hasPart(el, 'cut')).to.equal(true)
  })

  it('silences the agent at once and tells the relay what was heard', async () => {
    const el = await inCall('raw')
    const steer = new Steering(el.callId)
    const levels = record(el, ['va-level'])
    await steer.do(
      { send: { type: 'state', state: 'speaking' } },
      { send: { type: 'mark', utterance: 'u1', name: 'start' } },
      { audio: { ms: 5_000 } },
      { send: { type: 'mark', utterance: 'u1', name: 'end' } },
    )
    await until(() => levels.length > 8)
    await el.interrupt()
    await until(() => levels.at(-1)?.[1].output === 0)
    await steer.do({ send: { type: 'clear', utterance: 'u1' } })
    const { received } = await steer.wait('played')
    const played = received.find((message) => message.type === 'played')
    expect(played?.type === 'played' && played.ms, 'of 5 s').to.be.within(200, 4_900)
    expect(received.some((message) => message.type === 'mark' && message.name === 'end')).to.equal(false)
  })

  it('reports marks when playback reaches them', async () => {
    const el = await inCall('raw')
    const steer = new Steering(el.callId)
    await steer.do(
      { send: { type: 'mark', utterance: 'u1', name: 'start' } },
      { audio: { ms: 200 } },
      { send: { type: 'mark', utterance: 'u1', name: 'p200' } },
      { audio: { ms: 100, fromMs: 200 } },
      { send: { type: 'mark', utterance: 'u1', name: 'end' } },
    )
    let names: string[] = []
    while (names.length < 3) names = (await steer.arrived()).received.flatMap((message) => (message.type === 'mark' ? [message.name] : []))
    expect(names).to.deep.equal(['start', 'p200', 'end'])
  })

  it('runs a tool once though the relay asks again after a lost connection, and answers again', async () => {
    let runs = 0
    const el = await inCall('raw', { properties: { clientTools: { count: () => ++runs } } })
    const steer = new Steering(el.callId)
    const asked = { send: { type: 'tool', id: 't1', name: 'count', arguments: {} } } as const
    const answers = async (many: number) => {
      for (;;) {
        const all = (await steer.arrived()).received.filter(({ type }) => type === 'tool-result')
        if (all.length >= many) return all
      }
    }
    await steer.do(asked)
    await answers(1)
    await steer.do(asked)
    expect(await answers(2)).to.deep.equal([1, 2].map(() => ({ type: 'tool-result', id: 't1', result: 1 })))
    expect(runs).to.equal(1)
  })

  it('lets the page answer the agent’s tools, and always answers', async () => {
    const el = await inCall('raw', {
      properties: {
        clientTools: {
          cart: async ({ sku }) => ({ sku, pieces: 2 }),
          broken: () => {
            throw new Error('no stock')
          },
        },
      },
    })
    const steer = new Steering(el.callId)
    el.addEventListener('va-tool-call', (event) => {
      if (event.detail.name !== 'own') return
      event.preventDefault()
      event.detail.respond('by hand')
    })
    for (const name of ['cart', 'broken', 'unknown', 'own', 'constructor']) {
      await steer.do({ send: { type: 'tool', id: name, name, arguments: { sku: 'A1' } } })
    }
    let results: Record<string, unknown> = {}
    while (Object.keys(results).length < 5) {
      const { received } = await steer.arrived()
      results = Object.fromEntries(received.flatMap((message) => (message.type === 'tool-result' ? [[message.id, message.result]] : [])))
    }
    expect(results).to.deep.equal({
      cart: { sku: 'A1', pieces: 2 },
      broken: { error: 'no stock' },
      unknown: { error: 'This page has no such tool.' },
      constructor: { error: 'This page has no such tool.' },
      own: 'by hand',
    })
  })

  it('ends once, whoever ends it', async () => {
    const el = await inCall('demo')
    const ends = record(el, ['va-call-ended'])
    const levels = record(el, ['va-level'])
    await until(() => levels.length > 12)
    expect(await el.endCall()).to.deep.equal({ ok: true })
    expect(el.state).to.equal('ended')
    expect(part(el, 'ended').textContent).to.include('You ended the call.')
    await new Steering(el.callId).wait('hangup')
    const steer = new Steering(el.callId)
    await until(() => ends.length > 0 && hasPart(el, 'cut'))
    expect(ends[0]?.[1]).to.include({ callId: el.callId, reason: 'visitor' })
    await clickOn(part(el, 'again'))
    await until(() => el.state === 'speaking')
    const again = new Steering(el.callId)
    expect((await again.arrived()).request.sessionId).to.equal((await steer.arrived()).sessionId)
    await again.do({ end: 'agent' })
    await until(() => el.state === 'ended')
    expect(ends.map(([, detail]) => detail.reason)).to.deep.equal(['visitor', 'agent'])
  })

  it('can be called off while it is being opened', async () => {
    const el = await mount('slow')
    const starting = el.startCall()
    await until(() => el.state === 'connecting')
    expect(await el.endCall()).to.deep.equal({ ok: true })
    expect(await starting).to.include({ ok: false, code: 'canceled' })
    expect(el.state).to.equal('idle')
  })

  it('is one call however often it is started', async () => {
    const el = await mount('demo')
    const [one, two] = await Promise.all([el.startCall(), el.startCall()])
    expect(one).to.deep.equal(two)
    const three = await el.startCall()
    expect(three).to.deep.equal(one)
  })

  it('in writing makes no sound', async () => {
    const el = await inCall('demo', { attributes: { 'text-only': '' } })
    const { request } = await new Steering(el.callId).arrived()
    expect(request.modality).to.equal('text')
    expect(hasPart(el, 'volume')).to.equal(false)
    await el.sendText('Hello')
    await until(() => part(el, 'transcript').textContent?.includes('in stock'))
  })

  it('begins in writing when the visitor writes first', async () => {
    const el = await mount('demo')
    await el.open()
    const input = part<HTMLInputElement>(el, 'input')
    input.value = 'Is it in stock?'
    part(el, 'send').click()
    await until(() => el.state === 'listening' && el.callId)
    const { received, request } = await new Steering(el.callId).wait('text')
    expect(request.modality).to.equal('text')
    expect(received[0]).to.deep.equal({ type: 'text', text: 'Is it in stock?' })
  })

  it('sounds where the page wants it, and stays where it is when there is no such device', async () => {
    const el = await inCall('raw')
    expect(await el.setOutputDevice('')).to.deep.equal({ ok: true })
    expect(await el.setOutputDevice('no-such-device')).to.include({ ok: false, code: 'invalid_value' })
    expect(await el.setVolume(0.5)).to.deep.equal({ ok: true })
    expect(el.volume).to.equal(0.5)
    part(el, 'volume').click()
    await el.updateComplete
    const slider = part<HTMLInputElement>(el, 'volume-slider')
    expect(slider.value).to.equal('50')
    slider.value = '20'
    slider.dispatchEvent(new Event('input'))
    expect(el.volume).to.equal(0.2)
  })

  it('says who is speaking when a person takes over, and when the agent is back', async () => {
    const el = await inCall('raw')
    const steer = new Steering(el.callId)
    const told = (words: string) => until(() => el.shadowRoot?.textContent?.includes(words))
    await steer.do({ send: { type: 'speaker', who: 'agent' } }, { send: { type: 'state', state: 'thinking' } })
    await until(() => el.state === 'thinking')
    expect(hasPart(el, 'notice'), 'nobody was away').to.equal(false)
    await steer.do({ send: { type: 'speaker', who: 'operator', name: 'Jonas' } })
    await told('You are now talking with Jonas.')
    expect(part(el, 'name').textContent).to.equal('Jonas')
    expect(part(el, 'disclosure').textContent).to.equal('Person from the team')
    await steer.do({ send: { type: 'speaker', who: 'agent' } })
    await told('You are talking with the AI agent again.')
    expect(part(el, 'disclosure').textContent).to.equal('AI agent')
  })

  it('is not hung up by the second half of a double click on the launcher', async () => {
    const el = await mount('demo', { attributes: { preload: 'idle' } })
    const { right, bottom } = part(el, 'launcher').getBoundingClientRect()
    const position: [number, number] = [Math.round(right - 28), Math.round(bottom - 28)]
    await sendMouse({ type: 'click', position })
    await until(() => hasPart(el, 'end'))
    expect(el.shadowRoot?.elementFromPoint(...position)?.closest('button'), 'the end button lies where the launcher lay').to.equal(
      part(el, 'end'),
    )
    part(el, 'end').dispatchEvent(new MouseEvent('click', { detail: 2 }))
    await until(() => el.state === 'speaking')
    await new Promise((resolve) => setTimeout(resolve, 650))
    await sendMouse({ type: 'click', position })
    await until(() => el.state === 'ended')
  })
})
