import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Callback } from '../kit/callback.ts'
import { PhoneHouse } from '../kit/phone-house.ts'
import type { PhoneScript } from '../kit/phone-network.ts'
import { until } from '../kit/until.ts'

/** Everything that goes wrong with a phone or at the carrier: page, book and log say the same, once, and no phone is left ringing. */

/** Beyond the carrier's silence: a placement without an answer (15 s), then without a word (30 s); a talk without a word (60 s). */
const UNCLEAR_MS = 70_000

let house: PhoneHouse
beforeAll(async () => {
  house = await PhoneHouse.start({
    phone: { ringMs: 5000 },
    keyMenu: [{ digit: '1', label: 'hours', say: 'We are open from nine to five.' }],
  })
})
afterAll(() => house?.close())

const TALK: PhoneScript = { says: [{ waitForSilenceMs: 600 }], hangsUpAfterMs: 0 }
let numbers = 0
/** A number for each test, so that they can run at once. */
const newNumber = () => `+1202555${String(1000 + numbers++).padStart(4, '0')}`

/** As the page was told it: the statuses never go back, and the end comes once, at last. What was over before the page listened is not told. */
async function pageTold(callback: Callback, ends: { status: string; endReason: string }, statuses: string[]): Promise<void> {
  const told = await callback.over
  expect(told.filter(({ type }) => type === 'ended')).toEqual([{ type: 'ended', reason: ends.endReason }])
  expect(told.at(-1)?.type).toBe('ended')
  expect(callback.statuses.at(-1)).toBe(ends.status)
  expect(callback.statuses).toEqual(statuses.filter((status) => callback.statuses.includes(status)))
  const view = await (await fetch(callback.accepted.callUrl)).json()
  expect(view).toEqual({ callId: callback.callId, ...ends })
}

async function rings(o: {
  script: PhoneScript
  fault?: [kind: string, more?: Record<string, unknown>]
  ends: { status: string; endReason: string }
  statuses: string[]
  meanwhile?: (callback: Callback, number: string) => Promise<void>
}) {
  const number = newNumber()
  await house.phones.script(number, o.script)
  if (o.fault) await house.phones.fault(number, ...o.fault)
  const callback = await house.ring(number)
  await o.meanwhile?.(callback, number)
  await pageTold(callback, o.ends, o.statuses)
  const events = await house.settled(callback.callId, number, o.ends)
  expect(await house.phones.placements(number)).toBe(1)
  return { number, callback, events }
}

const RANG = ['initiated', 'connecting', 'failed']
const TALKED = ['initiated', 'connecting', 'connected', 'completed']

describe.concurrent('a phone', () => {
  it('is busy', async () => {
    await rings({ script: { does: 'busy' }, ends: { status: 'failed', endReason: 'busy' }, statuses: ['initiated', 'failed'] })
  })

  it('is not answered', async () => {
    const { number } = await rings({ script: { does: 'no-answer' }, ends: { status: 'failed', endReason: 'no-answer' }, statuses: RANG })
    expect((await house.phones.phone(number)).end).toBe('no-answer')
  })

  it('is declined', async () => {
    await rings({ script: { does: 'decline' }, ends: { status: 'failed', endReason: 'rejected' }, statuses: RANG })
  })

  it('is not in service', async () => {
    await rings({ script: { does: 'fail' }, ends: { status: 'failed', endReason: 'error' }, statuses: ['initiated', 'failed'] })
  })

  it('drops in the middle of a word', async () => {
    const { number } = await rings({ script: { does: 'drop' }, ends: { status: 'completed', endReason: 'callee' }, statuses: TALKED })
    expect((await house.phones.phone(number)).end).toBe('dropped')
  })

  it('is hung up first', async () => {
    const { callback } = await rings({ script: TALK, ends: { status: 'completed', endReason: 'callee' }, statuses: TALKED })
    expect((await house.call(callback.callId)).durationMs).toBeGreaterThan(0)
  })

  it('is hung up in the moment it is answered', async () => {
    await rings({ script: { hangsUpAfterMs: 0 }, ends: { status: 'completed', endReason: 'callee' }, statuses: TALKED })
  })

  it('stops ringing when the visitor cancels', async () => {
    const { number } = await rings({
      script: { does: 'answer', afterMs: 4000 },
      ends: { status: 'failed', endReason: 'canceled' },
      statuses: RANG,
      async meanwhile(callback, number) {
        await house.phones.phone(number, ({ state }) => state === 'ringing')
        await until('the page knows that it rings', () => callback.statuses.includes('connecting'))
        expect(await callback.cancel()).toBe(204)
      },
    })
    expect(await house.phones.phone(number)).toMatchObject({ end: 'cancelled', endedBy: 'carrier' })
  })

  it('is hung up when the page ends the talk', async () => {
    const { number } = await rings({
      script: {},
      ends: { status: 'completed', endReason: 'visitor' },
      statuses: TALKED,
      async meanwhile(callback, number) {
        await house.phones.phone(number, ({ voice }) => voice.length > 0)
        expect(await callback.cancel()).toBe(204)
      },
    })
    expect(await house.phones.phone(number)).toMatchObject({ end: 'hung-up', endedBy: 'carrier' })
  })

  it('is hung up when an operator ends the talk', async () => {
    const { number } = await rings({
      script: {},
      ends: { status: 'completed', endReason: 'operator' },
      statuses: TALKED,
      async meanwhile(callback, number) {
        await house.phones.phone(number, ({ voice }) => voice.length > 0)
        const { status } = await house.admin.ask('POST', `/api/calls/${callback.callId}/hangup`)
        expect(status).toBeLessThan(300)
      },
    })
    expect(await house.phones.phone(number)).toMatchObject({ end: 'hung-up', endedBy: 'carrier' })
  })
})

describe.concurrent('the carrier', () => {
  it.for(['unauthorized', 'rate-limit'])('refuses clearly: %s', async (kind) => {
    const { number } = await rings({
      script: {},
      fault: [kind],
      ends: { status: 'failed', endReason: 'error' },
      statuses: ['initiated', 'failed'],
    })
    expect(await house.phones.calls(number)).toEqual([])
  })

  it(
    'breaks, and rings nobody: it is not asked again',
    async () => {
      const { number } = await rings({
        script: {},
        fault: ['place-500'],
        ends: { status: 'failed', endReason: 'error' },
        statuses: ['initiated', 'failed'],
      })
      expect(await house.phones.calls(number)).toEqual([])
    },
    UNCLEAR_MS,
  )

  it('breaks, and rings all the same: the talk takes place', async () => {
    const { events } = await rings({
      script: TALK,
      fault: ['place-then-500'],
      ends: { status: 'completed', endReason: 'callee' },
      statuses: TALKED,
    })
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'line.refused', payload: expect.objectContaining({ placed: 'unknown' }) }),
    )
  })

  it(
    'never answers, and rings nobody',
    async () => {
      await rings({
        script: {},
        fault: ['place-hangs', { forMs: 50_000 }],
        ends: { status: 'failed', endReason: 'error' },
        statuses: ['initiated', 'failed'],
      })
    },
    UNCLEAR_MS,
  )

  it('never answers, and rings all the same', async () => {
    await rings({
      script: TALK,
      fault: ['place-hangs', { rings: true, forMs: 20_000 }],
      ends: { status: 'completed', endReason: 'callee' },
      statuses: TALKED,
    })
  })

  it('never answers, and is told to hang up as soon as its phone rings', async () => {
    const { number } = await rings({
      script: { does: 'answer', afterMs: 4000 },
      fault: ['place-hangs', { rings: true, forMs: 20_000 }],
      ends: { status: 'failed', endReason: 'canceled' },
      statuses: RANG,
      async meanwhile(callback) {
        await until('it rings', () => callback.statuses.includes('connecting'))
        await callback.cancel()
      },
    })
    expect(await house.phones.phone(number)).toMatchObject({ end: 'cancelled' })
  })

  it('keeps a call in its queue: the visitor takes it back', async () => {
    await rings({
      script: {},
      fault: ['place-stuck'],
      ends: { status: 'failed', endReason: 'canceled' },
      statuses: ['initiated', 'failed'],
      async meanwhile(callback, number) {
        await until('it is placed', async () => (await house.phones.placements(number)) === 1)
        await callback.cancel()
      },
    })
  })

  it('tells everything late', async () => {
    await rings({
      script: TALK,
      fault: ['callbacks-late', { delayMs: 3000 }],
      ends: { status: 'completed', endReason: 'callee' },
      // The answer asks what to do long before its status is told.
      statuses: ['initiated', 'connected', 'completed'],
    })
  })

  it.for([true, false])('tells everything three times, with the token of the first time: %s', async (sameToken) => {
    const { callback, events, number } = await rings({
      script: TALK,
      fault: ['callbacks-repeated', { more: 2, sameToken }],
      ends: { status: 'completed', endReason: 'callee' },
      statuses: TALKED,
    })
    const told = events.filter(({ type }) => type === 'line.status').map(({ payload }) => payload.status)
    expect(told).toEqual([...new Set(told)])
    const [phone] = await house.phones.calls(number)
    const sent = await until('the last repetition', async () => {
      const { webhooks } = await house.phones.twilio()
      const ends = webhooks.filter(({ callSid, params }) => callSid === phone?.carrierCallId && params.CallStatus === 'completed')
      return ends.length >= 3 && ends.every(({ attempts }) => attempts.length > 0) && ends
    })
    expect(sent.flatMap(({ attempts }) => attempts.map(({ status }) => status)).every((status) => (status ?? 500) < 300)).toBe(true)
    expect((await house.events(callback.callId)).filter(({ type }) => type === 'call.ended')).toHaveLength(1)
  })

  it('tells everything in the wrong order', async () => {
    await rings({
      script: TALK,
      fault: ['callbacks-reordered'],
      ends: { status: 'completed', endReason: 'callee' },
      statuses: ['initiated', 'connected', 'completed'],
    })
  })

  it.for(['busy', 'no-answer'] as const)('tells nothing of a phone that is %s: it is asked', async (does) => {
    await rings({
      script: { does },
      fault: ['callbacks-lost'],
      ends: { status: 'failed', endReason: does },
      statuses: ['initiated', 'failed'],
    })
  })

  it(
    'tells nothing of a talk',
    async () => {
      await rings({
        script: TALK,
        fault: ['callbacks-lost'],
        ends: { status: 'completed', endReason: 'callee' },
        statuses: ['initiated', 'connected', 'completed'],
      })
    },
    UNCLEAR_MS + 30_000,
  )

  it('cannot reach the socket of the sound', async () => {
    const { number } = await rings({
      script: {},
      fault: ['stream-refused'],
      ends: { status: 'failed', endReason: 'error' },
      statuses: ['initiated', 'connecting', 'connected', 'failed'],
    })
    expect(await house.phones.phone(number)).toMatchObject({ end: 'hung-up', endedBy: 'carrier' })
  })

  it('says that it knows no such call when it is to hang up', async () => {
    const number = newNumber()
    await house.phones.script(number, TALK)
    await house.phones.fault(number, 'update-over')
    const callback = await house.ring(number)
    await house.phones.phone(number, ({ voice }) => voice.length > 0)
    await callback.cancel()
    await callback.over
    await house.settled(callback.callId, number, { status: 'completed', endReason: 'visitor' })
  })
})

it('leaves nothing in progress', async () => {
  expect(await house.live()).toEqual([])
})
