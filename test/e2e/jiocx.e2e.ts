import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { JIOCX_ACCOUNT } from '../../demo/src/sandbox/jiocx/account.ts'
import { TWILIO_ACCOUNT } from '../../demo/src/sandbox/twilio/account.ts'
import { ask } from '../kit/operator.ts'
import { PhoneHouse } from '../kit/phone-house.ts'
import { until } from '../kit/until.ts'

/** Call-me over JioCX, which brings no sound: two people, or the visitor and a number of ours where the agent answers. */

const GREETING = 'Welcome to the shop of lamps, please press one for our opening hours.'
const HOURS = 'We are open from nine in the morning to five in the evening.'

let numbers = 0
const newNumber = () => `+1202555${String(6000 + numbers++).padStart(4, '0')}`
const EVERY = { says: [{ pauseMs: 60_000 }] }

interface Row {
  id: string
  kind: string
  carrier?: string
  sessionId: string
  status: string
  endReason?: string
}

async function sessionOf(house: PhoneHouse, sessionId: string): Promise<Row[]> {
  return (await house.admin.ask<{ calls: Row[] }>('GET', `/api/calls?sessionId=${sessionId}`)).body.calls.toReversed()
}
const jiocx = <T>(house: PhoneHouse, path: string, body?: object) =>
  ask<T>(house.demo.sandboxUrl, body ? 'POST' : 'GET', `/sandbox/jiocx/${path}`, body ? { body } : {}).then(({ body: told }) => told)
const fault = (house: PhoneHouse, kind: string, more: object) =>
  ask(house.demo.sandboxUrl, 'POST', '/sandbox/faults', { body: { service: 'jiocx', kind, ...more } })

describe('with a person', () => {
  const person = newNumber()
  let house: PhoneHouse
  beforeAll(async () => {
    house = await PhoneHouse.start({ phone: { carrier: 'jiocx', answeredBy: 'person', person, ringMs: 5000 } })
  })
  afterAll(() => house?.close())

  it('the visitor’s phone rings first, then the person’s; they hear each other, and the page knows how it stands', async () => {
    const visitor = newNumber()
    await house.phones.script(person, { says: [{ text: 'Good morning, this is Asha.' }, { pauseMs: 60_000 }] })
    await house.phones.script(visitor, {
      afterMs: 400,
      says: [{ waitForSpeechMs: 300 }, { waitForSilenceMs: 800 }, { pauseMs: 2500 }],
      hangsUpAfterMs: 0,
    })
    const callback = await house.ring(visitor)
    await callback.over
    expect(callback.statuses).toEqual(['initiated', 'connecting', 'connected', 'completed'])
    await house.settled(callback.callId, visitor, { status: 'completed', endReason: 'callee' })
    const [first] = await house.phones.calls(visitor)
    const [second] = await house.phones.calls(person)
    expect([first?.end, second?.end]).toEqual(['hung-up', 'hung-up'])
    expect(first?.voice.length).toBeGreaterThan(0)
    const rows = await sessionOf(house, callback.accepted.sessionId)
    expect(rows.map(({ kind, carrier }) => [kind, carrier])).toEqual([['bridge', 'jiocx']])
  })

  it('a token that is refused is renewed, and nobody’s phone rings twice', async () => {
    const visitor = newNumber()
    await jiocx(house, 'settings', { tokenUses: 3 })
    await house.phones.script(person, EVERY)
    await house.phones.script(visitor, { says: [{ pauseMs: 2500 }], hangsUpAfterMs: 0 })
    const callback = await house.ring(visitor)
    await callback.over
    await house.settled(callback.callId, visitor, { status: 'completed', endReason: 'callee' })
    expect(await house.phones.calls(visitor)).toHaveLength(1)
    expect((await jiocx<{ logins: number }>(house, 'requests')).logins).toBeGreaterThan(1)
    await jiocx(house, 'settings', { tokenUses: 0 })
  })

  it('the page takes it back, and nothing rings any more', async () => {
    const visitor = newNumber()
    await house.phones.script(visitor, { does: 'no-answer' })
    const callback = await house.ring(visitor)
    await house.phones.phone(visitor, ({ state }) => state === 'ringing')
    expect(await callback.cancel()).toBe(204)
    await callback.over
    await house.phones.phone(visitor, ({ state }) => state === 'over')
    expect((await house.phones.calls(person)).filter(({ state }) => state !== 'over')).toEqual([])
    await house.settled(callback.callId, visitor, { status: 'failed', endReason: 'canceled' })
  })

  it('a visitor who declines is told so, and the person is left in peace', async () => {
    const visitor = newNumber()
    const before = (await house.phones.calls(person)).length
    await house.phones.script(visitor, { does: 'decline' })
    const callback = await house.ring(visitor)
    await callback.over
    expect(callback.told.at(-1)).toMatchObject({ type: 'ended', reason: 'busy' })
    expect((await house.phones.calls(person)).length).toBe(before)
  })

  it('after no clear answer nothing is asked again', async () => {
    const visitor = newNumber()
    await fault(house, 'place-then-500', { match: visitor })
    await house.phones.script(visitor, { does: 'no-answer' })
    const callback = await house.ring(visitor)
    await house.phones.phone(visitor, ({ state }) => state === 'ringing')
    await callback.cancel()
    await callback.over
    expect(await house.phones.calls(visitor)).toHaveLength(1)
  })
})

describe('with the agent', () => {
  let house: PhoneHouse
  beforeAll(async () => {
    house = await PhoneHouse.start({
      greeting: GREETING,
      keyMenu: [{ digit: '1', label: 'hours', say: HOURS }],
      phone: { carrier: 'jiocx', answersAt: 'env-twilio', ringMs: 5000 },
    })
  })
  afterAll(() => house?.close())

  async function talk(visitor: string, more: Record<string, unknown> = {}) {
    await house.phones.script(visitor, {
      // Longer than it takes to ask JioCX how it stands.
      afterMs: 1000,
      says: [{ waitForSilenceMs: 1000 }, { digits: '1' }, { waitForSpeechMs: 200 }, { waitForSilenceMs: 1000 }],
      hangsUpAfterMs: 0,
    })
    const callback = await house.ring(visitor, more)
    await callback.over
    return callback
  }

  it.each(['account', 'first'] as const)('it answers at its Twilio number, and both calls are one session (shown: %s)', async (shows) => {
    const visitor = newNumber()
    await jiocx(house, 'settings', { shows })
    const sessionId = `page-${shows}`
    const callback = await talk(visitor, { sessionId })
    expect(callback.statuses).toEqual(['initiated', 'connecting', 'connected', 'completed'])
    await house.settled(callback.callId, visitor, { status: 'completed', endReason: 'callee' })
    const rows = await until('both calls are over', async () => {
      const all = await sessionOf(house, sessionId)
      return all.length === 2 && all.every(({ endReason }) => endReason) && all
    })
    expect(rows.map(({ carrier, kind }) => [kind, carrier])).toEqual([
      ['bridge', 'jiocx'],
      ['phone', 'twilio'],
    ])
    const words = [GREETING, HOURS]
    for (const { id } of rows)
      expect((await house.transcript(id)).filter(({ role }) => role === 'agent').map(({ text }) => text)).toEqual(words)
    // Shown at the Twilio number, it is there among those who called.
    const rung = (await house.phones.calls(visitor)).filter(({ carrierCallId }) => carrierCallId?.startsWith('jcx-'))
    expect(rung).toHaveLength(1)
    const agentsEvents = await house.events(rows[1]?.id ?? '')
    expect(agentsEvents.find(({ type }) => type === 'arrival.of')?.payload).toMatchObject({ callId: callback.callId })
  })

  it('the page ends both', async () => {
    const visitor = newNumber()
    await house.phones.script(visitor, EVERY)
    const callback = await house.ring(visitor, { sessionId: 'page-ends' })
    await until('it is connected', () => callback.statuses.includes('connected'))
    // It is asked again until the call is over at JioCX, too.
    await fault(house, 'update-over', { match: visitor })
    expect(await callback.cancel()).toBe(204)
    await callback.over
    await house.phones.phone(visitor, ({ state }) => state === 'over')
    const rows = await until('both are over', async () => {
      const all = await sessionOf(house, 'page-ends')
      return all.length === 2 && all.every(({ endReason }) => endReason) && all
    })
    expect(rows.map(({ endReason }) => endReason)).toEqual(['visitor', 'visitor'])
    expect((await house.live()).length).toBe(0)
  })

  it('somebody else who dials the number has a call of their own', async () => {
    const [visitor, stranger] = [newNumber(), newNumber()]
    await jiocx(house, 'settings', { shows: 'first' })
    await house.phones.script(visitor, { does: 'answer', afterMs: 3000, ...EVERY })
    const callback = await house.ring(visitor, { sessionId: 'page-stranger' })
    await house.phones.dial(stranger, TWILIO_ACCOUNT.phoneNumber, EVERY)
    await house.phones.phone(stranger, ({ state }) => state === 'talking')
    expect((await sessionOf(house, 'page-stranger')).map(({ kind }) => kind)).toEqual(['bridge'])
    await until('the agent’s call is there', async () => (await sessionOf(house, 'page-stranger')).length === 2)
    await callback.cancel()
    await callback.over
    const [theirs] = await house.phones.calls(stranger)
    expect(theirs?.state).toBe('talking')
    await house.phones.act(theirs?.id ?? '', { do: 'hang-up' })
  })
})

describe('an account that tells by itself', () => {
  const person = newNumber()
  let house: PhoneHouse
  beforeAll(async () => {
    // Asked so seldom that only what it tells can end a call in time.
    house = await PhoneHouse.start(
      { phone: { carrier: 'jiocx', answeredBy: 'person', person, ringMs: 5000 } },
      { JIOCX_FIELDS: '{"statusUrl":"webhook_url"}', JIOCX_POLL_MS: '60000' },
    )
    await house.phones.script(person, { ...EVERY, every: true })
  })
  afterAll(() => house?.close())

  it.each([
    ['once', undefined],
    ['three times', { kind: 'callbacks-repeated', more: 2 }],
    ['in the wrong order', { kind: 'callbacks-reordered' }],
    ['late', { kind: 'callbacks-late', delayMs: 1000 }],
  ] as const)('is believed %s', async (_, wrong) => {
    const visitor = newNumber()
    if (wrong) await fault(house, wrong.kind, { ...wrong, match: visitor })
    await house.phones.script(visitor, { says: [{ pauseMs: 1500 }], hangsUpAfterMs: 0 })
    const callback = await house.ring(visitor)
    await callback.over
    const whole = ['initiated', 'connecting', 'connected', 'completed']
    expect(callback.statuses).toEqual(whole.filter((status) => callback.statuses.includes(status)))
    expect(callback.statuses.at(-1)).toBe('completed')
    const events = await house.events(callback.callId)
    expect(events.filter(({ type }) => type === 'call.ended')).toHaveLength(1)
  })

  it('nobody else is: a wrong secret is refused, and one call’s news changes no other', async () => {
    const visitor = newNumber()
    await house.phones.script(visitor, { says: [{ pauseMs: 4000 }], hangsUpAfterMs: 0 })
    const callback = await house.ring(visitor)
    await until('it is connected', () => callback.statuses.includes('connected'))
    const { webhooks } = await jiocx<{ webhooks: { url: string; body: { call_id: string } }[] }>(house, 'requests')
    const told = webhooks.find(({ url }) => url.includes(callback.callId))
    const url = new URL(told?.url ?? '')
    const say = async (path: string, body: object) => (await ask(house.demo.url, 'POST', path, { body })).status
    const over = { call_id: told?.body.call_id, status: 'completed' }
    expect(await say(`${url.pathname.slice(0, -4)}xxxx${url.search}`, over)).toBe(403)
    expect(await say(url.pathname + url.search, { call_id: 'jcx-another', status: 'completed' })).toBe(204)
    expect(await say(url.pathname + url.search, { call_id: '../x', status: 'completed' })).toBe(400)
    expect(await say(url.pathname + url.search, {})).toBe(400)
    expect((await house.call(callback.callId)).status).toBe('connected')
    expect(await say(url.pathname, over)).toBe(204)
    await callback.over
    expect((await house.call(callback.callId)).endReason).toBe('callee')
  })
})

describe('an account that wants user and password in every request', () => {
  const person = newNumber()
  let house: PhoneHouse
  beforeAll(async () => {
    house = await PhoneHouse.start(
      { phone: { carrier: 'jiocx', answeredBy: 'person', person, ringMs: 5000 } },
      { JIOCX_AUTH: 'body', JIOCX_FIELDS: '{"callId":"call_id"}' },
    )
    await jiocx(house, 'settings', { auth: 'body' })
    await house.phones.script(person, { ...EVERY, every: true })
  })
  afterAll(() => house?.close())

  it('is asked how a call stands, and told to end it, without one refusal', async () => {
    const visitor = newNumber()
    await house.phones.script(visitor, EVERY)
    const callback = await house.ring(visitor)
    await until('it is connected', () => callback.statuses.includes('connected'))
    expect(await callback.cancel()).toBe(204)
    await callback.over
    await house.settled(callback.callId, visitor, { status: 'completed', endReason: 'visitor' })
    type Asked = { path: string; status: number; body: Record<string, unknown> }
    const { logins, requests } = await jiocx<{ logins: number; requests: Asked[] }>(house, 'requests')
    const asked = requests.map(
      ({ body, path, status }) => `${path.split('/')[4]} ${status} ${body.username} ${body.call_id ? 'its call' : ''}`,
    )
    const { username } = JIOCX_ACCOUNT
    expect([...new Set(asked)].sort()).toEqual([
      `click2call 200 ${username} `,
      `hangup 200 ${username} its call`,
      `status 200 ${username} its call`,
    ])
    expect(logins).toBe(0)
  })
})
