import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestRelay, type TestRelay } from '../relay.test-kit.ts'
import { calls, events, jobs } from '../store/schema.ts'
import exotelVectors from './exotel/exotel.vectors.json' with { type: 'json' }
import { bent, createDice, type Fields, mixed } from './fresh.test-kit.ts'
import jiocxVectors from './jiocx/jiocx.vectors.json' with { type: 'json' }
import { readForm } from './twilio/form.ts'
import { sign } from './twilio/signature.ts'
import twilioVectors from './twilio/twilio.vectors.json' with { type: 'json' }

/** Whatever comes to any carrier's address, with the right proof or without: an answer, no fault, nothing changed, nothing kept. */

const TIMES = 100_000
/** Half a kilobyte for each: far below what keeping even a small request would take. */
const GROWTH_BYTES = (TIMES / 2) * 1024
/** So many first, that nobody counts: what is made once is made, and code is compiled. */
const WARM_UP = 5000
const AT_ONCE = 64
/** Of the whole test, on a machine that others share: no measure of speed. */
const WITHIN_MS = 600_000
/** Questions that may open calls: each costs more than a word of a call that nobody knows. */
const ASKED = 10_000
/** Calls that the agent takes at once. */
const MOST_CALLS = 5
/** Said where a test fails, to throw the same again. */
const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 32))
const dice = createDice(SEED)
const TWILIO_TOKEN = 'token-of-twilio-in-tests'
const OURS = '+12025550188'
const BASIC = `Basic ${Buffer.from('key-of-exotel:token-of-exotel').toString('base64')}`
const NUMBERS = ['env-twilio', 'env-exotel', 'env-jiocx', 'env-optima']

let house: TestRelay
let secrets: Record<string, string>
beforeAll(async () => {
  house = await startTestRelay({
    env: {
      TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: TWILIO_TOKEN,
      TWILIO_PHONE_NUMBER: OURS,
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
  const token = await house.token('admin')
  const limits = { limits: { concurrentCalls: MOST_CALLS, callsPerVisitorPerHour: 1000 } }
  const limited = await house.ask('/api/agents/demo', { method: 'PATCH', token, json: limits })
  if (!limited.ok) throw new Error(await limited.text())
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

const POOL = fc.sample(sample, { numRuns: 2000, seed: SEED })
/** A new one each time. */
function fresh(known?: Fields): Sample {
  const [one, other, third] = [dice.one(POOL), dice.one(POOL), dice.one(POOL)]
  const raw = dice.once(8) ? one.raw : undefined
  return {
    fields: mixed(known && dice.once(2) ? known : one.fields, other.fields, dice),
    type: third.type,
    raw: raw === undefined ? undefined : bent(raw, dice),
    proof: other.proof,
    query: third.query,
  }
}

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
async function sendAll(
  times: number,
  requests: () => Request,
  onAnswer?: (answer: { path: string; status: number }) => void,
): Promise<Map<number, number>> {
  const answers = new Map<number, number>()
  let left = times
  const worker = async () => {
    while (left-- > 0) {
      const { init, path } = requests()
      const { status } = await house.relay.app.request(path, init)
      answers.set(status, (answers.get(status) ?? 0) + 1)
      onAnswer?.({ path, status })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return answers
}

function next<T>(all: readonly T[]): () => T {
  let at = 0
  return () => all[at++ % all.length] as T
}

async function unchangedBy(requests: () => Request, onAnswer?: (answer: { path: string; status: number }) => void) {
  const before = await traces()
  await sendAll(WARM_UP, requests)
  const held = await heldBytes()
  const answers = await sendAll(TIMES, requests, onAnswer)
  // Some things are let go of a moment later, by timers of their own.
  await expect.poll(async () => (await heldBytes()) - held).toBeLessThan(GROWTH_BYTES)
  expect(await traces(), `FUZZ_SEED=${SEED}`).toEqual(before)
  return answers
}

describe('every carrier’s webhooks', () => {
  it(
    `refuse ${TIMES} requests without the right proof, and nothing of them stays`,
    async () => {
      const routes = house.relay.routes.filter(({ access }) => access.who === 'carrier')
      expect(routes.length).toBeGreaterThan(15)
      const route = next(routes)
      const number = next([...NUMBERS, 'pn_nobody', '%00', 'env-none'])
      const answers = await unchangedBy(() => {
        const each = fresh()
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
      const routes = house.relay.routes.filter(({ access, path }) => access.who === 'carrier' && isTwilios(path) && path !== ASKED_BY_ALL)
      expect(routes.length).toBeGreaterThan(15)
      const twilios = next(routes)
      const told = new Map<string, Set<number>>()
      const byTwilio = () => signed(twilios().path.replace(/\{[^}]+\}/, 'nobody'), fresh(dice.one(TWILIOS)))
      const way = next([
        () => ofSecret('status', 'env-exotel', fresh(CALLBACK)),
        byTwilio,
        () => ofSecret('status', 'env-jiocx', fresh(JIOCX)),
      ])
      const answers = await unchangedBy(
        () => way()(),
        ({ path, status }) => told.set(shape(path), (told.get(shape(path)) ?? new Set()).add(status)),
      )
      expect([...answers.keys()].filter((status) => status >= 500 || status === 403)).toEqual([])
      // Each of the addresses understood something.
      for (const [path, statuses] of told) expect([path, [...statuses].some((status) => status < 300)]).toEqual([path, true])
      expect(told.size).toBe(routes.length + 2)
    },
    WITHIN_MS,
  )

  // A proven question of a caller whom nobody knows opens a call, at most as many as the agent takes at once: those, their events, and nothing else.
  it(
    `answer ${ASKED} proven questions, and open no more calls than they are asked and the agent takes`,
    async () => {
      const before = await traces()
      const asked = new Set<string>()
      const ask = next([
        () => ofSecret('webhook', 'env-exotel', fresh(ARRIVAL)),
        () => queried(`/api/telephony/webhook/env-exotel/${secrets['env-exotel']}`, fresh(ARRIVAL)),
        () => queried('/api/telephony/webhook/env-exotel', fresh(ARRIVAL), { authorization: BASIC }),
        () => posted('/api/telephony/webhook/env-exotel', fresh(ARRIVAL), { authorization: BASIC }),
        () => signed(ASKED_BY_ALL, fresh(INCOMING)),
        () => signed('/api/telephony/webhook/env-twilio', fresh(INCOMING)),
        () => signed(`/api/telephony/webhook/env-twilio/${secrets['env-twilio']}`, fresh(INCOMING)),
      ])
      const answers = await sendAll(ASKED, () => {
        const request = ask()()
        asked.add(JSON.stringify(request))
        return request
      })
      expect([...answers.keys()].filter((status) => status >= 500 || status === 403)).toEqual([])
      const after = await traces()
      const known = new Set(before.calls.map(({ id }) => id))
      const opened = after.calls.filter(({ id }) => !known.has(id))
      expect(after.calls.filter(({ id }) => known.has(id))).toEqual(before.calls)
      expect(after.events.filter(({ callId }) => known.has(callId))).toEqual(before.events)
      expect(after.jobs).toBe(before.jobs)
      expect(opened.length).toBeGreaterThanOrEqual(MOST_CALLS)
      expect(opened.filter(({ endedAt }) => endedAt === null).length).toBeLessThanOrEqual(MOST_CALLS)
      for (const { carrier, carrierCallId, direction, kind, phoneNumberId } of opened) {
        expect({ direction, kind, phoneNumberId }).toEqual({ direction: 'inbound', kind: 'phone', phoneNumberId: `env-${carrier}` })
        expect([...asked].some((request) => request.includes(String(carrierCallId)))).toBe(true)
      }
      // Asked again it is the same call, until that one is over.
      const lives = Map.groupBy(opened, ({ carrier, carrierCallId }) => `${carrier} ${carrierCallId}`).values()
      for (const each of lives) {
        const [, ...later] = each.sort((one, other) => one.startedAt.getTime() - other.startedAt.getTime())
        for (const [at, { startedAt }] of later.entries()) expect(each[at]?.endedAt?.getTime()).toBeLessThanOrEqual(startedAt.getTime())
      }
    },
    WITHIN_MS,
  )
})

const JIOCX: Fields = Object.fromEntries(Object.entries(jiocxVectors.status.response).map(([name, value]) => [name, String(value)]))
const ASKED_BY_ALL = '/api/calls/websocket'
const isTwilios = (path: string) => !path.includes('{phoneId}')
const { note: _, Legs: __, ...terminal } = exotelVectors.http.status_callback_terminal_json
const CALLBACK: Fields = { ...terminal, ConversationDuration: '12', 'Legs[0][Status]': 'completed' }
const ARRIVAL: Fields = exotelVectors.http.dynamic_url_query_live.params
const INCOMING: Fields = { ...twilioVectors.inbound_voice_webhook.form, To: OURS, Called: OURS }
/** Everything that Twilio tells of calls, each enough for one of its addresses. */
const TWILIOS: readonly Fields[] = [
  ...twilioVectors.status_callbacks.outbound_sequence.map((each) => ({ ...(each as Fields) })),
  { CallSid: CALL, AnsweredBy: 'human', CallStatus: 'in-progress' },
  { CallSid: CALL, RecordingSid: 'RE1', RecordingStatus: 'completed', RecordingUrl: 'https://api.twilio.com/x', RecordingDuration: '3' },
  { CallSid: CALL, StreamSid: 'MZ1', StreamEvent: 'stream-started' },
  { CallSid: CALL, CallStatus: 'in-progress', DialCallStatus: 'busy' },
  { CallSid: CALL, CallStatus: 'in-progress', SessionId: 'VX1', SessionStatus: 'failed', ErrorCode: '64105' },
  { CallSid: CALL, ConferenceSid: `CF${'0'.repeat(32)}`, StatusCallbackEvent: 'participant-join', SequenceNumber: '1' },
]

interface Request {
  path: string
  init: RequestInit
}

function posted(path: string, each: Sample, headers: Record<string, string> = {}): Request {
  return {
    path: path + each.query,
    init: { method: 'POST', headers: { ...headers, ...(each.type ? { 'content-type': each.type } : {}) }, body: bodyOf(each) },
  }
}

const ofSecret = (what: 'status' | 'webhook', id: string, each: Sample) => posted(`/api/telephony/${what}/${id}/${secrets[id]}`, each)

const queried = (path: string, { fields }: Sample, headers: Record<string, string> = {}): Request => ({
  path: `${path}?${new URLSearchParams(fields)}`,
  init: { headers },
})

/** Twilio's form with the right signature; that it names a number of ours is how its account is found. */
function signed(path: string, { fields, query }: Sample): Request {
  const body = new URLSearchParams({ ...fields, To: OURS }).toString()
  const { pathname, search } = new URL(path + query, 'http://localhost')
  const form = readForm(body) ?? new Map<string, readonly string[]>()
  const words = [...form].sort(([one], [other]) => (one < other ? -1 : 1)).flatMap(([name, [value = '']]) => [name, value])
  return {
    path: pathname + search,
    init: {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': sign(TWILIO_TOKEN, house.relay.url + pathname + search + words.join('')),
      },
      body,
    },
  }
}

/** The address without what differs from request to request. */
const shape = (path: string) => path.replace(/\?.*$/s, '')
