import { expect } from '@esm-bundle/chai'
import { gesture, until } from '../../testing/element-kit.test-kit.ts'
import { relayUrl, Steering } from '../../testing/fake-relay-client.test-kit.ts'
import { fakeSdk } from '../../testing/fake-sdk.test-kit.ts'
import { fakeDesk } from '../../testing/pages.test-kit.ts'
import { ConsoleProblem } from '../problem.ts'
import type { CallHand, TakeoverWish } from './call-hand.ts'
import { Hands } from './hands.ts'

/** The operator's own sound against a media socket that speaks section 5's language. */

const SPOKEN = { isTyped: false, language: 'en' }
const realMicrophone = navigator.mediaDevices.getUserMedia
const byTwilio = { call: {}, transport: 'twilio', accessToken: 'T1', connectParams: { ticket: 'x' } }
const conflict = new ConsoleProblem({ code: 'conflict', status: 409, message: 'Ann holds this call.' })

/** A call of the fake relay, whose one socket every deed of the operator is given. */
async function aCall() {
  const opened = await fetch(`${await relayUrl}/api/web-calls`, { method: 'POST', body: JSON.stringify({ agentId: 'raw-operator' }) })
  const { callId, mediaUrl } = (await opened.json()) as { callId: string; mediaUrl: string }
  const answers: Record<string, unknown> = {
    'POST /api/calls/*/listen': { url: mediaUrl },
    'POST /api/calls/*/takeover': { call: {}, mediaUrl },
    'DELETE /api/calls/*/takeover': { call: {} },
  }
  const desk = fakeDesk(answers)
  const told: string[] = []
  const sdk = fakeSdk()
  const hands = new Hands({ api: desk.api, tell: (sentence) => told.push(sentence), makeDevice: (...given) => sdk.makeDevice(...given) })
  return {
    answers,
    asked: () => desk.asked.map(({ route }) => route.replace(callId, 'ID')),
    bodies: () => desk.asked.map(({ body }) => body),
    hand: hands.of(callId),
    hands,
    relay: new Steering(callId),
    sdk,
    told,
  }
}
const refused = (hand: CallHand, wish: TakeoverWish = {}) =>
  hand.takeOver(wish, SPOKEN).then(
    () => undefined,
    (error: unknown) => error as Error,
  )

describe('the operator’s hand', () => {
  let opened: Hands[] = []
  const open = async () => {
    const call = await aCall()
    opened.push(call.hands)
    await gesture()
    return call
  }
  afterEach(() => {
    navigator.mediaDevices.getUserMedia = realMicrophone
    for (const hands of opened) hands.close()
    opened = []
  })

  it('listens without being heard, shows how loud both are, and lets go when the call ends', async () => {
    const { asked, hand, hands, relay } = await open()
    await hand.listen()
    expect([hand.state, hands.active, asked()]).to.deep.equal(['listening', hand, ['POST /api/calls/ID/listen']])
    await until(async () => (await relay.arrived()).connections.length === 1)
    const drawn = new Promise<void>((resolve) => hand.onLevels(resolve))
    await relay.do({ send: { type: 'levels', visitor: 0.2, agent: 0.1 } as never })
    await drawn
    expect(hand.levels).to.deep.equal({ visitor: 0.2, agent: 0.1 })
    expect((await relay.arrived()).audioBytes).to.equal(0)
    await relay.do({ end: 'visitor' })
    await until(() => hand.state === 'none')
    expect(hands.active).to.equal(undefined)
  })

  it('speaks after a takeover with its reason, is muted, and hands back with a briefing', async () => {
    const { asked, bodies, hand, relay, told } = await open()
    await hand.takeOver({ reason: 'asked for', notes: 'ten lamps' }, SPOKEN)
    expect(hand.state).to.equal('holding')
    expect(bodies()).to.deep.equal([{ reason: 'asked for', notes: 'ten lamps' }])
    await until(async () => (await relay.arrived()).audioBytes > 6400)
    hand.setMuted(true)
    expect(hand.muted).to.equal(true)
    await hand.handBack('They agreed.')
    expect([hand.state, asked().at(-1), bodies().at(-1)]).to.deep.equal([
      'none',
      'DELETE /api/calls/ID/takeover',
      { briefing: 'They agreed.' },
    ])
    expect(told).to.deep.equal([])
  })

  it('asks nothing of the relay where the microphone is refused before', async () => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'))
    const query = navigator.permissions.query
    navigator.permissions.query = () => Promise.reject(new TypeError())
    const { asked, hand } = await open()
    const error = await refused(hand)
    navigator.permissions.query = query
    expect([error?.name, hand.state, asked()]).to.deep.equal(['MicrophoneRefused', 'none', []])
    expect(error?.message).to.include('No microphone was found')
  })

  it('gives the call back at once when the microphone fails after all', async () => {
    const query = navigator.permissions.query
    navigator.permissions.query = async () => ({ state: 'granted' }) as PermissionStatus
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotReadableError'))
    const { asked, hand } = await open()
    const error = await refused(hand)
    navigator.permissions.query = query
    expect(error?.name).to.equal('MicrophoneRefused')
    expect(asked()).to.deep.equal(['POST /api/calls/ID/takeover', 'DELETE /api/calls/ID/takeover'])
  })

  it('says who holds the call, and holds nothing itself', async () => {
    const { answers, hand } = await open()
    answers['POST /api/calls/*/takeover'] = conflict
    expect((await refused(hand))?.message).to.equal('Ann holds this call.')
    expect(hand.state).to.equal('none')
  })

  it('writes to the visitor of a typed call, without a microphone', async () => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))
    const { hand, relay } = await open()
    await hand.takeOver({}, { isTyped: true, language: 'en' })
    hand.write('Here is Ann.')
    const { received } = await relay.wait('text')
    expect(received).to.deep.include({ type: 'text', text: 'Here is Ann.' })
  })

  it('goes on over Twilio with a new token of the relay’s before the last one ends', async () => {
    const { answers, asked, hand, sdk } = await open()
    answers['POST /api/calls/*/takeover'] = byTwilio
    answers['POST /api/calls/*/takeover/access-token'] = { accessToken: 'T2', expiresAt: '2026-11-22T12:00:00Z' }
    await hand.takeOver({}, SPOKEN)
    sdk.device.call.tell('accept')
    sdk.device.tell('tokenWillExpire')
    await until(() => sdk.device.did.length > 0)
    sdk.device.tell('error', { code: 20104 })
    expect([hand.state, sdk.tokens, sdk.device.did]).to.deep.equal(['holding', ['T1'], [['updateToken', 'T2']]])
    expect(asked()).to.deep.equal(['POST /api/calls/ID/takeover', 'POST /api/calls/ID/takeover/access-token'])
  })

  it('gives the call back when Twilio does not let the page in', async () => {
    const { answers, asked, hand, sdk, told } = await open()
    answers['POST /api/calls/*/takeover'] = byTwilio
    sdk.device.asking = new Promise(() => undefined)
    const joining = refused(hand)
    await sdk.device.params.promise
    sdk.device.tell('error', { code: 20104 })
    expect((await joining)?.message).to.include('and the AI goes on')
    expect([hand.state, told, sdk.device.did]).to.deep.equal(['none', [], [['destroy']]])
    expect(asked()).to.deep.equal(['POST /api/calls/ID/takeover', 'DELETE /api/calls/ID/takeover'])
  })

  it('gives the call back when Twilio’s kit cannot be had', async () => {
    const { answers, asked, hand, sdk } = await open()
    answers['POST /api/calls/*/takeover'] = byTwilio
    sdk.makeDevice = () => {
      throw new Error('NotSupportedError')
    }
    expect((await refused(hand))?.message).to.include('and the AI goes on')
    expect([hand.state, asked()]).to.deep.equal(['none', ['POST /api/calls/ID/takeover', 'DELETE /api/calls/ID/takeover']])
  })

  it('gives the call back, and says so, when it breaks before it joined', async () => {
    const { answers, asked, hand, sdk, told } = await open()
    answers['POST /api/calls/*/takeover'] = byTwilio
    await hand.takeOver({}, SPOKEN)
    sdk.device.call.tell('error', { code: 53405 })
    expect([hand.state, sdk.device.did, told]).to.deep.equal([
      'none',
      [['destroy']],
      ['You were not joined with the caller, and the AI goes on. Take over anew, or by your phone.'],
    ])
    expect(asked()).to.deep.equal(['POST /api/calls/ID/takeover', 'DELETE /api/calls/ID/takeover'])
  })

  it('leaves the call with the takeover that was asked for meanwhile', async () => {
    const { answers, asked, hand, sdk } = await open()
    answers['POST /api/calls/*/takeover'] = byTwilio
    sdk.device.asking = new Promise(() => undefined)
    const first = refused(hand)
    await sdk.device.params.promise
    sdk.device.asking = undefined
    await gesture()
    expect(await refused(hand)).to.equal(undefined)
    expect([await first, hand.state]).to.deep.equal([undefined, 'holding'])
    expect(asked()).to.deep.equal(['POST /api/calls/ID/takeover', 'POST /api/calls/ID/takeover'])
  })

  it('rings the operator’s phone without opening any sound here', async () => {
    const { bodies, hand } = await open()
    await hand.takeOver({ by: 'phone', phoneNumber: '+12025550101' }, SPOKEN)
    expect([hand.state, bodies()]).to.deep.equal(['none', [{ by: 'phone', phoneNumber: '+12025550101' }]])
  })

  it('comes back by itself when the line breaks, and says what to do when it cannot', async () => {
    const { hand, relay, told } = await open()
    await hand.takeOver({}, SPOKEN)
    await until(async () => (await relay.arrived()).connections.length === 1)
    await relay.do({ drop: true })
    await relay.wait('connections')
    await until(() => !hand.isAway && hand.state === 'holding')
    await relay.do({ close: 4401 })
    await until(() => hand.state === 'none')
    expect(told).to.have.length(1)
    expect(told[0]).to.include('Take over anew')
  })

  it('stops listening to one call when it listens to another', async () => {
    const one = await open()
    await one.hand.listen()
    const other = one.hands.of('c-other')
    const listening = other.listen()
    expect(one.hand.state).to.equal('none')
    other.stop()
    await listening.catch(() => undefined)
    expect(one.hands.active).to.equal(undefined)
  })
})
