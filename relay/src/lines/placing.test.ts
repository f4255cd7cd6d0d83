import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CarrierAccount, PlaceOrder } from '../carriers/carrier.ts'
import { CarrierFault } from '../carriers/carrier.ts'
import { CALL_STATUSES, type CallStatus, Problem } from '../protocol/index.ts'
import { CALLEE, NUMBER, phoneWorld } from './lines.test-kit.ts'

/** One carrier after the other, as long as it is clear that nobody was rung. */

const NAMES = ['twilio', 'exotel', 'optima', 'jiocx'] as const
type Name = (typeof NAMES)[number]
/** takes: it rings. no: the carrier refuses. unready, closed: we cannot even ask. unclear: no clear answer. late: a callback came before a failing answer. */
type Outcome = 'takes' | 'no' | 'unready' | 'closed' | 'unclear' | 'late'
const CLEAR = new Set<Outcome>(['no', 'unready', 'closed'])

function carriersThat(
  outcomes: readonly Outcome[],
  more: { persona?: object; able?: object; numbersSay?: readonly string[]; ready?: Promise<void> } = {},
) {
  const placed: { name: Name; order: PlaceOrder }[] = []
  const outcomeOf = (name: string) => outcomes[NAMES.indexOf(name as Name)] ?? 'no'
  const account = (name: Name): CarrierAccount => ({
    async place(permit, order) {
      // Every ring has a right of its own.
      permit.redeem({ callId: order.callId, number: order.to })
      placed.push({ name, order })
      const outcome = outcomeOf(name)
      if (outcome === 'no') throw new CarrierFault('refused', 'no')
      if (outcome === 'unclear') throw new CarrierFault('timeout', 'perhaps', { placed: 'unknown' })
      if (outcome === 'late') {
        await world.lines.tell(order.callId, { carrierCallId: `id-${name}`, status: 'connecting', said: {} })
        throw new CarrierFault('server_error', 'no, it says')
      }
      return { carrierCallId: `id-${name}` }
    },
    hangUp: async () => undefined,
    sendDigits: async () => undefined,
    transfer: async () => undefined,
    status: async () => undefined,
  })
  const world = phoneWorld({ phone: { carriers: NAMES.slice(0, outcomes.length), ...more.persona } }, more.able, {
    numbers: NAMES.map((name) => ({ ...NUMBER, id: `pn_${name}`, provider: name, carriers: more.numbersSay ?? [] })),
    account({ provider }) {
      if (outcomeOf(provider) === 'closed') throw new CarrierFault('refused', 'these credentials may not leave')
      return account(provider as Name)
    },
    async ready({ provider }) {
      await more.ready
      if (outcomeOf(provider) === 'unready') throw new Error('its socket cannot be opened')
    },
  })
  return { ...world, placed }
}
/** How many carriers are tried: up to the first that is not clearly out of it. */
const tried = (outcomes: readonly Outcome[]) => {
  const first = outcomes.findIndex((outcome) => !CLEAR.has(outcome))
  return first === -1 ? outcomes.length : first + 1
}
const attempts = ({ log }: ReturnType<typeof carriersThat>) =>
  log.events.filter(({ type }) => type === 'line.attempt').map(({ payload }) => payload)

describe('one carrier after the other', () => {
  it('whatever becomes of each: the next is asked after a clear no alone, each with a right of its own, and nobody is counted twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom<Outcome>('takes', 'no', 'unready', 'closed', 'unclear', 'late'), { minLength: 1, maxLength: 4 }),
        async (outcomes) => {
          const world = carriersThat(outcomes)
          const { call, placed } = await world.lines.ring(world.order)
          const seen: CallStatus[] = [call.status]
          call.feed.listen((event) => event.type === 'status' && seen.push(event.status))
          const fault = await placed
          const count = tried(outcomes)
          const last = outcomes[count - 1] as Outcome
          expect(attempts(world).map((payload) => payload?.carrier)).toEqual(NAMES.slice(0, count))
          expect(world.placed.map(({ name }) => name)).toEqual(
            NAMES.slice(0, count).filter((_, place) => outcomes[place] !== 'unready' && outcomes[place] !== 'closed'),
          )
          expect(world.asked.length).toBe(1)
          expect(world.instead.map(({ carrier }) => carrier)).toEqual(NAMES.slice(1, count))
          expect(fault?.placed).toBe(CLEAR.has(last) ? 'no' : last === 'unclear' ? 'unknown' : undefined)
          if (CLEAR.has(last)) {
            expect(call.endReason).toBe('error')
            expect(world.settled).toEqual([{ callId: call.id, durationMs: 0 }])
            expect(world.lines.size).toBe(0)
          } else {
            expect(call.endReason).toBeUndefined()
            expect(call.line?.carrier).toBe(NAMES[count - 1])
            expect(world.lines.get(call.id)?.number.provider).toBe(NAMES[count - 1])
          }
          // What is not clear stays with the carrier that was asked, also when it never says a word.
          await world.clock.advance(60_000)
          await call.closed.catch(() => undefined)
          expect(attempts(world).length).toBe(count)
          const order = seen.map((status) => CALL_STATUSES.indexOf(status))
          expect(order).toEqual(order.toSorted((a, b) => a - b))
          expect(world.settled.length).toBeLessThanOrEqual(1)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('tells the book who carries it before the next is asked', async () => {
    const world = carriersThat(['no', 'takes'])
    const { call, placed } = await world.lines.ring(world.order)
    await placed
    expect(world.log.lines).toEqual([
      { callId: call.id, carrier: 'exotel', phoneNumberId: 'pn_exotel', kind: 'phone', from: expect.stringMatching(/^\+\d+$/) },
      { callId: call.id, carrierCallId: 'id-exotel' },
    ])
    await world.lines.tell(call.id, { carrierCallId: 'id-exotel', status: 'connecting', said: {} })
    expect(call.status).toBe('connecting')
  })

  it('goes nowhere once the visitor has hung up', async () => {
    const again = carriersThat(['no', 'takes'])
    const { instead } = again.gate
    const placing = Promise.withResolvers<void>()
    again.gate.instead = async (...asked) => {
      ringing.call.hangUp('visitor')
      placing.resolve()
      return instead(...asked)
    }
    const ringing = await again.lines.ring(again.order)
    await ringing.placed
    await placing.promise
    expect(again.placed.map(({ name }) => name)).toEqual(['twilio'])
    expect(ringing.call.endReason).toBe('visitor')
    expect(again.settled).toEqual([{ callId: ringing.call.id, durationMs: 0 }])
    expect(again.lines.size).toBe(0)
  })

  it('goes nowhere, and leaves nothing, where the visitor hangs up while the next line stands already', async () => {
    const person = '+12025550102'
    for (const moment of ['written down', 'its second phone asked for'] as const) {
      const world = carriersThat(['no', 'takes'], { persona: { answeredBy: 'person', person }, able: { bridgesAtOnce: true } })
      const { gate, lines, log, order, placed, settled } = world
      const leave = () => {
        const [call] = world.calls.list()
        expect(lines.get(call?.id ?? '')?.number.provider).toBe('exotel')
        call?.hangUp('visitor')
      }
      const { line } = log
      if (moment === 'written down') {
        log.line = async (...told) => {
          leave()
          return line.apply(log, told)
        }
      }
      const { instead } = gate
      if (moment === 'its second phone asked for') {
        gate.instead = async (question, failed) => {
          if (question.number === person) leave()
          return instead(question, failed)
        }
      }
      const ringing = await lines.ring(order)
      await ringing.placed
      await world.clock.advance(100)
      expect([moment, placed.map(({ name }) => name), ringing.call.endReason]).toEqual([moment, ['twilio'], 'visitor'])
      expect([settled, lines.size]).toEqual([[{ callId: ringing.call.id, durationMs: 0 }], 0])
    }
  })

  it('goes on, with a right of its own, where the first took so long to be made ready that its right was too old', async () => {
    const ready = Promise.withResolvers<void>()
    const world = carriersThat(['takes', 'takes'], { ready: ready.promise })
    const { call, placed } = await world.lines.ring(world.order)
    await world.clock.advance(61_000)
    ready.resolve()
    expect(await placed).toBeUndefined()
    expect([world.placed.map(({ name }) => name), world.instead.length, call.endReason]).toEqual([['exotel'], 1, undefined])
  })

  it('rings nobody once the visitor has canceled while it was made ready, at the next neither', async () => {
    const ready = Promise.withResolvers<void>()
    const world = carriersThat(['takes', 'takes'], { ready: ready.promise })
    const { call, placed } = await world.lines.ring(world.order)
    call.hangUp('canceled')
    ready.resolve()
    expect(await placed).toMatchObject({ code: 'refused', placed: 'no' })
    expect([world.placed, world.instead, world.lines.size]).toEqual([[], [], 0])
    expect(call.endReason).toBe('canceled')
    expect(world.settled).toEqual([{ callId: call.id, durationMs: 0 }])
  })

  it('ends, and says so, where its addresses cannot be had', async () => {
    const world = carriersThat(['takes', 'takes'])
    world.addresses.of = () => {
      throw new Error('no address')
    }
    const { call, placed } = await world.lines.ring(world.order)
    expect(await placed).toMatchObject({ code: 'unreachable', placed: 'no' })
    expect([world.placed, world.lines.size, call.endReason]).toEqual([[], 0, 'error'])
    expect(world.settled).toEqual([{ callId: call.id, durationMs: 0 }])
  })

  it('ends where the gate does not allow the next', async () => {
    const world = carriersThat(['no', 'takes'])
    world.gate.instead = async () => ({ allowed: false, rule: 'spend_number_day', code: 'spend_limit', message: 'no' })
    const { call, placed } = await world.lines.ring(world.order)
    expect((await placed)?.placed).toBe('no')
    expect(call.endReason).toBe('error')
    expect(world.log.types()).toContain('line.attempt-refused')
    expect(world.placed.length).toBe(1)
  })

  it('is only the one that was asked for by name, or by its number', async () => {
    const world = carriersThat(['takes', 'no'])
    const { call, placed } = await world.lines.ring({ ...world.order, carrier: 'exotel' })
    await placed
    expect([call.endReason, world.placed.map(({ name }) => name)]).toEqual(['error', ['exotel']])
    await expect(world.lines.ring({ ...world.order, carrier: 'nobody' })).rejects.toBeInstanceOf(Problem)
  })

  it('is the number’s own order where the agent names none', async () => {
    const over = async (persona: object) => {
      const world = carriersThat(['no', 'no', 'takes'], {
        persona: { carriers: undefined, carrier: 'twilio', ...persona },
        numbersSay: ['optima', 'twilio'],
      })
      await (await world.lines.ring(world.order)).placed
      return world.placed.map(({ name }) => name)
    }
    expect(await over({})).toEqual(['twilio', 'optima'])
    expect(await over({ carriers: ['exotel'] })).toEqual(['exotel'])
  })

  it('asks for a second phone once, however many carriers want to know it', async () => {
    const person = '+12025550102'
    const world = carriersThat(['no', 'takes'], { persona: { answeredBy: 'person', person }, able: { bridgesAtOnce: true } })
    const { call, placed } = await world.lines.ring(world.order)
    await placed
    expect(call.kind).toBe('bridge')
    expect(world.placed.map(({ order }) => [order.to, order.bridgeTo])).toEqual([
      [CALLEE, person],
      [CALLEE, person],
    ])
    expect([world.asked, world.instead].map((questions) => questions.map(({ number }) => number))).toEqual([
      [CALLEE, person],
      [CALLEE, person],
    ])
  })
})
