import { inspect } from 'node:util'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Permit } from '../calls/ports.ts'
import { TestClock } from '../clock.test-kit.ts'
import { createLogger } from '../logger.ts'
import { CALL_STATUSES } from '../protocol/index.ts'
import type { Settings } from '../settings.ts'
import { type Carrier, type CarrierAccount, CarrierFault, type CarrierFaultCode, type LineEvent, type PlaceOrder } from './carrier.ts'
import { startVendor, type Vendor, type VendorAnswer } from './vendor.test-kit.ts'

/** What a carrier's test says of its vendor, for the one suite that every carrier has to pass. */
export interface Subject<Config> {
  readonly carrier: Carrier<Config>
  readonly config: Config
  /** The same credentials, sent elsewhere. */
  readonly foreignConfigs: readonly Config[]
  /** The environment that leads to this vendor. */
  readonly settings: (origin: string) => Settings
  /** None of these may be in any fault. */
  readonly secrets: readonly string[]
  readonly carrierCallId: string
  readonly placed: VendorAnswer
  readonly done: VendorAnswer
  /** Clear answers: nothing rings. */
  readonly refusals: readonly { readonly answer: VendorAnswer; readonly code: CarrierFaultCode }[]
  /** A phone may be ringing all the same. */
  readonly unclear: readonly { readonly answer: VendorAnswer; readonly code: CarrierFaultCode }[]
  /** To a hang-up of what is over. */
  readonly over: readonly VendorAnswer[]
  readonly statuses: readonly { readonly answer: VendorAnswer; readonly event: Partial<LineEvent> }[]
  /** Absent where calls are written down when they are over: that there is no record says nothing. */
  readonly unknownCall?: VendorAnswer
  /** Keys go with the sound, not by a request: the carrier's own tests press them. */
  readonly keysGoWithSound?: true
  /** What it told of whole calls, each in its own order. */
  readonly told: readonly (readonly LineEvent[])[]
}

const logger = createLogger({ level: 'silent' })
/** Longer than any request may take. */
const LONG_MS = 60_000
const ORDER: PlaceOrder = {
  callId: 'c_1',
  to: '+12025550101',
  from: '+12025550123',
  urls: {
    answer: 'https://relay.example/answer/1?t=a&b=c',
    status: 'https://relay.example/status/1',
    recording: 'https://relay.example/recording/1',
    machine: 'https://relay.example/machine/1',
  },
  answerWithinMs: 25_000,
  maxDurationMs: 600_000,
  record: false,
  detectMachine: 'no',
}
const TRANSFER = {
  callId: ORDER.callId,
  to: ORDER.to,
  callerId: ORDER.from,
  statusUrl: 'https://relay.example/transfer/1',
  answerWithinMs: 20_000,
}

function permitFor(number = ORDER.to, callId = ORDER.callId) {
  let redeemed = 0
  const permit: Permit = {
    callId,
    number,
    decisionId: 'd_1',
    redeem(use) {
      if (use.callId !== callId || use.number !== number) throw new Error('for another call or number')
      redeemed += 1
      if (redeemed > 1) throw new Error('redeemed already')
    },
  }
  return {
    permit,
    get redeemed() {
      return redeemed
    },
  }
}

export function carrierConformance<Config>(subject: Subject<Config>): void {
  const { abilities } = subject.carrier

  describe(`${subject.carrier.name} as every carrier`, () => {
    let vendor: Vendor
    let clock: TestClock
    let account: CarrierAccount
    const open = (config = subject.config, origin = vendor.origin) =>
      subject.carrier.open(config, { settings: subject.settings(origin), clock, logger })

    beforeEach(async () => {
      clock = new TestClock()
      vendor = await startVendor()
      account = open()
    })
    afterEach(() => vendor.close())

    /** The fault of what is asked, with nothing in it that must not be told. */
    async function faultOf(asking: Promise<unknown>): Promise<CarrierFault> {
      const fault = await asking.then(
        (answer) => new Error(`It succeeded: ${JSON.stringify(answer)}`),
        (error: unknown) => error,
      )
      if (!(fault instanceof CarrierFault)) throw fault
      const all = inspect(fault, { depth: 8 })
      for (const secret of [...subject.secrets, ORDER.to, ORDER.from]) expect(all).not.toContain(secret)
      expect(fault.message).toMatch(/^[A-Z].*\.$/)
      return fault
    }
    /** Asks, and lets time pass when the vendor is silent. */
    async function asked<T>(answer: VendorAnswer, ask: () => Promise<T>): Promise<T> {
      vendor.answers(answer)
      const before = vendor.requests.length
      const asking = ask()
      if (answer === 'silence') {
        asking.catch(() => undefined)
        await vendor.asked(before + 1)
        await clock.advance(LONG_MS)
      }
      return asking
    }

    group(abilities.places)('rings', () => {
      it('once, with its permit taken before anything leaves', async () => {
        const right = permitFor()
        let redeemedBefore = 0
        vendor.onRequest(() => {
          redeemedBefore = right.redeemed
        })
        const placed = await asked(subject.placed, () => account.place(right.permit, ORDER))
        expect(placed.carrierCallId).toBe(subject.carrierCallId)
        expect(['initiated', 'connecting', undefined]).toContain(placed.status)
        expect([redeemedBefore, right.redeemed, vendor.requests.length]).toEqual([1, 1, 1])
      })

      it('never without a permit, with a used one, or with another call’s', async () => {
        const right = permitFor()
        await asked(subject.placed, () => account.place(right.permit, ORDER))
        await expect(account.place(right.permit, ORDER)).rejects.toThrow('redeemed already')
        for (const other of [permitFor('+12025550109'), permitFor(ORDER.to, 'c_2')]) {
          await expect(account.place(other.permit, ORDER)).rejects.toThrow('another call or number')
        }
        expect(vendor.requests).toHaveLength(1)
      })

      it.each(subject.refusals)('refused with $answer: $code, and nothing rings', async ({ answer, code }) => {
        expect(await faultOf(asked(answer, () => account.place(permitFor().permit, ORDER)))).toMatchObject({ code, placed: 'no' })
        await clock.advance(LONG_MS)
        expect(vendor.requests).toHaveLength(1)
      })

      it.each(subject.unclear)('after $answer, $code, it may ring, and is not rung again', async ({ answer, code }) => {
        expect(await faultOf(asked(answer, () => account.place(permitFor().permit, ORDER)))).toMatchObject({ code, placed: 'unknown' })
        await clock.advance(LONG_MS)
        expect(vendor.requests).toHaveLength(1)
      })

      it('nobody is there: nothing rings', async () => {
        const gone = await startVendor()
        await gone.close()
        const fault = await faultOf(open(subject.config, gone.origin).place(permitFor().permit, ORDER))
        expect(fault).toMatchObject({ code: 'unreachable', placed: 'no' })
      })

      it('is sent nowhere else', async () => {
        const elsewhere = await startVendor()
        for (const status of [301, 302, 303, 307, 308]) {
          const headers = { location: `${elsewhere.origin}/x` }
          const fault = await faultOf(asked({ status, body: '', headers }, () => account.place(permitFor().permit, ORDER)))
          expect(fault.placed).toBe('unknown')
        }
        expect(elsewhere.requests).toEqual([])
        await elsewhere.close()
      })

      it('given up before it was asked nothing rings, given up later nobody knows', async () => {
        const before = await faultOf(account.place(permitFor().permit, ORDER, AbortSignal.abort()))
        expect(before.placed).toBe('no')
        expect(vendor.requests).toEqual([])
        const stop = new AbortController()
        vendor.answers('silence')
        const asking = account.place(permitFor().permit, ORDER, stop.signal)
        await vendor.asked(1)
        stop.abort()
        expect((await faultOf(asking)).placed).toBe('unknown')
      })

      it('whatever is answered: placed, or a fault; asked once; “nothing rings” only after a refusal', async () => {
        const body = fc.oneof(
          fc.json({ maxDepth: 2 }),
          fc.string({ unit: 'binary', maxLength: 30 }),
          fc.constant(JSON.stringify(bodyOf(subject.placed))),
        )
        const status = fc.oneof(fc.constantFrom(200, 201, 400, 401, 404, 408, 421, 429, 500, 503), fc.integer({ min: 200, max: 599 }))
        await fc.assert(
          fc.asyncProperty(status, body, async (code, content) => {
            const before = vendor.requests.length
            vendor.answers({ status: code, body: content })
            try {
              const placed = await account.place(permitFor().permit, ORDER)
              expect(code).toBeLessThan(300)
              expect(placed.carrierCallId).toBe(subject.carrierCallId)
            } catch (error) {
              if (!(error instanceof CarrierFault)) throw error
              if (error.placed === 'no') expect(Math.floor(code / 100)).toBe(4)
            }
            expect(vendor.requests.length - before).toBe(1)
          }),
          { numRuns: 60 },
        )
      })
    })

    group(abilities.playsRecording)('plays a recorded message', () => {
      const message = {
        callId: ORDER.callId,
        to: ORDER.to,
        from: ORDER.from,
        audioUrl: 'https://relay.example/a.wav',
        statusUrl: ORDER.urls.status,
      }
      const play = (permit: Permit) => account.playRecording?.(permit, message) ?? Promise.reject(new Error('it does not'))

      it('once, with its permit, and never with another’s', async () => {
        const right = permitFor()
        expect((await asked(subject.placed, () => play(right.permit))).carrierCallId).toBe(subject.carrierCallId)
        expect([right.redeemed, vendor.requests.length]).toEqual([1, 1])
        await expect(play(right.permit)).rejects.toThrow('redeemed already')
        for (const other of [permitFor('+12025550109'), permitFor(ORDER.to, 'c_2')])
          await expect(play(other.permit)).rejects.toThrow('another call or number')
        expect(vendor.requests).toHaveLength(1)
      })

      it.each(subject.unclear)('after $answer, $code, it may ring, and is not rung again', async ({ answer, code }) => {
        expect(await faultOf(asked(answer, () => play(permitFor().permit)))).toMatchObject({ code, placed: 'unknown' })
        await clock.advance(LONG_MS)
        expect(vendor.requests).toHaveLength(1)
      })
    })

    group(abilities.hangsUp)('hangs up', () => {
      const hangUp = () => account.hangUp(subject.carrierCallId)

      it('what lives, and what is over already', async () => {
        for (const answer of [subject.done, ...subject.over]) await asked(answer, hangUp)
        expect(vendor.requests).toHaveLength(1 + subject.over.length)
      })

      it.each(subject.unclear)('says so when it could not: $answer', async ({ answer, code }) => {
        expect((await faultOf(asked(answer, hangUp))).code).toBe(code)
      })
    })

    describe('is asked', () => {
      const status = () => account.status(subject.carrierCallId)

      it.each(subject.statuses)('and tells $event', async ({ answer, event }) => {
        expect(await asked(answer, status)).toMatchObject({ carrierCallId: subject.carrierCallId, ...event })
      })

      const { unknownCall } = subject
      if (unknownCall)
        it('of a call that it does not know', async () => {
          expect(await asked(unknownCall, status)).toBeUndefined()
        })

      it.each(subject.unclear)('in vain: $answer', async ({ answer, code }) => {
        expect((await faultOf(asked(answer, status))).code).toBe(code)
      })
    })

    const press = (digits: string) => account.sendDigits(subject.carrierCallId, digits, { answer: ORDER.urls.answer })

    when(abilities.sendsDigits && !subject.keysGoWithSound)('presses keys, and none that no phone has', async () => {
      await asked(subject.done, () => press('12*#w'))
      expect(vendor.requests).toHaveLength(1)
      for (const wrong of ['', 'x', '1 2', '<', '１']) await faultOf(press(wrong))
      expect(vendor.requests).toHaveLength(1)
    })
    when(!abilities.sendsDigits)('presses no keys', async () => {
      expect((await faultOf(press('1'))).code).toBe('unsupported')
      expect(vendor.requests).toEqual([])
    })

    const transfer = (permit: Permit) => account.transfer(permit, subject.carrierCallId, TRANSFER)

    when(abilities.transfers)('joins another phone, once, with a permit for it', async () => {
      const right = permitFor()
      await asked(subject.done, () => transfer(right.permit))
      expect([right.redeemed, vendor.requests.length]).toEqual([1, 1])
      await expect(transfer(right.permit)).rejects.toThrow('redeemed already')
      for (const other of [permitFor('+12025550109'), permitFor(ORDER.to, 'c_2')])
        await expect(transfer(other.permit)).rejects.toThrow('another call or number')
      expect(vendor.requests).toHaveLength(1)
      for (const { answer } of subject.unclear) {
        const before = vendor.requests.length
        await faultOf(asked(answer, () => transfer(permitFor().permit)))
        expect(vendor.requests.length - before).toBe(1)
      }
    })
    when(!abilities.transfers)('joins no other phone', async () => {
      const right = permitFor()
      expect((await faultOf(transfer(right.permit))).code).toBe('unsupported')
      expect([right.redeemed, vendor.requests.length]).toEqual([0, 0])
    })

    it('gives its credentials to no other host', () => {
      for (const config of subject.foreignConfigs) expect(() => open(config)).toThrow(CarrierFault)
      expect(vendor.requests).toEqual([])
    })

    it('what it tells of a call never leads backwards, in whatever order and however often it arrives', () => {
      for (const told of subject.told) {
        const statuses = told.map(({ status }) => status)
        fc.assert(
          fc.property(fc.array(fc.constantFrom(...told), { minLength: 1, maxLength: told.length * 3 }), (arrived) => {
            const folded = foldedStatuses(arrived)
            expect(folded).toEqual(statuses.filter((each) => folded.includes(each)))
            const end = arrived.find(({ status }) => isEnd(status))
            if (end) expect(folded.at(-1)).toBe(end.status)
          }),
        )
      }
    })
  })
}

/** Tests of what the carrier is able to do; of anything else there are none. */
const when = (able: boolean): ((name: string, test: () => Promise<void>) => void) => (able ? it : () => undefined)
const group = (able: boolean): ((name: string, tests: () => void) => void) => (able ? describe : () => undefined)

const isEnd = (status: LineEvent['status'] | undefined) => status === 'completed' || status === 'failed'

/** As whoever holds the call does: by the carrier's own order, each thing once, and an end is the end. */
function foldedStatuses(events: readonly LineEvent[]): LineEvent['status'][] {
  const statuses: LineEvent['status'][] = []
  const tokens = new Set<string>()
  let order = -1
  for (const event of events) {
    const last = statuses.at(-1)
    if (isEnd(last) || (event.token !== undefined && tokens.has(event.token))) continue
    if (event.token !== undefined) tokens.add(event.token)
    const newer = (event.order ?? order) >= order && CALL_STATUSES.indexOf(event.status) > (last ? CALL_STATUSES.indexOf(last) : -1)
    if (!newer && !isEnd(event.status)) continue
    order = Math.max(order, event.order ?? -1)
    statuses.push(event.status)
  }
  return statuses
}

const bodyOf = (answer: VendorAnswer) => (typeof answer === 'string' ? {} : answer.body)
