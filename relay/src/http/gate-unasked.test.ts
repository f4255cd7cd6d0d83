import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CALLEE, OURS, type PhoneHouse, said, sidOf, startPhoneHouse } from '../carriers/twilio/doors/twilio.test-kit.ts'
import { maskNumber } from '../gate/reading.ts'
import { gateDecisions } from '../store/schema.ts'

/** Whatever is asked of the relay in whatever order: no phone rings for which the gate did not say yes, once for each ring. */

const GOOD = ['+12125550111', '+12125550122', '+12125550133', CALLEE] as const
const PERSON = '+12125550144'
const TABOO = '+12125550155'
/** Premium, abroad, a satellite, no number at all. */
const BAD = [TABOO, '+19005551234', '+493012345678', '+881612345678', '+1234567890'] as const

let house: PhoneHouse
let bridge = ''
let keys = 0
/** Numbers that the carrier was told to join in XML that we answered, by call and by how often it asked anew. */
const joined = new Map<string, string>()
/** Calls by how often the phone that they were joined with was over. */
const over = new Map<string, number>()

beforeAll(async () => {
  house = await startPhoneHouse({ persona: { callbackCountries: ['US'] } })
  const wide = { perHour: 100_000, perDay: 100_000 }
  const dear = { perDay: 1e6, perMonth: 1e6 }
  const json = {
    // What an operator transfers to is held to the organisation's countries, not the agent's.
    countries: ['US'],
    limits: { number: wide, person: wide, address: wide, sandboxNumber: wide, sandboxAddress: wide, agentVisitors: wide },
    ceilings: { number: dear, agent: dear, organisation: dear },
  }
  expect((await house.ask('/api/calling-rules', { method: 'PATCH', token: house.admin, json })).status).toBe(200)
  const made = await house.ask('/api/agents', {
    method: 'POST',
    token: house.admin,
    json: { name: 'Bridge', modes: ['call-me'], callbackCountries: ['US'], phone: { answeredBy: 'person', person: PERSON } },
  })
  bridge = ((await made.json()) as { agent: { id: string } }).agent.id
  await house.ask('/api/do-not-call', { method: 'POST', token: house.admin, json: { phoneNumber: TABOO } })
})
afterAll(() => house.close())

const placements = () => house.asked.filter(({ path }) => path.endsWith('/Calls.json'))
const numbersIn = (xml: string) => [...xml.matchAll(/<Number[^>]*>([^<]+)<\/Number>/g)].map(([, number = '']) => number)
const callIdOf = (form: URLSearchParams) => /answer\/([^/?]+)/.exec(form.get('Url') ?? '')?.[1] ?? ''

/** Every number that Twilio was told to ring, as often as it was told. */
const rings = () => [
  ...placements().map(({ form }) => form.get('To') ?? ''),
  ...house.asked.flatMap(({ form }) => numbersIn(form.get('Twiml') ?? '')),
  ...joined.values(),
]

/** Whoever is joined with a phone is so until that phone is over, or until Twilio was told to do something else and then to ask us. */
const timesAnew = (callId: string, sid: string) =>
  (over.get(callId) ?? 0) +
  house.asked.filter(({ form, path }) => path.endsWith(`/Calls/${sid}.json`) && form.get('Twiml')?.includes('<Redirect')).length

const operator = (method: string, path: string, json?: unknown) =>
  house.ask(path, { method, token: house.admin, ...(json === undefined ? {} : { json }) })

type Step = { do: (typeof DOINGS)[number]; number: number; which: number; bridged: boolean; word: number }
const DOINGS = ['wish', 'later', 'initiate', 'transfer', 'tell', 'answer', 'dialled', 'hang-up', 'keys', 'shut', 'open'] as const
const NUMBERS = [...GOOD, ...BAD]
const WORDS = ['initiated', 'ringing', 'in-progress', 'completed', 'busy', 'failed'] as const

async function run(step: Step): Promise<void> {
  const phoneNumber = NUMBERS[step.number % NUMBERS.length] ?? ''
  const agentId = step.bridged ? bridge : house.agentId
  const all = placements()
  // One of the newest: the older ones are mostly over.
  const place = Math.max(0, all.length - 1 - (step.which % 3))
  const callId = all[place] ? callIdOf(all[place].form) : 'nobody'
  const sid = sidOf(place + 1)
  const word = WORDS[step.word % WORDS.length] ?? 'busy'
  switch (step.do) {
    case 'wish':
      // Twice under one key, as an impatient page does.
      keys++
      await Promise.all([1, 2].map(() => house.wish({ agentId, phoneNumber }, { 'idempotency-key': `k${keys}` })))
      return
    case 'later':
      await house.wish({ agentId, phoneNumber, scheduleAt: new Date(Date.now() + 6000).toISOString() })
      return
    case 'initiate':
      await operator('POST', '/api/calls/initiate', { agentId, phoneNumber, purpose: 'requested', consent: step.word > 1 })
      return
    case 'transfer':
      await operator('POST', `/api/calls/${callId}/transfer`, { to: phoneNumber })
      return
    case 'tell':
      await house.tell('/api/calls/status', { ...said(sid, word, step.word), To: all[place]?.form.get('To') ?? '' })
      return
    case 'answer': {
      const answer = await house.tell(`/api/calls/answer/${callId}`, said(sid, 'in-progress'))
      // Told again it is the same phone: Twilio asks twice where our answer was lost.
      for (const number of numbersIn(await answer.text())) joined.set(`${callId} ${number} ${timesAnew(callId, sid)}`, number)
      return
    }
    case 'dialled': {
      const outcome = { DialCallStatus: step.word % 2 ? 'no-answer' : 'completed', DialCallSid: `CA${'e'.repeat(32)}` }
      await house.tell(`/api/calls/dial-action/${callId}`, said(sid, 'in-progress', undefined, outcome))
      over.set(callId, (over.get(callId) ?? 0) + 1)
      return
    }
    case 'hang-up':
      await operator('POST', `/api/calls/${callId}/hangup`, {})
      return
    case 'keys':
      await operator('POST', `/api/calls/${callId}/dtmf`, { digits: '1' })
      return
    case 'shut':
    case 'open':
      await operator('PATCH', '/api/calling-rules', { limits: { number: { perHour: step.do === 'shut' ? 0 : 100_000 } } })
  }
}

it('no sequence of requests rings a phone unasked', async () => {
  const step = fc.record<Step>({
    do: fc.constantFrom(...DOINGS, 'wish', 'initiate', 'answer', 'answer', 'answer', 'transfer', 'keys'),
    number: fc.oneof({ weight: 3, arbitrary: fc.nat(GOOD.length - 1) }, { weight: 1, arbitrary: fc.nat(NUMBERS.length - 1) }),
    which: fc.nat(30),
    bridged: fc.boolean(),
    word: fc.nat(5),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      for (const each of steps) await run(each)
      const yes = await house.relay.store.db.select().from(gateDecisions)
      const allowed = (number: string) => yes.filter((row) => row.allowed && row.numberMasked === maskNumber(number)).length
      for (const [number, times] of Object.entries(Object.groupBy(rings(), (each) => each))) {
        expect([number, (times?.length ?? 0) <= allowed(number)]).toEqual([number, true])
        expect([...GOOD, PERSON]).toContain(number)
        expect(number).not.toBe(OURS)
      }
    }),
    { numRuns: 80 },
  )
  // It would be easy to ring nobody.
  const rung = new Set(rings())
  expect([...GOOD, PERSON].filter((number) => !rung.has(number))).toEqual([])
})
