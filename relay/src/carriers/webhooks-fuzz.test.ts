import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestRelay, type TestRelay } from '../relay.test-kit.ts'
import { calls, events, jobs } from '../store/schema.ts'

/** Whatever comes to any carrier's address, with the right proof or without: an answer, no fault, nothing changed, nothing kept. */

const TIMES = 100_000
/** Half a kilobyte for each: far below what keeping even a small request would take. */
const GROWTH_BYTES = (TIMES / 2) * 1024
/** So many first, that nobody counts: what is made once is made, and code is compiled. */
const WARM_UP = 5000
const AT_ONCE = 64
/** Of the whole test, on a machine that others share: no measure of speed. */
const WITHIN_MS = 600_000
const NUMBERS = ['env-twilio', 'env-exotel', 'env-jiocx', 'env-optima']

let house: TestRelay
let secrets: Record<string, string>
beforeAll(async () => {
  house = await startTestRelay({
    env: {
      TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: 'token-of-twilio-in-tests',
      TWILIO_PHONE_NUMBER: '+12025550188',
      EXOTEL_API_KEY: 'key-of-exotel',
      EXOTEL_API_TOKEN: 'token-of-exotel',
      EXOTEL_SID: 'shop1',
      EXOTEL_CALLER_ID: '+918040550199',
      JIOCX_ORGANIZATION_NAME: 'shop',
      JIOCX_USERNAME: 'shop',
      JIOCX_PASSWORD: 'password-of-jiocx',
      JIOCX_PHONE_NUMBER: '+918040550198',
      JIOCX_API_BASE_URL: 'http://127.0.0.1:9/v1',
      OPTIMA_TOKEN: 'token-of-optima',
      OPTIMA_API_BASE_URL: 'http://127.0.0.1:9',
    },
  })
  const listed = await house.ask('/api/phone-numbers', { token: await house.token('admin') })
  const { phoneNumbers } = (await listed.json()) as { phoneNumbers: { id: string; webhookUrl: string }[] }
  secrets = Object.fromEntries(phoneNumbers.map(({ id, webhookUrl }) => [id, webhookUrl.split('/').at(-1) ?? '']))
})
afterAll(() => house.close())

const CALL = 'CA00000000000000000000000000000000'
const field = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(...'CallSid CallStatus From To CallFrom CallTo Status EventType CallType Direction Digits'.split(' ')),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...'call_id status callId RecordingUrl CustomField Legs[0][Status] AccountSid StreamEvent'.split(' ')),
  },
  fc.constantFrom('__proto__', 'constructor', 'toString', 'Legs[0][__proto__]'),
  fc.string({ maxLength: 12 }),
)
const value = fc.oneof(
  fc.constantFrom(
    CALL,
    'completed',
    'busy',
    'in-progress',
    'terminal',
    'answered',
    'failed',
    '+12025550101',
    '+12025550188',
    '0',
    '-1',
    'NaN',
  ),
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
)
const sample = fc.record({
  fields: fc.dictionary(field, value, { maxKeys: 7 }),
  type: fc.constantFrom('application/x-www-form-urlencoded', 'application/json', 'multipart/form-data; boundary=x', 'text/plain', ''),
  raw: fc.option(
    fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.json({ maxDepth: 3 }),
      fc.constant(`--x\r\nContent-Disposition: form-data; name="Status"\r\n\r\n`),
    ),
    {
      nil: undefined,
      freq: 3,
    },
  ),
  proof: fc.constantFrom('none', 'x'.repeat(43), 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=', `Basic ${Buffer.from('a:b').toString('base64')}`),
  query: fc.oneof(
    fc.constant(''),
    fc.constant('?callId=nobody'),
    fc.webQueryParameters({ maxLength: 30 } as never).map((query) => `?${query}`),
  ),
})
type Sample = typeof sample extends fc.Arbitrary<infer T> ? T : never

function bodyOf({ fields, raw, type }: Sample): string {
  if (raw !== undefined) return raw
  if (type === 'application/json') return JSON.stringify(fields)
  if (type.startsWith('multipart/')) {
    const part = ([name, text]: [string, string]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`
    return `${Object.entries(fields).map(part).join('')}--x--\r\n`
  }
  return new URLSearchParams(fields).toString()
}

/** Everything a carrier's word could have changed. */
async function traces() {
  const { db } = house.relay.store
  return { calls: await db.select().from(calls), events: await db.select().from(events), jobs: (await db.select().from(jobs)).length }
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
async function heldBytes() {
  // What is let go by a finaliser goes with the next collection.
  for (let round = 0; round < 3; round++) {
    collect()
    await new Promise(setImmediate)
  }
  const { external, heapUsed } = process.memoryUsage()
  return heapUsed + external
}

/** Sends so many, some at once; tells how often each status came. */
async function sendAll(times: number, requests: () => { path: string; init: RequestInit }): Promise<Map<number, number>> {
  const answers = new Map<number, number>()
  let left = times
  const worker = async () => {
    while (left-- > 0) {
      const { init, path } = requests()
      const { status } = await house.relay.app.request(path, init)
      answers.set(status, (answers.get(status) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return answers
}

function next<T>(all: readonly T[]): () => T {
  let at = 0
  return () => all[at++ % all.length] as T
}

async function unchangedBy(requests: () => { path: string; init: RequestInit }): Promise<Map<number, number>> {
  const before = await traces()
  await sendAll(WARM_UP, requests)
  const held = await heldBytes()
  const answers = await sendAll(TIMES, requests)
  // Some things are let go of a moment later, by timers of their own.
  await expect.poll(async () => (await heldBytes()) - held).toBeLessThan(GROWTH_BYTES)
  expect(await traces()).toEqual(before)
  return answers
}

describe('every carrier’s webhooks', () => {
  it(
    `refuse ${TIMES} requests without the right proof, and nothing of them stays`,
    async () => {
      const samples = next(fc.sample(sample, 4000))
      const routes = house.relay.routes.filter(({ access }) => access.who === 'carrier')
      expect(routes.length).toBeGreaterThan(15)
      const route = next(routes)
      const number = next([...NUMBERS, 'pn_nobody', '%00', 'env-none'])
      const answers = await unchangedBy(() => {
        const each = samples()
        const { method, path } = route()
        const concrete = path
          .replace('{phoneId}', number())
          .replace('{secret}', 'y'.repeat(43))
          .replace(/\{[^}]+\}/, 'nobody')
        const headers: Record<string, string> = {
          ...(each.type ? { 'content-type': each.type } : {}),
          ...(each.proof === 'none'
            ? {}
            : each.proof.startsWith('Basic')
              ? { authorization: each.proof }
              : { 'x-twilio-signature': each.proof }),
        }
        return {
          path: concrete + each.query,
          init: { method: method.toUpperCase(), headers, ...(method === 'get' ? {} : { body: bodyOf(each) }) },
        }
      })
      // 404: no id looks like this.
      expect([...answers.keys()].filter((status) => status !== 403 && status !== 404)).toEqual([])
      expect(answers.get(403)).toBeGreaterThan(TIMES / 2)
    },
    WITHIN_MS,
  )

  it(
    `answer ${TIMES} proven words about calls that nobody knows, and nothing of them stays`,
    async () => {
      const samples = next(fc.sample(sample, 4000))
      const number = next(['env-exotel', 'env-jiocx', 'env-exotel', 'env-optima'])
      const answers = await unchangedBy(() => {
        const each = samples()
        const id = number()
        return {
          path: `/api/telephony/status/${id}/${secrets[id]}${each.query}`,
          init: { method: 'POST', headers: each.type ? { 'content-type': each.type } : {}, body: bodyOf(each) },
        }
      })
      expect([...answers.keys()].filter((status) => status >= 500)).toEqual([])
      expect([...answers.keys()].sort()).toEqual(expect.arrayContaining([204, 400]))
    },
    WITHIN_MS,
  )
})
