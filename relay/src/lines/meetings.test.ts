import { describe, expect, test } from 'vitest'
import { fakeAudioLeg } from '../calls/fakes.test-kit.ts'
import { CarrierFault } from '../carriers/carrier.ts'
import type { Claim, Expectation } from './arrivals.ts'
import { ANSWERING, CALLEE, NUMBER, phoneWorld } from './lines.test-kit.ts'
import type { SharedArrivals } from './shared-arrivals.ts'

/** Call-me over a carrier that joins two phones and brings no sound. */
const silent = { streams: false, bridges: true, bridgesAtOnce: true, transfers: false }

async function rung(persona: Record<string, unknown> = {}, placing?: () => Promise<{ carrierCallId: string }>, shared?: SharedArrivals) {
  const house = phoneWorld(persona, silent, undefined, shared)
  if (placing) house.account.placing = placing
  const { call: bridge } = await house.lines.ring({ ...house.order, sessionId: 's-1', variables: { name: 'Asha' } })
  await house.clock.advance(0)
  const comesIn = async (from: string, carrierCallId = 'CB1') => {
    const meeting = await house.lines.expected({ number: ANSWERING, carrierCallId, from })
    if (meeting === undefined || typeof meeting === 'string') return meeting
    return house.lines.receive({ number: ANSWERING, carrierCallId, from, to: ANSWERING.phoneNumber, agent: meeting.agent, meeting })
  }
  /** The agent's call with its sound there. */
  const answered = async () => {
    const agents = await comesIn(CALLEE)
    if (agents === undefined || typeof agents === 'string') throw new Error('it was not taken for ours')
    agents.attach(fakeAudioLeg(house.clock))
    await house.clock.advance(100)
    return agents
  }
  return { ...house, answered, bridge, comesIn }
}

test('the visitor is rung first, then our own number; there the agent answers in the same session, and the page’s call is connected', async () => {
  const { account, answered, asked, bridge, log } = await rung()
  expect(account.placed).toMatchObject([{ to: CALLEE, bridgeTo: ANSWERING.phoneNumber }])
  // The gate is asked for the phone that rings; the other end is ours.
  expect(asked.map(({ number }) => number)).toEqual([CALLEE])
  expect(bridge.status).toBe('initiated')
  const agents = await answered()
  expect([bridge.status, bridge.stage, agents.status]).toEqual(['connected', 'joined', 'connected'])
  expect(log.opened.map(({ kind, sessionId }) => [kind, sessionId])).toEqual([
    ['bridge', 's-1'],
    ['phone', 's-1'],
  ])
  expect(log.events.filter(({ type }) => type.startsWith('arrival'))).toMatchObject([
    { callId: bridge.id, type: 'arrival.expected', payload: { phoneNumberId: ANSWERING.id } },
    { callId: bridge.id, type: 'arrival', payload: { callId: agents.id } },
    { callId: agents.id, type: 'arrival.of', payload: { callId: bridge.id } },
  ])
})

test('whoever ends one has ended both, and each is hung up at its own carrier', async () => {
  for (const [ender, reason, told] of [
    ['agents', 'visitor', 'callee'],
    ['agents', 'agent', 'agent'],
    ['bridge', 'callee', 'visitor'],
    ['bridge', 'operator', 'operator'],
  ] as const) {
    const { account, answered, bridge, clock } = await rung()
    const agents = await answered()
    const [first, second] = ender === 'agents' ? [agents, bridge] : [bridge, agents]
    first.hangUp(reason)
    await clock.advance(100)
    expect([first.endReason, second.endReason]).toEqual([reason, told])
    expect(account.hungUp.toSorted()).toEqual(['CA1', 'CB1'])
  }
})

test('a call from elsewhere is a call of its own; one that comes when the callback is over, too', async () => {
  const { bridge, clock, comesIn } = await rung()
  expect(await comesIn('+12025550107')).toBeUndefined()
  bridge.hangUp('canceled')
  await clock.advance(100)
  expect(await comesIn(CALLEE)).toBeUndefined()
})

test('two whom the carrier shows alike are told apart by nobody: refused, or the first, as the agent says', async () => {
  for (const [unclearArrival, got] of [
    ['refuse', 'unclear'],
    ['first', 'ours'],
  ] as const) {
    const { bridge, comesIn, lines, order } = await rung({ phone: { unclearArrival } })
    await lines.ring({ ...order, number: '+12025550102' })
    const arrived = await comesIn(NUMBER.phoneNumber)
    expect(arrived === 'unclear' ? 'unclear' : 'ours').toBe(got)
    if (got === 'ours') expect(bridge.sessionId).toBe((arrived as { sessionId: string }).sessionId)
  }
})

test('our own number is not rung twice', async () => {
  const { account, lines, order } = phoneWorld({}, silent)
  await expect(lines.ring({ ...order, number: ANSWERING.phoneNumber })).rejects.toMatchObject({ code: 'invalid_phone_number' })
  expect([account.placed.length, lines.size]).toEqual([0, 0])
})

test('a person is rung in the agent’s place, and the gate is asked for both', async () => {
  const { account, asked, bridge, clock, comesIn, lines, said } = await rung({ phone: { answeredBy: 'person', person: '+12025550102' } })
  expect(account.placed).toMatchObject([{ to: CALLEE, bridgeTo: '+12025550102' }])
  expect(asked.map(({ number }) => number)).toEqual([CALLEE, '+12025550102'])
  expect(await comesIn(CALLEE)).toBeUndefined()
  await lines.tell(bridge.id, said('connected'))
  expect([bridge.kind, bridge.stage]).toEqual(['bridge', 'joined'])
  await lines.tell(bridge.id, said('completed'))
  await clock.advance(0)
  expect(bridge.endReason).toBe('callee')
})

test('two phones that ring one after the other may each take their time; one that rings alone may not take both', async () => {
  const person = { phone: { answeredBy: 'person', person: '+12025550102', ringMs: 30_000 } }
  for (const [able, ringsUntilMs] of [
    [silent, 80_000],
    [{ ...silent, bridgesAtOnce: false }, 50_000],
  ] as const) {
    const { account, clock, lines, order, said } = phoneWorld(person, able)
    account.knows = () => said('connecting')
    const { call } = await lines.ring(order)
    await clock.advance(0)
    await lines.tell(call.id, said('connecting'))
    await clock.advance(ringsUntilMs - 100)
    expect(call.endReason).toBeUndefined()
    await clock.advance(200)
    expect(call.endReason).toBe('no-answer')
  }
})

describe('a placement whose answer never came, though both phones rang', () => {
  const unclear = () => Promise.reject(new CarrierFault('timeout', 'perhaps', { placed: 'unknown' }))

  test('goes on as long as they talk, is over with them, and took that long', async () => {
    for (const ender of ['agents', 'bridge'] as const) {
      const { answered, bridge, clock, lines, settled } = await rung({ limits: { silenceMs: 600_000 } }, unclear)
      const agents = await answered()
      await clock.advance(120_000)
      expect([bridge.stage, agents.stage, bridge.endReason]).toEqual(['joined', 'live', undefined])
      ;(ender === 'agents' ? agents : bridge).hangUp('agent')
      await clock.advance(100)
      // The agent’s own line waits for its carrier’s last word.
      expect([bridge.endReason, agents.endReason, lines.get(bridge.id)]).toEqual(['agent', 'agent', undefined])
      expect(settled.find(({ callId }) => callId === bridge.id)?.durationMs).toBeGreaterThanOrEqual(120_000)
    }
  })

  test('is no failure when the fault comes after the call that it brought', async () => {
    for (const placed of ['unknown', 'no'] as const) {
      const answer = Promise.withResolvers<{ carrierCallId: string }>()
      const { answered, bridge, clock, lines } = await rung({ limits: { silenceMs: 600_000 } }, () => answer.promise)
      const agents = await answered()
      answer.reject(new CarrierFault('server_error', 'it says', { placed }))
      await clock.advance(60_000)
      expect([bridge.stage, agents.stage]).toEqual(['joined', 'live'])
      agents.hangUp('visitor')
      await clock.advance(100)
      expect([bridge.endReason, lines.get(bridge.id)]).toEqual(['callee', undefined])
    }
  })

  test('is hung up where its name comes late, also after it ended while the answer was on its way', async () => {
    const late = await rung({}, unclear)
    await late.answered()
    await late.lines.tell(late.bridge.id, late.said('connected'))
    late.bridge.hangUp('operator')
    await late.clock.advance(100)
    expect(late.account.hungUp.toSorted()).toEqual(['CA1', 'CB1'])

    const answer = Promise.withResolvers<{ carrierCallId: string }>()
    const slow = await rung({}, () => answer.promise)
    await slow.answered()
    slow.bridge.hangUp('operator')
    await slow.clock.advance(100)
    answer.resolve({ carrierCallId: 'CA1' })
    await slow.clock.advance(100)
    expect(slow.account.hungUp.toSorted()).toEqual(['CA1', 'CB1'])

    const failed = Promise.withResolvers<{ carrierCallId: string }>()
    const lost = await rung({}, () => failed.promise)
    await lost.answered()
    lost.bridge.hangUp('operator')
    await lost.clock.advance(100)
    expect(lost.lines.get(lost.bridge.id)).toBeDefined()
    failed.reject(new CarrierFault('timeout', 'perhaps', { placed: 'unknown' }))
    await lost.clock.advance(100)
    expect(lost.lines.get(lost.bridge.id)).toBeUndefined()
  })
})

describe('in a house of several relays', () => {
  function several(answer: () => Promise<Claim>) {
    const waited: Expectation[] = []
    const forgotten: string[] = []
    const claim = () => answer()
    const shared = {
      ...{ claim, whose: claim, start: () => undefined, close: async () => undefined, settled: async () => undefined },
      expect: (expectation: Expectation) => void waited.push(expectation),
      forget: (callId: string) => void forgotten.push(callId),
    }
    return { forgotten, shared, waited }
  }

  test('all are told who is waited for, and what all of them know counts; it is forgotten once, with its call', async () => {
    let claim: Claim
    const { forgotten, shared, waited } = several(async () => claim)
    const { bridge, clock, comesIn } = await rung({}, undefined, shared)
    expect(waited).toMatchObject([{ callId: bridge.id, numberId: ANSWERING.id, visitor: CALLEE }])
    for (const [known, got] of [
      [undefined, undefined],
      [{ is: 'unclear' }, 'unclear'],
      [{ is: 'ours', callId: 'another relay’s' }, 'elsewhere'],
    ] as const) {
      claim = known
      expect(await comesIn(CALLEE)).toBe(got)
    }
    claim = { is: 'ours', callId: bridge.id }
    expect(await comesIn('+12025550107')).toMatchObject({ sessionId: 's-1' })
    expect(forgotten).toEqual([])
    bridge.hangUp('canceled')
    await clock.advance(100)
    expect(forgotten).toEqual([bridge.id])
  })

  test('what is waited for here counts while nobody can read what the others know', async () => {
    const { shared } = several(() => Promise.reject(new Error('the database is away')))
    const { comesIn } = await rung({}, undefined, shared)
    expect(await comesIn(CALLEE)).toMatchObject({ sessionId: 's-1' })
  })
})
