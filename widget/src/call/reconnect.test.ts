import { expect } from '@esm-bundle/chai'
import { clickOn, gesture, inCall, part, record, unmountAll, until } from '../testing/element-kit.test-kit.ts'
import { Steering } from '../testing/fake-relay-client.test-kit.ts'

describe('a lost connection', () => {
  before(gesture)
  afterEach(unmountAll)

  it('comes back to the same call, and nothing is lost or heard twice', async () => {
    const el = await inCall('raw')
    const steer = new Steering(el.callId)
    const states = record(el, ['va-state-changed'])
    const levels = record(el, ['va-level'])
    await steer.do(
      { send: { type: 'state', state: 'speaking' } },
      { send: { type: 'mark', utterance: 'u1', name: 'start' } },
      { entry: { id: 'e1', role: 'agent', text: 'Half a sen', final: false } },
      { audio: { ms: 500 } },
      { unreachable: true },
    )
    await until(() => el.state === 'speaking')
    await steer.do({ drop: true })
    await until(() => el.state === 'reconnecting')
    expect(part(el, 'status').textContent).to.include('Reconnecting')
    await el.sendText('Are you there?')
    await steer.do({ unreachable: false })
    const { connections } = await steer.wait('text')
    expect(connections.at(-1)).to.deep.equal({ after: '1' })
    await until(() => levels.at(-1)?.[1].output === 0)
    // The relay drops what was on its way and learns from which millisecond to go on.
    await steer.do({ send: { type: 'clear', utterance: 'u1' } })
    const played = (await steer.wait('played')).received.find((message) => message.type === 'played')
    expect(played).to.deep.equal({ type: 'played', utterance: 'u1', ms: 500 })
    await steer.do(
      { send: { type: 'state', state: 'speaking' } },
      { send: { type: 'mark', utterance: 'u1', name: 'start' } },
      { audio: { ms: 300, fromMs: 500 } },
      { send: { type: 'mark', utterance: 'u1', name: 'end' } },
      { entry: { id: 'e1', role: 'agent', text: 'Half a sentence, and the rest.', final: true } },
    )
    for (let done = false; !done; )
      done = (await steer.arrived()).received.some((message) => message.type === 'mark' && message.name === 'end')
    await steer.do({ send: { type: 'clear', utterance: 'u1' } })
    let ms: unknown
    while (ms === undefined) {
      const all = (await steer.arrived()).received.filter((message) => message.type === 'played')
      if (all.length === 2) ms = all[1]?.type === 'played' && all[1].ms
    }
    expect(ms).to.equal(800)
    expect(states.map(([, detail]) => detail.state)).to.deep.equal(['speaking', 'reconnecting', 'speaking'])
    expect(part(el, 'transcript').querySelectorAll('.entry')).to.have.length(1)
  })

  it('to a relay that knows the call no more offers a new one in the same session', async () => {
    const el = await inCall('raw')
    const steer = new Steering(el.callId)
    const events = record(el, ['va-call-ended'])
    const { sessionId, callId } = el
    await steer.do({ entry: { id: 'e1', role: 'visitor', text: 'Hello', final: true } }, { forgotten: true }, { drop: true })
    await until(() => el.state === 'ended')
    expect(events[0]?.[1]).to.include({ callId, reason: 'error' })
    expect(part(el, 'ended').textContent).to.include('Call again to go on from here.')
    expect(part(el, 'transcript').textContent).to.include('Hello')
    await clickOn(part(el, 'again'))
    await until(() => el.state === 'listening')
    expect(el.callId).to.not.equal(callId)
    expect((await new Steering(el.callId).arrived()).request.sessionId).to.equal(sessionId)
  })

  it('that another window took over is told as such', async () => {
    const el = await inCall('raw')
    const events = record(el, ['va-error', 'va-call-ended'])
    await new Steering(el.callId).do({ close: 4409 })
    await until(() => el.state === 'ended')
    expect(events.map(([name, detail]) => [name, detail.code ?? detail.reason])).to.deep.equal([
      ['va-error', 'replaced'],
      ['va-call-ended', 'connection'],
    ])
  })

  it('does not keep the visitor from hanging up', async () => {
    const el = await inCall('raw')
    await new Steering(el.callId).do({ unreachable: true }, { drop: true })
    await until(() => el.state === 'reconnecting')
    expect(await el.endCall()).to.deep.equal({ ok: true })
    expect(el.state).to.equal('ended')
  })
})
