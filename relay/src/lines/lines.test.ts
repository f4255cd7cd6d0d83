import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fakeAudioLeg } from '../calls/fakes.test-kit.ts'
import { CarrierFault } from '../carriers/carrier.ts'
import { CALL_STATUSES } from '../protocol/index.ts'
import { CALLEE, NUMBER, phoneWorld } from './lines.test-kit.ts'

describe('a phone is rung', () => {
  test('asked of the gate, placed once, told in the carrier’s words, greeted, and hung up by who answered', async () => {
    const { account, asked, clock, lines, log, order, said, settled } = phoneWorld()
    const { call } = await lines.ring(order)
    await clock.advance(0)
    expect(asked).toMatchObject([{ callId: call.id, number: CALLEE, purpose: 'requested', carrier: 'twilio' }])
    expect(account.placed).toMatchObject([{ callId: call.id, to: CALLEE, from: NUMBER.phoneNumber }])
    expect(log.opened).toMatchObject([{ kind: 'phone', direction: 'outbound', carrier: 'twilio', phoneNumberId: 'pn_1' }])
    expect(log.lines).toEqual([{ callId: call.id, carrierCallId: 'CA1' }])
    const seen = [call.status]
    for (const status of ['initiated', 'connecting', 'connected'] as const) {
      await lines.tell(call.id, said(status))
      seen.push(call.status)
    }
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    await clock.advance(1000)
    expect(leg.frames.length).toBeGreaterThan(0)
    await lines.tell(call.id, said('completed', { durationMs: 7000 }))
    seen.push(call.status)
    await clock.advance(0)
    expect(seen).toEqual(['initiated', 'initiated', 'connecting', 'connected', 'completed'])
    expect(call.endReason).toBe('callee')
    expect(log.closes).toEqual([{ callId: call.id, status: 'completed', endReason: 'callee' }])
    expect(settled).toEqual([{ callId: call.id, durationMs: 7000 }])
    expect(account.hungUp).toEqual([])
    expect(lines.size).toBe(0)
  })

  test('what a carrier does not tell is booked by our own clock', async () => {
    const { clock, lines, order, said, settled } = phoneWorld()
    const { call } = await lines.ring(order)
    await clock.advance(0)
    await lines.tell(call.id, said('connected'))
    await clock.advance(4000)
    await lines.tell(call.id, said('completed'))
    expect(settled).toEqual([{ callId: call.id, durationMs: 4000 }])
  })

  test('a talk of which only the end was told is booked as one', async () => {
    const { clock, lines, log, order, said, settled } = phoneWorld()
    const { call } = await lines.ring(order)
    await clock.advance(0)
    await lines.tell(call.id, said('completed', { durationMs: 7000 }))
    await clock.advance(0)
    expect(log.closes).toEqual([{ callId: call.id, status: 'completed', endReason: 'callee' }])
    expect(settled).toEqual([{ callId: call.id, durationMs: 7000 }])
  })

  test('refused by the gate: nothing rings, and the page learns why', async () => {
    const { account, gate, lines, log, order } = phoneWorld()
    gate.refusal = { allowed: false, rule: 'country', code: 'country_blocked', message: 'We do not call there.' }
    await expect(lines.ring(order)).rejects.toMatchObject({ code: 'country_blocked' })
    expect([account.placed, log.opened, lines.size]).toEqual([[], [], 0])
  })

  test.each([
    ['busy', 'failed', 'busy'],
    ['no-answer', 'failed', 'no-answer'],
    ['rejected', 'failed', 'rejected'],
  ] as const)('%s', async (reason, status, endReason) => {
    const { clock, lines, log, order, said } = phoneWorld()
    const { call } = await lines.ring(order)
    await clock.advance(0)
    await lines.tell(call.id, said('failed', { endReason: reason }))
    await lines.tell(call.id, said('connected'))
    await lines.tell(call.id, said('failed', { endReason: 'error' }))
    await clock.advance(0)
    expect(log.closes).toEqual([{ callId: call.id, status, endReason }])
  })

  test('a visitor’s second wish for the same number waits for the first to be over', async () => {
    const { account, asked, clock, lines, order } = phoneWorld()
    const both = await Promise.allSettled([lines.ring(order), lines.ring(order)])
    await clock.advance(0)
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(account.placed.length).toBe(1)
    await expect(lines.ring({ ...order, number: '+1 202-555-0101' })).rejects.toMatchObject({ code: 'conflict' })
    expect(asked.length).toBe(2)
    const [first] = both.flatMap((each) => (each.status === 'fulfilled' ? [each.value.call] : []))
    first?.hangUp('canceled')
    await clock.advance(0)
    await (await lines.ring(order)).placed
    expect(account.placed.length).toBe(2)
  })
})

test('the agent’s person is rung as the gate reads their number, however the owner wrote it', async () => {
  const { agent, gate, lines, order } = phoneWorld()
  const { call } = await lines.ring(order)
  call.answers()
  gate.reads = (typed) => (typed === '+4407911123456' ? '+447911123456' : typed)
  expect(await lines.bridge(call, agent, '+4407911123456')).toBe('+447911123456')
  expect(call.stage).toBe('joined')
})

describe('when the carrier is in trouble', () => {
  test('a permit for another call rings nobody, and that is clear at once', async () => {
    const { account, gate, lines, order, settled } = phoneWorld()
    const { ask } = gate
    gate.ask = (question) => ask({ ...question, callId: 'another' })
    const { call, placed } = await lines.ring(order)
    expect(await placed).toMatchObject({ code: 'refused', placed: 'no' })
    expect([account.placed, call.endReason, settled]).toEqual([[], 'error', [{ callId: call.id, durationMs: 0 }]])
  })

  test('a clear refusal ends the call, and nothing is tried again', async () => {
    const { account, clock, lines, log, order } = phoneWorld()
    account.placing = async () => {
      throw new CarrierFault('invalid_number', 'no such number', { placed: 'no' })
    }
    const { call, placed } = await lines.ring(order)
    expect(await placed).toMatchObject({ code: 'invalid_number' })
    await clock.advance(120_000)
    expect(account.placed.length).toBe(1)
    expect(log.closes).toEqual([{ callId: call.id, status: 'failed', endReason: 'error' }])
  })

  test('no clear answer: the call waits for the carrier’s word, takes it, and is never placed again', async () => {
    const { account, clock, lines, order, said } = phoneWorld()
    account.placing = async () => {
      throw new CarrierFault('timeout', 'no answer', { placed: 'unknown' })
    }
    const { call } = await lines.ring(order)
    await clock.advance(5000)
    expect(call.status).toBe('initiated')
    await lines.tell(call.id, said('connecting'))
    await clock.advance(10_000)
    expect(call.status).toBe('connecting')
    expect(account.placed.length).toBe(1)
  })

  test('no clear answer and no word either: failed, and a word that comes too late hangs the phone up', async () => {
    const { account, clock, lines, log, order, past, said } = phoneWorld()
    account.placing = async () => {
      throw new CarrierFault('server_error', 'it broke', { placed: 'unknown' })
    }
    const { call } = await lines.ring(order)
    await clock.advance(31_000)
    expect(log.closes).toEqual([{ callId: call.id, status: 'failed', endReason: 'error' }])
    past.set(call.id, { over: true, phoneNumberId: 'pn_1' })
    await lines.tell(call.id, said('connecting'))
    expect(account.hungUp).toEqual(['CA1'])
  })

  test('a callback that overtakes the answer of the placement names the call', async () => {
    const { account, clock, lines, order, said } = phoneWorld()
    const answer = Promise.withResolvers<{ carrierCallId: string }>()
    account.placing = () => answer.promise
    const { call } = await lines.ring(order)
    await lines.tell(call.id, said('connecting'))
    account.knows = () => said('connecting')
    answer.reject(new CarrierFault('timeout', 'late', { placed: 'unknown' }))
    await clock.advance(40_000)
    expect(call.status).toBe('connecting')
  })

  test('hung up before the carrier has named it: hung up there as soon as it has a name', async () => {
    const { account, clock, lines, order } = phoneWorld()
    const answer = Promise.withResolvers<{ carrierCallId: string }>()
    account.placing = () => answer.promise
    const { call } = await lines.ring(order)
    await clock.advance(0)
    call.hangUp('canceled')
    await clock.advance(100)
    expect(account.hungUp).toEqual([])
    answer.resolve({ carrierCallId: 'CA1' })
    await clock.advance(0)
    expect(account.hungUp).toEqual(['CA1'])
  })

  test('a hang-up that fails is tried again until it is heard', async () => {
    const { account, clock, lines, order } = phoneWorld()
    let tries = 0
    account.hangingUp = async () => {
      tries += 1
      if (tries < 4) throw new CarrierFault('server_error', 'not now')
    }
    const { call } = await lines.ring(order)
    await clock.advance(0)
    call.hangUp('operator')
    await clock.advance(30_000)
    expect(tries).toBe(4)
  })

  test('callbacks that stay away are asked for; a call its carrier knows no more is over', async () => {
    const { account, clock, lines, order, said } = phoneWorld()
    const { call } = await lines.ring(order)
    account.knows = () => said('connecting')
    await clock.advance(11_000)
    expect(call.status).toBe('connecting')
    account.knows = () => said('completed')
    await clock.advance(11_000)
    expect(call.endReason).toBe('no-answer')
    const second = await lines.ring(order)
    account.knows = () => undefined
    await clock.advance(31_000)
    expect(second.call.endReason).toBe('error')
    expect(lines.size).toBe(0)
  })

  test('one that cannot be hung up nor asked is over once no carrier would keep it longer', async () => {
    const { account, agent, clock, lines, log, order } = phoneWorld()
    const { call } = await lines.ring({ ...order, maxDurationMs: 600_000 })
    await clock.advance(0)
    account.hangingUp = () => Promise.reject(new CarrierFault('unsupported', 'it ends with its sound'))
    let asked = 0
    account.knows = () => {
      asked += 1
      throw new CarrierFault('unauthorized', 'the token was changed')
    }
    call.hangUp('operator')
    await clock.advance(agent.persona.phone.ringMs + 600_000)
    expect([asked > 0, lines.size]).toEqual([true, 1])
    await clock.advance(120_000)
    expect([lines.size, log.types().includes('line.lost')]).toEqual([0, true])
    asked = 0
    await clock.advance(24 * 3_600_000)
    expect([asked, clock.waiting]).toEqual([0, 0])
  })

  test('what is said of another call changes nothing', async () => {
    const { clock, lines, order, said } = phoneWorld()
    const { call } = await lines.ring(order)
    await clock.advance(0)
    await lines.tell(call.id, said('completed', { carrierCallId: 'CA2' }))
    expect(call.status).toBe('initiated')
    await lines.tell(call.id, said('connecting'))
    expect(call.status).toBe('connecting')
  })

  test('a stream that drops while the line stays is waited for; a new one goes on', async () => {
    const { clock, lines, order, said } = phoneWorld()
    const { call } = await lines.ring(order)
    await clock.advance(0)
    await lines.tell(call.id, said('connected'))
    const leg = fakeAudioLeg(clock)
    call.attach(leg)
    leg.emit({ type: 'detached' })
    expect(call.stage).toBe('away')
    call.attach(fakeAudioLeg(clock))
    expect(call.stage).toBe('live')
  })
})

describe('the relay leaves', () => {
  test('no carrier is asked any more, and an unclear answer is waited for no longer', async () => {
    const { account, clock, lines, order } = phoneWorld()
    await lines.ring(order)
    await clock.advance(0)
    account.placing = () => Promise.reject(new CarrierFault('timeout', 'no answer', { placed: 'unknown' }))
    await lines.ring({ ...order, number: '+12025550102' })
    await clock.advance(0)
    let asked = 0
    account.knows = () => {
      asked += 1
      return undefined
    }
    await lines.close()
    await clock.advance(40_000)
    expect([asked, lines.size]).toEqual([0, 2])
  })

  test('whoever has to be hung up is, at once where that waited, and its name is waited for', async () => {
    const { account, clock, lines, order } = phoneWorld()
    const { call } = await lines.ring(order)
    await clock.advance(0)
    account.hangingUp = () => Promise.reject(new CarrierFault('server_error', 'not now'))
    call.hangUp('operator')
    await clock.advance(100)
    const answer = Promise.withResolvers<{ carrierCallId: string }>()
    account.placing = () => answer.promise
    const second = await lines.ring({ ...order, number: '+12025550102' })
    await clock.advance(0)
    second.call.hangUp('operator')
    expect(account.hungUp).toEqual(['CA1'])
    const closed = lines.close()
    await clock.advance(0)
    expect(account.hungUp).toEqual(['CA1', 'CA1'])
    answer.resolve({ carrierCallId: 'CA2' })
    await closed
    // Each that fails is tried once more.
    expect(account.hungUp).toEqual(['CA1', 'CA1', 'CA2', 'CA2'])
    await clock.advance(60_000)
    expect(account.hungUp.length).toBe(4)
  })
})

describe('a machine answers', () => {
  test('hung up, or given the agent’s message after its beep', async () => {
    for (const voicemail of [undefined, 'Please call us back.']) {
      const { clock, lines, log, order, said } = phoneWorld({ phone: voicemail ? { voicemail } : {} })
      const { call } = await lines.ring(order)
      await clock.advance(0)
      await lines.tell(call.id, said('connected'))
      call.attach(fakeAudioLeg(clock))
      lines.machine(call, voicemail, 'machine')
      expect(call.endReason).toBe(voicemail ? undefined : 'machine')
      lines.machine(call, voicemail, 'message-end')
      await clock.advance(10_000)
      expect(call.endReason).toBe('machine')
      const texts = [...log.entries.values()].map(({ text }) => text)
      expect(texts.includes('Please call us back.')).toBe(voicemail !== undefined)
    }
  })
})

describe('a phone calls in', () => {
  const incoming = (world: ReturnType<typeof phoneWorld>) => ({
    number: NUMBER,
    carrierCallId: 'CA1',
    from: CALLEE,
    to: NUMBER.phoneNumber,
    agent: world.agent,
  })

  test('one call, however often the carrier tells of it; its session bears the carrier’s name', async () => {
    const world = phoneWorld()
    const [one, two] = await Promise.all([world.lines.receive(incoming(world)), world.lines.receive(incoming(world))])
    const three = await world.lines.receive(incoming(world))
    expect(new Set([one.id, two.id, three.id]).size).toBe(1)
    expect(one.sessionId).toBe('CA1')
    expect(world.asked).toEqual([])
    await world.lines.tell(one.id, world.said('completed', { durationMs: 1000 }))
    expect(one.endReason).toBe('visitor')
  })

  test('the right to its sound works once, for a minute', async () => {
    const world = phoneWorld()
    const call = await world.lines.receive(incoming(world))
    const token = world.lines.streamToken(call.id) ?? ''
    expect(world.lines.takeStream(token)?.call).toBe(call)
    expect(world.lines.takeStream(token)).toBeUndefined()
    const late = world.lines.streamToken(call.id) ?? ''
    await world.clock.advance(1000)
    expect(world.lines.takeStream('made up')).toBeUndefined()
    await world.clock.advance(60_000)
    expect(world.lines.takeStream(late)).toBeUndefined()
    const rights = Array.from({ length: 9 }, () => world.lines.streamToken(call.id))
    // A carrier that never opens our socket is not asked for ever.
    expect(rights.filter((right) => right !== undefined).length).toBeLessThan(6)
  })
})

test('whatever a carrier says in whatever order: one end, nothing left in progress, nothing placed twice', async () => {
  const step = fc.oneof(
    fc.record({ say: fc.constantFrom(...CALL_STATUSES), order: fc.option(fc.nat(4), { nil: undefined }) }),
    fc.constant('hang up' as const),
    fc.constant('attach' as const),
    fc.integer({ min: 1, max: 20_000 }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.constantFrom('ok', 'unclear', 'refused'), async (steps, answer) => {
      const { account, clock, lines, log, order, said } = phoneWorld()
      account.placing = async () => {
        if (answer === 'ok') return { carrierCallId: 'CA1' }
        throw new CarrierFault('server_error', 'broken', { placed: answer === 'refused' ? 'no' : 'unknown' })
      }
      account.knows = () => said('completed')
      const { call } = await lines.ring(order)
      await clock.advance(0)
      for (const each of steps) {
        if (each === 'hang up') call.hangUp('operator')
        else if (each === 'attach') call.attach(fakeAudioLeg(clock))
        else if (typeof each === 'number') await clock.advance(each)
        else await lines.tell(call.id, said(each.say, each.order === undefined ? {} : { order: each.order }))
      }
      await clock.advance(10 * 60_000)
      expect(account.placed.length).toBe(1)
      expect(log.closes.length).toBe(1)
      expect(lines.size).toBe(0)
    }),
    { numRuns: 100 },
  )
})
