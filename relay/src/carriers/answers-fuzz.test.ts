import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { TestClock } from '../clock.test-kit.ts'
import { createLogger } from '../logger.ts'
import { readSettings } from '../settings.ts'
import { type Carrier, type CarrierAccount, CarrierFault, type PlaceOrder } from './carrier.ts'
import { ExotelConfig } from './exotel/config.ts'
import exotelVectors from './exotel/exotel.vectors.json' with { type: 'json' }
import { exotel } from './exotel/index.ts'
import { jiocx } from './jiocx/index.ts'
import jiocxVectors from './jiocx/jiocx.vectors.json' with { type: 'json' }
import { optima } from './optima/index.ts'
import optimaVectors from './optima/optima.vectors.json' with { type: 'json' }
import { twilio } from './twilio/index.ts'

/** Whatever a carrier's API answers, 100,000 times each: a reading of the right shape or a fault. Only the network between is left out. */

const TIMES = 100_000
const CARRIERS = [
  {
    name: 'Twilio',
    carrier: twilio as Carrier,
    config: { accountSid: `AC${'0'.repeat(32)}`, authToken: 'token' },
    answers: [
      { sid: `CA${'0'.repeat(32)}`, status: 'completed', duration: '35', price: '-0.01', price_unit: 'USD' },
      { code: 21211, message: 'The number is not valid', more_info: 'https://www.twilio.com/docs', status: 400 },
    ],
  },
  {
    name: 'Exotel',
    carrier: exotel as Carrier,
    config: ExotelConfig.parse({ apiKey: 'key', apiToken: 'token', sid: 'exampleacct' }),
    answers: [
      { Call: { ...exotelVectors.http.connect_response.Call, Status: 'completed', Duration: '12', Details: { ConversationDuration: 9 } } },
      exotelVectors.http.error_response,
    ],
  },
  {
    name: 'JioCX',
    carrier: jiocx as Carrier,
    config: { organizationName: 'shop', username: 'shop', password: 'password', apiKey: 'key', auth: 'api-key' },
    answers: [jiocxVectors.click2call.response, jiocxVectors.status.response, { success: false, message: 'refused' }],
  },
  {
    name: 'Optima',
    carrier: optima as Carrier,
    config: { token: 'token', version: '1.0.5' },
    answers: [
      optimaVectors.rest_105.call_response,
      {
        status: 200,
        errors: '',
        data: { sessionId: optimaVectors.rest_105.call_response.data.sessionId, disposition: 'BUSY', duration: 3 },
      },
      ...optimaVectors.rest.errors,
    ],
  },
] as const

const ORDER: PlaceOrder = {
  callId: 'c_1',
  to: '+12025550101',
  from: '+12025550123',
  urls: {
    answer: 'https://relay.example/answer/1',
    status: 'https://relay.example/status/1',
    recording: 'https://relay.example/recording/1',
    machine: 'https://relay.example/machine/1',
    stream: 'wss://relay.example/stream/1',
  },
  answerWithinMs: 25_000,
  maxDurationMs: 600_000,
  record: false,
  detectMachine: 'no',
}
const permit = { callId: ORDER.callId, number: ORDER.to, decisionId: 'd_1', redeem: () => undefined }
const STATUSES = ['initiated', 'connecting', 'connected', 'completed', 'failed']

/** Texts of these answers with something else somewhere inside, or broken, and texts of any kind. */
function anyAnswer(answers: readonly object[]): fc.Arbitrary<string> {
  const texts = answers.map((each) => JSON.stringify(each))
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom('', '../x', 'busy', 'completed', 'dancing', '1e999', -1, 2 ** 53, null, '__proto__', '\n'),
  )
  const bent = fc.tuple(fc.constantFrom(...texts), fc.nat(), value).map(([text, at, other]) => {
    let left = at % (text.split(':').length - 1)
    return JSON.stringify(JSON.parse(text, (_, inner) => (left-- === 0 ? other : inner)))
  })
  const broken = fc
    .tuple(fc.constantFrom(...texts), fc.nat(), fc.nat(3), fc.string({ unit: 'binary', maxLength: 3 }))
    .map(([text, at, length, put]) => text.slice(0, at % text.length) + put + text.slice((at % text.length) + length))
  const other = fc.oneof(
    fc.constantFrom(...texts, '', '[]', 'null', '0', '"x"', '{"__proto__":{"sid":"x"}}', '<TwilioResponse><Code>1</Code>'),
    fc.string({ unit: 'binary', maxLength: 30 }),
  )
  return fc.oneof({ arbitrary: bent, weight: 3 }, broken, other)
}

const status = fc.oneof({ arbitrary: fc.constant(200), weight: 4 }, fc.constantFrom(201, 400, 401, 404, 408, 421, 422, 429, 500, 503))
const work = fc.constantFrom('place', 'place', 'status', 'hangUp')

afterEach(() => void vi.unstubAllGlobals())

describe('answers of any kind', () => {
  it.each(CARRIERS)(`$name, ${TIMES} of them`, async ({ answers, carrier, config }) => {
    const settings = readSettings({ JIOCX_API_BASE_URL: 'https://api.jiocx.com/v1' })
    // A house of its own after a refusal of the account: such a one may not ask for a while.
    const open = () =>
      carrier.open(config, { settings: { ...settings }, clock: new TestClock(), logger: createLogger({ level: 'silent' }) })
    let account: CarrierAccount = open()
    let [asked, given] = [0, { text: '', status: 0 }]
    vi.stubGlobal('fetch', async () => {
      asked += 1
      return { ok: given.status < 300, status: given.status, body: [Buffer.from(given.text)] }
    })
    const order = { ...ORDER, ...(carrier.abilities.streams ? {} : { bridgeTo: '+12025550109' }) }
    const known = CARRIERS.find((each) => each.carrier === carrier)?.answers ?? []
    const sid = nameIn(JSON.stringify(known[0])) ?? 'c1'
    const seen = { placed: 0, told: 0, refused: 0, unclear: 0 }

    /** What came of it, where it has the shape that it must. */
    async function did(what: 'place' | 'status' | 'hangUp'): Promise<keyof typeof seen | undefined> {
      if (what === 'place') {
        const placed = await account.place(permit, order)
        if (given.status > 299) throw new Error('placed by a refusal')
        if (!/^[\w.:-]{1,128}$/.test(placed.carrierCallId) || !STATUSES.includes(placed.status ?? 'initiated'))
          throw new Error(`placed ${placed.carrierCallId}`)
        return 'placed'
      }
      if (what === 'hangUp') return void (await account.hangUp(sid))
      const event = await account.status(sid)
      if (!event) return undefined
      if ((nameIn(given.text) ?? sid) !== sid) throw new Error('told of another call')
      if (event.carrierCallId !== sid || !STATUSES.includes(event.status)) throw new Error(`told ${event.status}`)
      if (event.durationMs !== undefined && !(event.durationMs >= 0 && event.durationMs < 1e11)) throw new Error('no time')
      if (event.price && !Number.isFinite(event.price.amount)) throw new Error('no price')
      return 'told'
    }

    await fc.assert(
      fc.asyncProperty(work, status, anyAnswer(answers), async (what, code, text) => {
        asked = 0
        if (given.status === 401) account = open()
        given = { text, status: code }
        try {
          const came = await did(what)
          if (came) seen[came] += 1
        } catch (error) {
          if (!(error instanceof CarrierFault)) throw error
          seen[error.placed === 'no' ? 'refused' : 'unclear'] += 1
          if (what === 'place' && error.placed === 'no' && code > 499) throw new Error('an outage for a clear no')
          if (error.message.includes(ORDER.to) || !/^[A-Z].*\.$/.test(error.message)) throw new Error(`worded ${error.message}`)
        }
        if (what === 'place' && asked !== 1) throw new Error(`asked ${asked} times`)
      }),
      { numRuns: TIMES },
    )
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(100)
    expect(({} as Record<string, unknown>).sid).toBeUndefined()
  })
})

/** A call's name in an answer. */
const nameIn = (text: string) => /"(?:sid|Sid|call_id|sessionId)":"([^"]+)"/.exec(text)?.[1]
