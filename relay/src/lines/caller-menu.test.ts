import { describe, expect, test } from 'vitest'
import { createLimits } from '../access/limits.ts'
import type { Agent } from '../agents/agents.ts'
import { Persona } from '../agents/persona.ts'
import { fakeAudioLeg, fakeTextLeg } from '../calls/fakes.test-kit.ts'
import type { TextLeg } from '../calls/ports.ts'
import { CarrierFault } from '../carriers/carrier.ts'
import { CALLEE, NUMBER, phoneWorld } from './lines.test-kit.ts'
import { bringSound, bringTextLeg } from './phone-leg.ts'

/** Somebody dials in and chooses by keys who answers. */
const PERSON = '+12025550102'
const phone = {
  menu: {
    greeting: 'Welcome to the shop.',
    items: [
      { digit: '1', label: 'sales', agentId: 'sales' },
      { digit: '2', label: 'a person', person: PERSON },
      { digit: '3', label: 'nobody', agentId: 'gone' },
    ],
    tries: 2,
  },
}
const sales: Agent = {
  id: 'sales',
  organisationId: 'org',
  persona: Persona.parse({ name: 'Ravi', greeting: 'Sales speaking.', disclosure: '', engine: 'echo', fallbacks: [] }),
  createdAt: new Date(0),
  updatedAt: new Date(0),
}

/** Nobody has heard anything yet. `engines`: of sales. */
async function dialledIn(able: Parameters<typeof phoneWorld>[1] = {}, engines: readonly string[] = ['echo']) {
  const house = phoneWorld({ phone }, able)
  house.others.push({ ...sales, persona: { ...sales.persona, engine: engines[0] ?? '', fallbacks: engines.slice(1) } })
  const call = await house.lines.receive({ number: NUMBER, carrierCallId: 'CA9', from: CALLEE, to: NUMBER.phoneNumber, agent: house.agent })
  const said = () => [...house.log.entries.values()].filter(({ role }) => role === 'agent').map(({ text }) => text)
  const led = () => house.calls.list().find(({ agentId }) => agentId === 'sales')
  const bringsWords = (leg: TextLeg) => bringTextLeg(call, leg)
  return { ...house, bringsWords, call, led, saidByAgents: said }
}

/** The menu was read out. */
async function dialled(able: Parameters<typeof phoneWorld>[1] = {}) {
  const house = await dialledIn(able)
  const leg = fakeAudioLeg(house.clock)
  bringSound(house.call, leg)
  await house.clock.advance(8000)
  const press = async (digits: string) => {
    leg.emit({ type: 'digits', digits })
    await house.clock.advance(6000)
  }
  return { ...house, leg, press }
}

describe('a menu', () => {
  test('is read out to who dials in, and leads to another agent in the same session', async () => {
    const { call, led, log, press, saidByAgents } = await dialled()
    expect(saidByAgents()).toEqual(['Welcome to the shop. Press 1 for sales. Press 2 for a person. Press 3 for nobody.'])
    await press('1')
    expect(led()).toMatchObject({ sessionId: call.sessionId, direction: 'inbound', status: 'connected' })
    expect([call.stage, saidByAgents().at(-1)]).toEqual(['joined', 'Sales speaking.'])
    expect(log.events.find(({ type }) => type === 'menu.chosen')?.payload).toEqual({ digit: '1', leadsTo: 'sales' })
  })

  test('who is led on and the line end together, whoever ends', async () => {
    for (const ender of ['deadline', 'carrier', 'operator'] as const) {
      const { account, call, clock, led, lines, press, said } = await dialled()
      await press('1')
      const sold = led()
      if (ender === 'carrier') await lines.tell(call.id, said('completed', { carrierCallId: 'CA9' }))
      else if (ender === 'operator') call.hangUp('operator')
      else sold?.hangUp('deadline')
      await clock.advance(100)
      const reason = ender === 'carrier' ? 'visitor' : ender
      expect([ender, call.endReason, sold?.endReason]).toEqual([ender, reason, reason])
      expect(account.hungUp).toEqual(ender === 'carrier' ? [] : ['CA9'])
    }
  })

  test('the sound of a stream that replaces the first goes to who was chosen, and so do its keys', async () => {
    const { call, clock, led, log, press } = await dialled()
    await press('1')
    const next = fakeAudioLeg(clock)
    bringSound(call, next)
    next.emit({ type: 'digits', digits: '7' })
    await clock.advance(6000)
    expect(next.frames.length).toBeGreaterThan(0)
    expect(led()?.status).toBe('connected')
    expect([...log.entries.values()].some(({ text }) => text === 'You said 7')).toBe(true)
  })

  test('leads on where the carrier brings words: what is said and pressed later goes to who was chosen', async () => {
    const { bringsWords, clock, led, log, saidByAgents } = await dialledIn()
    const leg = fakeTextLeg()
    bringsWords(leg)
    await clock.advance(8000)
    leg.emit({ type: 'digits', digits: '1' })
    await clock.advance(6000)
    expect([led()?.status, led()?.endReason, leg.closedWith]).toEqual(['connected', undefined, undefined])
    expect(leg.said.join('')).toMatch(/Press 1 for sales.*Sales speaking\./s)
    leg.emit({ type: 'recognised', text: 'A lamp', final: true })
    await clock.advance(6000)
    expect(saidByAgents().at(-1)).toBe('You said A lamp')
    expect(log.types()).not.toContain('leg.replaced')
  })

  test('leads no caller whose carrier brings words to an agent that only hears sound', async () => {
    const { bringsWords, call, clock, led, saidByAgents } = await dialledIn({}, ['loud'])
    const leg = fakeTextLeg()
    bringsWords(leg)
    await clock.advance(8000)
    leg.emit({ type: 'digits', digits: '1' })
    await clock.advance(6000)
    expect([led(), call.stage]).toEqual([undefined, 'live'])
    expect(saidByAgents().at(-1)).toMatch(/cannot put you through.*Press 1 for sales/)
  })

  test('leads nobody on while the relay is full, and reads itself out again', async () => {
    const { access, call, led, press, saidByAgents } = await dialled()
    access.limits = createLimits({ maxCalls: 1 })
    await press('1')
    expect([led(), call.stage]).toEqual([undefined, 'live'])
    expect(saidByAgents().at(-1)).toMatch(/cannot put you through.*Press 1 for sales/)
    access.limits = createLimits({ maxCalls: 2 })
    await press('1')
    expect(led()?.status).toBe('connected')
  })

  test('joins with a person, whom the gate lets be rung; else it is read again', async () => {
    const { account, asked, call, gate, press, saidByAgents } = await dialled()
    const joins: string[] = []
    account.transfer = async (permit, _, { callId, to }) => {
      permit.redeem({ callId, number: to })
      joins.push(permit.number)
    }
    gate.refusal = { allowed: false, rule: 'hours', code: 'outside_calling_hours', message: 'Too late.' }
    await press('2')
    expect([joins, call.stage]).toEqual([[], 'live'])
    expect(saidByAgents().at(-1)).toMatch(/cannot put you through.*Press 1 for sales/)
    gate.refusal = undefined
    await press('2')
    expect([joins, call.stage]).toEqual([[PERSON], 'joined'])
    expect(asked.at(-1)).toMatchObject({ number: PERSON, asker: { kind: 'operator', id: 'menu of demo' } })
  })

  test('who was led on is joined with another phone from there, whichever of the two calls is named, and comes back there', async () => {
    for (const named of ['led', 'menu'] as const) {
      const { account, agent, call, clock, led, leg, lines, press, said } = await dialled()
      account.knows = (carrierCallId) => said('connected', { carrierCallId })
      await press('1')
      const sold = led() ?? call
      const joins: string[] = []
      account.transfer = async (permit, carrierCallId, { callId, to }) => {
        permit.redeem({ callId, number: to })
        joins.push(`${carrierCallId} ${to}`)
      }
      expect([lines.talkOf(call), lines.under(sold)]).toEqual([sold, lines.get(call.id)])
      await lines.transfer(named === 'led' ? sold : call, agent, PERSON, { asker: { kind: 'operator', id: 'u' }, statusUrl: 'j' })
      leg.emit({ type: 'detached', leaving: 'visitor' })
      await clock.advance(30_000)
      expect([joins, sold.stage, call.stage, account.hungUp]).toEqual([[`CA9 ${PERSON}`], 'joined', 'joined', []])
      bringSound(call, fakeAudioLeg(clock))
      await clock.advance(100)
      expect([sold.stage, call.stage]).toEqual(['live', 'joined'])
    }
  })

  test('who was led on and could not be joined goes on there, and the menu says nothing more', async () => {
    const { account, agent, call, clock, led, lines, press, saidByAgents } = await dialled()
    await press('1')
    account.transfer = () => Promise.reject(new CarrierFault('refused', 'no', { placed: 'no' }))
    const said = saidByAgents()
    await expect(lines.transfer(call, agent, PERSON, { asker: { kind: 'operator', id: 'u' }, statusUrl: 'j' })).rejects.toThrow('no')
    await clock.advance(15_000)
    expect([led()?.stage, call.stage, saidByAgents()]).toEqual(['live', 'joined', said])
  })

  test('counts nobody’s number as one caller: each who withholds theirs is led on', async () => {
    const house = phoneWorld({ phone })
    house.others.push({ ...sales, persona: { ...sales.persona, limits: { ...sales.persona.limits, callsPerVisitorPerHour: 1 } } })
    house.account.knows = (carrierCallId) => house.said('connected', { carrierCallId })
    for (const [from, carrierCallId, sold] of [
      ['anonymous', 'CA1', 1],
      ['anonymous', 'CA2', 2],
      [CALLEE, 'CA3', 3],
      [CALLEE, 'CA4', 3],
    ] as const) {
      const call = await house.lines.receive({ number: NUMBER, carrierCallId, from, to: NUMBER.phoneNumber, agent: house.agent })
      const leg = fakeAudioLeg(house.clock)
      bringSound(call, leg)
      await house.clock.advance(8000)
      leg.emit({ type: 'digits', digits: '1' })
      await house.clock.advance(1000)
      expect([from, house.calls.list().filter(({ agentId }) => agentId === 'sales').length]).toEqual([from, sold])
    }
  })

  test('says so where a carrier joins nobody, where an agent is gone or has no room, and lets go after three', async () => {
    const { account, asked, call, clock, press } = await dialled({ transfers: false })
    for (const key of ['2', '3', '3']) await press(key)
    await clock.advance(10_000)
    expect([call.endReason, asked.length, account.hungUp]).toEqual(['agent', 0, ['CA9']])
  })

  test('lets go of who presses what is not there', async () => {
    const { call, clock, press, saidByAgents } = await dialled()
    await press('9')
    expect(saidByAgents().at(-1)).toMatch(/nothing on that key.*Press 1/)
    await press('8')
    await clock.advance(10_000)
    expect(call.endReason).toBe('agent')
  })

  test('lets go of who does nothing', async () => {
    const { call, clock } = await dialled()
    await clock.advance(60_000)
    expect(call.endReason).toBe('deadline')
  })

  test('is not read over a carrier that tells no keys, nor to whom we rang', async () => {
    const { saidByAgents } = await dialled({ hearsDigits: false })
    expect(saidByAgents()).toEqual(['Hello there.'])
    const house = phoneWorld({ phone })
    const { call } = await house.lines.ring(house.order)
    call.attach(fakeAudioLeg(house.clock))
    await house.clock.advance(3000)
    expect([...house.log.entries.values()].map(({ text }) => text)).toEqual(['Hello there.'])
  })
})
