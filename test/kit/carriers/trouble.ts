import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Callback } from '../callback.ts'
import type { PhoneHouse } from '../phone-house.ts'
import type { PhoneScript } from '../phone-network.ts'
import { until } from '../until.ts'
import { houseOf, numbersOf, type Subject, testsOf } from './subject.ts'

/** Everything that goes wrong with a phone or at a carrier: page, book and log say the same, once, and no phone is left ringing. */

/** Beyond the carrier's silence: a placement without an answer (15 s), then without a word (30 s); a talk without a word (60 s). */
const UNCLEAR_MS = 70_000
const TALK: PhoneScript = { says: [{ waitForSilenceMs: 600 }], hangsUpAfterMs: 0 }
const RANG = ['initiated', 'connecting', 'failed']
const TALKED = ['initiated', 'connecting', 'connected', 'completed']

interface Ringing {
  /** A new one where it does not matter. */
  number?: string
  script: PhoneScript
  fault?: [kind: string, more?: Record<string, unknown>]
  ends: { status: string; endReason: string }
  statuses: string[]
  meanwhile?: (callback: Callback, number: string) => Promise<void>
}

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

export function trouble(subject: Subject): void {
  let house: PhoneHouse
  beforeAll(async () => {
    const keyMenu = [{ digit: '1', label: 'hours', say: 'We are open from nine to five.' }]
    house = await houseOf(subject, { phone: { ringMs: 5000 }, keyMenu })
  })
  afterAll(() => house?.close())
  const newNumber = numbersOf(subject)
  const { sayMissing, when } = testsOf(subject)

  async function rings(o: Ringing) {
    const number = o.number ?? newNumber()
    await house.phones.script(number, o.script)
    if (o.fault) await house.phones.fault(number, ...o.fault)
    const callback = await house.ring(number)
    await o.meanwhile?.(callback, number)
    await pageTold(callback, o.ends, o.statuses)
    const events = await house.settled(callback.callId, number, o.ends)
    expect(await house.phones.placements(number)).toBe(1)
    return { number, callback, events }
  }
  const failed = (endReason: string, more: Pick<Ringing, 'script'> & Partial<Ringing>) =>
    rings({ ends: { status: 'failed', endReason }, statuses: ['initiated', 'failed'], ...more })
  const talked = (endReason: string, more: Partial<Ringing> = {}) =>
    rings({ script: TALK, ends: { status: 'completed', endReason }, statuses: TALKED, ...more })

  describe.concurrent(`${subject.title}: a phone`, () => {
    when(['places'], 'is busy', async () => {
      await failed('busy', { script: { does: 'busy' } })
    })

    when(['places'], 'is not answered', async () => {
      const { number } = await failed('no-answer', { script: { does: 'no-answer' }, statuses: RANG })
      expect((await house.phones.phone(number)).end).toBe('no-answer')
    })

    when(['places', 'tells-ringing'], 'rings, and page and log are told so while it does', async () => {
      const { callback, events } = await failed('no-answer', {
        script: { does: 'no-answer' },
        statuses: RANG,
        async meanwhile(callback, number) {
          await until('the page knows that it rings', () => callback.statuses.includes('connecting'))
          expect((await house.phones.phone(number)).state).toBe('ringing')
        },
      })
      expect(callback.statuses.filter((status) => status === 'connecting')).toHaveLength(1)
      const told = events.filter(({ type }) => type === 'line.status').map(({ payload }) => payload.status)
      // In the carrier's own word, where it has one.
      expect(told.filter((status) => /^(connecting|ringing)$/i.test(String(status)))).toHaveLength(1)
    })

    when(['places'], 'is declined', async () => {
      await failed(subject.tells?.declined ?? 'rejected', { script: { does: 'decline' }, statuses: RANG })
    })

    when(['places'], 'is not in service', async () => {
      await failed(subject.tells?.unserved ?? 'error', { script: { does: 'fail' } })
    })

    when(['places', 'streams'], 'that has the very number that calls it is talked with like any other', async () => {
      await talked('callee', { number: subject.ours.number })
    })

    when(['places', 'streams'], 'drops in the middle of a word', async () => {
      const { number } = await talked('callee', { script: { does: 'drop' } })
      expect((await house.phones.phone(number)).end).toBe('dropped')
    })

    when(['places', 'streams'], 'is hung up first', async () => {
      const { callback } = await talked('callee')
      expect((await house.call(callback.callId)).durationMs).toBeGreaterThan(0)
    })

    when(['places', 'streams'], 'is hung up in the moment it is answered', async () => {
      await talked('callee', { script: { hangsUpAfterMs: 0 } })
    })

    when(['places', 'takes-back'], 'stops ringing when the visitor cancels', async () => {
      const { number } = await failed('canceled', {
        script: { does: 'answer', afterMs: 4000 },
        statuses: RANG,
        async meanwhile(callback, number) {
          await house.phones.phone(number, ({ state }) => state === 'ringing')
          await until('the page knows that it rings', () => callback.statuses.includes('connecting'))
          expect(await callback.cancel()).toBe(204)
        },
      })
      expect(await house.phones.phone(number)).toMatchObject({ end: 'cancelled', endedBy: 'carrier' })
    })

    when(['places', 'streams'], 'that is answered when the visitor has cancelled is hung up', async () => {
      const { number } = await failed('canceled', {
        script: { does: 'answer', afterMs: 4000 },
        statuses: RANG,
        async meanwhile(callback, number) {
          await house.phones.phone(number, ({ state }) => state === 'ringing')
          expect(await callback.cancel()).toBe(204)
        },
      })
      const phone = await house.phones.phone(number, ({ state }) => state === 'over')
      expect(phone.endedBy).toBe('carrier')
      expect(phone.voice).toEqual([])
    })

    when(['places', 'streams'], 'is hung up when the page ends the talk', async () => {
      const { number } = await talked('visitor', {
        script: {},
        async meanwhile(callback, number) {
          await house.phones.phone(number, ({ voice }) => voice.length > 0)
          expect(await callback.cancel()).toBe(204)
        },
      })
      expect(await house.phones.phone(number)).toMatchObject({ end: 'hung-up', endedBy: 'carrier' })
    })

    when(['places', 'streams'], 'is hung up when an operator ends the talk', async () => {
      const { number } = await talked('operator', {
        script: {},
        async meanwhile(callback, number) {
          await house.phones.phone(number, ({ voice }) => voice.length > 0)
          const { status } = await house.admin.ask('POST', `/api/calls/${callback.callId}/hangup`)
          expect(status).toBeLessThan(300)
        },
      })
      expect(await house.phones.phone(number)).toMatchObject({ end: 'hung-up', endedBy: 'carrier' })
    })
  })

  describe.concurrent(`${subject.title}: the carrier`, () => {
    for (const kind of ['unauthorized', 'rate-limit'])
      when(['places'], `refuses clearly: ${kind}`, async () => {
        const { number } = await failed('error', { script: {}, fault: [kind] })
        expect(await house.phones.calls(number)).toEqual([])
      })

    when(
      ['places'],
      'breaks, and rings nobody: it is not asked again',
      async () => {
        const { number } = await failed('error', { script: {}, fault: ['place-500'] })
        expect(await house.phones.calls(number)).toEqual([])
      },
      UNCLEAR_MS,
    )

    when(['places', 'streams', 'callbacks'], 'breaks, and rings all the same: the talk takes place', async () => {
      const { events } = await talked('callee', { fault: ['place-then-500'] })
      expect(events).toContainEqual(
        expect.objectContaining({ type: 'line.refused', payload: expect.objectContaining({ placed: 'unknown' }) }),
      )
    })

    when(
      ['places'],
      'never answers, and rings nobody',
      async () => {
        await failed('error', { script: {}, fault: ['place-hangs', { forMs: 50_000 }] })
      },
      UNCLEAR_MS,
    )

    when(['places', 'streams', 'callbacks'], 'never answers, and rings all the same', async () => {
      await talked('callee', { fault: ['place-hangs', { rings: true, forMs: 20_000 }] })
    })

    when(['places', 'callbacks', 'takes-back'], 'never answers, and is told to hang up as soon as its phone rings', async () => {
      const { number } = await failed('canceled', {
        script: { does: 'answer', afterMs: 4000 },
        fault: ['place-hangs', { rings: true, forMs: 20_000 }],
        statuses: RANG,
        async meanwhile(callback) {
          await until('it rings', () => callback.statuses.includes('connecting'))
          await callback.cancel()
        },
      })
      expect(await house.phones.phone(number)).toMatchObject({ end: 'cancelled' })
    })

    when(['places', 'takes-back', 'queues'], 'keeps a call in its queue: the visitor takes it back', async () => {
      await failed('canceled', {
        script: {},
        fault: ['place-stuck'],
        async meanwhile(callback, number) {
          await until('it is placed', async () => (await house.phones.placements(number)) === 1)
          await callback.cancel()
        },
      })
    })

    // What the sound says comes long before what is told late.
    const LATE = ['initiated', 'connected', 'completed']
    when(['places', 'streams', 'tells'], 'tells everything late', async () => {
      await talked('callee', { fault: ['callbacks-late', { delayMs: 3000 }], statuses: LATE })
    })

    for (const sameToken of [true, false])
      when(
        ['places', 'streams', 'tells', ...(sameToken ? (['tokens'] as const) : [])],
        `tells everything three times, ${sameToken ? 'with the token of the first time' : 'as if it were new'}`,
        async () => {
          const { callback, events, number } = await talked('callee', { fault: ['callbacks-repeated', { more: 2, sameToken }] })
          const told = events.filter(({ type }) => type === 'line.status').map(({ payload }) => payload.status)
          expect(told).toEqual([...new Set(told)])
          const [phone] = await house.phones.calls(number)
          const sent = await until('the last repetition', async () => {
            const { streams, webhooks } = await house.phones.exchanged()
            const of = ({ callSid }: { callSid: string }) => callSid === phone?.carrierCallId
            const ends = webhooks.filter((each) => of(each) && tellsTheEnd(each.params ?? each.told ?? {}))
            const said = streams.filter(of).flatMap(({ sent }) => (sent.events ?? []).filter((event) => event === 'hangup'))
            return ends.length + said.length >= 3 && ends.every(({ attempts }) => attempts.length > 0) && ends
          })
          expect(sent.flatMap(({ attempts }) => attempts.map(({ status }) => status)).every((status) => (status ?? 500) < 300)).toBe(true)
          expect((await house.events(callback.callId)).filter(({ type }) => type === 'call.ended')).toHaveLength(1)
        },
      )

    when(['places', 'streams', 'tells'], 'tells everything in the wrong order', async () => {
      await talked('callee', { fault: ['callbacks-reordered'], statuses: LATE })
    })

    for (const does of ['busy', 'no-answer'] as const)
      when(
        ['places', 'tells', 'asked'],
        `tells nothing of a phone that is ${does}: it is asked`,
        async () => {
          await failed(does, { script: { does }, fault: ['callbacks-lost'] })
        },
        UNCLEAR_MS + 30_000,
      )

    when(
      ['places', 'streams', 'tells', 'asked'],
      'tells nothing of a talk',
      async () => {
        await talked('callee', { fault: ['callbacks-lost'], statuses: LATE })
      },
      UNCLEAR_MS + 30_000,
    )

    when(['places', 'streams'], 'cannot reach the socket of the sound', async () => {
      const { number } = await rings({
        script: {},
        fault: ['stream-refused'],
        ends: subject.tells?.unreached ?? { status: 'failed', endReason: 'error' },
        statuses: ['initiated', 'connecting', 'connected', 'completed', 'failed'],
      })
      expect(await house.phones.phone(number)).toMatchObject({ end: 'hung-up', endedBy: 'carrier' })
    })

    when(['places', 'refuses-updates'], 'says that it knows no such call when it is to hang up', async () => {
      const number = newNumber()
      await house.phones.script(number, TALK)
      await house.phones.fault(number, 'update-over')
      const callback = await house.ring(number)
      await house.phones.phone(number, ({ voice }) => voice.length > 0)
      await callback.cancel()
      await callback.over
      await house.settled(callback.callId, number, { status: 'completed', endReason: 'visitor' })
    })

    when(['places', 'streams', 'callbacks'], 'is not believed without proof: nothing of a call changes', async () => {
      const number = newNumber()
      await house.phones.script(number, { says: [{ waitForSpeechMs: 100 }, { pauseMs: 1500 }], hangsUpAfterMs: 0 })
      const callback = await house.ring(number)
      await house.phones.phone(number, ({ voice }) => voice.length > 0)
      const told = async () => (await house.events(callback.callId)).filter(({ type }) => type.startsWith('line.'))
      // The carrier's own word of the answer may come after the first sound.
      await until('its carrier told of the answer', async () => /in-progress|answered/.test(JSON.stringify(await told())))
      const before = await told()
      const forged = subject.forged(house.demo.url, { numberId: subject.ours.id, callId: callback.callId })
      expect(forged.length).toBeGreaterThan(0)
      for (const { init, path } of forged) {
        expect([path, (await fetch(house.demo.url + path, init)).status]).toEqual([path, 403])
      }
      expect(await told()).toEqual(before)
      await callback.over
      await house.settled(callback.callId, number, { status: 'completed', endReason: 'callee' })
    })
  })

  it('leaves nothing in progress', async () => {
    expect(await house.live()).toEqual([])
  })
  sayMissing()
}

/** Whether a callback tells that the call is over, in whatever words. */
const tellsTheEnd = (params: Record<string, unknown>) =>
  [params.CallStatus, params.Status, params.disposition].some((status) => /^completed$/i.test(String(status))) &&
  params.EventType !== 'answered'
