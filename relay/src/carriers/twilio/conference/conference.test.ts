import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Call } from '../../../calls/live-calls.ts'
import type { Permit } from '../../../calls/ports.ts'
import { TestClock } from '../../../clock.test-kit.ts'
import type { LiveLine } from '../../../lines/line.ts'
import { createLogger } from '../../../logger.ts'
import { readSettings } from '../../../settings.ts'
import { startVendor, type Vendor, type VendorAnswer } from '../../vendor.test-kit.ts'
import { createTwilioAccount } from '../account.ts'
import { TwilioConfig } from '../config.ts'
import { openTwilioRest } from '../rest.ts'
import { type Conference, createConference } from './conference.ts'
import { readConferenceNews } from './news.ts'
import { createConferenceRest } from './rest.ts'

const CALLER = `CA${'0'.repeat(31)}1`
const OPERATOR = `CA${'0'.repeat(31)}2`
const AGAIN = `CA${'0'.repeat(31)}3`
const ROOM = `CF${'0'.repeat(32)}`
const OURS = '+12025550199'
const PERSON = '+12025550102'
const WORDS = '<words/>'

let vendor: Vendor
let clock: TestClock
beforeEach(async () => {
  vendor = await startVendor()
  clock = new TestClock()
})
afterEach(() => vendor.close())

const answers: Record<string, VendorAnswer> = {}

/** A call whose words go over a session, unless `session` is false. */
function begin(o: { session?: boolean; heard?: Promise<unknown> } = {}) {
  vendor.answers(({ path }) => {
    const given = Object.entries(answers).find(([part]) => path.includes(part))?.[1]
    return given ?? { status: 200, body: path.includes('Participants') ? { call_sid: OPERATOR } : { sid: CALLER, status: 'in-progress' } }
  })
  const done: string[] = []
  const notes: string[] = []
  const ears: ((event: { type: string }) => void)[] = []
  let next: (() => string) | undefined
  const rest = openTwilioRest(TwilioConfig.parse({ accountSid: `AC${'0'.repeat(32)}`, authToken: 'a-token' }), {
    settings: readSettings({ TWILIO_API_BASE_URL: vendor.origin }),
    clock,
  })
  const call: Pick<Call, 'id' | 'joined' | 'hangUp' | 'stage'> & { feed: object } = {
    id: 'c_1',
    stage: 'joined',
    joined: () => void done.push('joined'),
    hangUp: (reason) => void done.push(`hang-up ${reason}`),
    feed: {
      listen(ear: (event: { type: string }) => void) {
        ears.push(ear)
        return () => void ears.splice(ears.indexOf(ear), 1)
      },
    },
  }
  const line = { carrierCallId: CALLER, number: { phoneNumber: OURS }, account: createTwilioAccount(rest) }
  const conference: Conference = createConference({
    // What a conference sees of them is all here.
    call: call as Call,
    line: line as LiveLine,
    name: 'not-to-be-guessed',
    rest: createConferenceRest(rest),
    clock,
    logger: createLogger({ level: 'silent' }),
    urls: { status: 'https://relay.example/conference', answer: 'https://relay.example/answer' },
    heard: o.heard ?? Promise.resolve(),
    handOff(asked) {
      if (o.session === false) return false
      next = asked
      done.push('end')
      return true
    },
    wordsTwiml: () => WORDS,
    note: (type) => void notes.push(type),
    onLost: (why) => void done.push(`lost ${why}`),
    onOver: () => void done.push('over'),
  })
  const tell = (fields: Record<string, string>) => {
    const news = readConferenceNews(new Map(Object.entries({ ConferenceSid: ROOM, ...fields }).map(([name, value]) => [name, [value]])))
    if (news) conference.told(news)
  }
  let order = 0
  return {
    conference,
    done,
    notes,
    action: () => next?.() ?? '',
    hangsUp() {
      for (const ear of [...ears]) ear({ type: 'ended' })
    },
    joins: (sid: string) => tell({ StatusCallbackEvent: 'participant-join', CallSid: sid, SequenceNumber: String(++order) }),
    leaves: (sid: string) => tell({ StatusCallbackEvent: 'participant-leave', CallSid: sid, SequenceNumber: String(++order) }),
    tell,
    asked: () =>
      vendor.requests.map(({ method, path, body }) => `${method} ${path.replace(/.*Accounts\/AC0+/, '')} ${decodeURIComponent(body)}`),
  }
}

/** One whose action was answered, and in whose conference these are. */
async function met(...calls: string[]) {
  const one = begin()
  await clock.advance(0)
  one.action()
  for (const call of calls) one.joins(call)
  return one
}

/** A permit that counts how often it was used. */
function permit(callId = 'c_1'): Permit & { used: number } {
  return {
    callId,
    number: PERSON,
    decisionId: 'd_1',
    used: 0,
    redeem(use) {
      if (use.callId !== callId || use.number !== PERSON) throw new Error('for another call or number')
      this.used += 1
    },
  }
}

afterEach(() => {
  for (const key of Object.keys(answers)) delete answers[key]
})
const asked = (one: ReturnType<typeof begin>, what: string) =>
  expect.poll(() => one.asked().some((each) => each.includes(what)), { timeout: 10_000 }).toBe(true)

describe('a conference', () => {
  it('takes the caller over when the agent’s last words were heard, and not before', async () => {
    const heard = Promise.withResolvers<void>()
    const one = begin({ heard: heard.promise })
    await clock.advance(2000)
    expect(one.done).toEqual([])
    heard.resolve()
    await clock.advance(0)
    expect(one.done).toEqual(['joined', 'end'])
    const twiml = one.action()
    expect(twiml).toMatch(
      /<Dial><Conference .*endConferenceOnExit="true".*>not-to-be-guessed<\/Conference><\/Dial><Redirect method="POST">https:\/\/relay\.example\/answer</,
    )
    // Our answer was lost.
    expect(one.action()).toBe(twiml)
  })

  it('rings the operator’s phone once, when the caller is there, and they talk as long as they like', async () => {
    const right = permit()
    const one = begin()
    one.conference.invite(right)
    await clock.advance(0)
    expect(vendor.requests).toEqual([])
    one.action()
    one.joins(CALLER)
    one.joins(CALLER)
    await asked(one, `Participants.json From=${OURS}`)
    expect(right.used).toBe(1)
    one.joins(OPERATOR)
    for (let minutes = 0; minutes < 20; minutes++) await clock.advance(60_000)
    expect(one.done).toEqual(['joined', 'end'])
    expect(one.asked().filter((each) => each.includes('Participants'))).toHaveLength(1)
  })

  it.each<[string, VendorAnswer, string]>([
    ['is asked for', { status: 200, body: { conferences: [{ sid: ROOM }] } }, ROOM],
    ['or its own has to do', { status: 404, body: {} }, 'not-to-be-guessed'],
  ])('a conference whose name was never told: it %s', async (_, answer, name) => {
    answers['Conferences.json'] = answer
    const one = begin()
    one.conference.invite(permit())
    await clock.advance(0)
    one.action()
    await clock.advance(3000)
    await asked(one, `/Conferences/${name}/Participants.json`)
    // A phone that was taken up is in it, also where that is not told.
    one.tell({ CallSid: OPERATOR, CallStatus: 'in-progress' })
    await clock.advance(60_000)
    expect(one.done).toEqual(['joined', 'end'])
  })

  it('the page of before leaves when the one that was loaded anew is there: they go on', async () => {
    const one = await met(CALLER, OPERATOR, AGAIN)
    one.leaves(OPERATOR)
    await clock.advance(10_000)
    expect(one.done).toEqual(['joined', 'end'])
  })

  it('an operator of whom Twilio knows nothing when asked is believed to be there', async () => {
    answers[`Calls/${OPERATOR}`] = { status: 404, body: {} }
    const one = await met(CALLER, OPERATOR)
    await clock.advance(15_000)
    await asked(one, `GET /Calls/${OPERATOR}.json`)
    await clock.advance(10_000)
    expect(one.done).toEqual(['joined', 'end'])
  })

  it('gives back: the caller is asked to come, and is there with its words', async () => {
    const one = await met(CALLER)
    one.conference.operatorAsks(OPERATOR)
    const back = one.conference.back()
    await asked(one, `/Calls/${CALLER}.json Url=https://relay.example/answer`)
    one.conference.words()
    await back
    await asked(one, `/Conferences/${ROOM}.json Status=completed`)
    await asked(one, `/Calls/${OPERATOR}.json Status=completed`)
    expect(one.done).toEqual(['joined', 'end', 'over'])
    expect(one.notes).toContain('conference.unheard')
  })

  it('handed back before the caller went: nothing was moved', async () => {
    const one = begin({ heard: new Promise(() => undefined) })
    await one.conference.back()
    expect([one.done, vendor.requests]).toEqual([['over'], []])
  })

  it('handed back amid the move: the action is answered with the words', async () => {
    const one = begin()
    await clock.advance(0)
    const back = one.conference.back()
    expect(one.action()).toBe(WORDS)
    one.conference.words()
    await back
  })

  it('an operator who leaves may come again within five seconds; then the caller goes back', async () => {
    const one = await met(CALLER, OPERATOR)
    one.leaves(OPERATOR)
    await clock.advance(4000)
    one.conference.invite()
    one.joins(AGAIN)
    await clock.advance(10_000)
    expect(one.done).not.toContain('lost left')
    one.leaves(AGAIN)
    await clock.advance(5000)
    expect(one.done).toContain('lost left')
    await asked(one, `/Calls/${CALLER}.json Url=`)
  })

  it('an old leaving that comes late means nothing, nor a join that comes after its leaving', async () => {
    const one = await met()
    one.tell({ StatusCallbackEvent: 'participant-leave', CallSid: OPERATOR, SequenceNumber: '9' })
    one.tell({ StatusCallbackEvent: 'participant-join', CallSid: OPERATOR, SequenceNumber: '4' })
    await clock.advance(45_000)
    expect(one.done).toContain('lost never')
  })

  it('an operator whose leaving was never told of is looked for', async () => {
    const one = await met(CALLER, OPERATOR)
    // First Twilio does not answer.
    answers[`Calls/${OPERATOR}`] = { status: 500, body: {} }
    await clock.advance(15_000)
    await asked(one, `GET /Calls/${OPERATOR}.json`)
    answers[`Calls/${OPERATOR}`] = { status: 200, body: { sid: OPERATOR, status: 'completed' } }
    await clock.advance(15_000)
    await expect
      .poll(
        async () => {
          await clock.advance(5000)
          return one.done
        },
        { timeout: 10_000 },
      )
      .toContain('lost left')
  })

  it('a phone that is wanted later is rung too where nothing was told of the conference', async () => {
    answers['Conferences.json'] = { status: 200, body: { conferences: [{ sid: ROOM }] } }
    const one = begin()
    one.conference.invite()
    await clock.advance(0)
    one.action()
    await clock.advance(5000)
    one.conference.invite(permit())
    await clock.advance(3000)
    await asked(one, `/Conferences/${ROOM}/Participants.json`)
    expect(one.asked().filter((each) => each.includes('Participants'))).toHaveLength(1)
  })

  it.each(['busy', 'no-answer', 'failed', 'canceled'])('a phone that is %s gives the caller back', async (status) => {
    const one = begin()
    one.conference.invite(permit())
    await clock.advance(0)
    one.action()
    one.joins(CALLER)
    await asked(one, 'Participants')
    await expect.poll(() => one.notes, { timeout: 10_000 }).toContain('conference.phone-rings')
    one.tell({ CallSid: OPERATOR, CallStatus: status })
    expect(one.done).toContain('lost never')
  })

  it.each<[string, VendorAnswer]>([
    ['4xx', { status: 400, body: { code: 21211, message: 'no', status: 400 } }],
    ['429', { status: 429, body: '' }],
  ])('a phone that Twilio does not ring (%s) gives the caller back at once', async (_, answer) => {
    answers.Participants = answer
    const one = begin()
    one.conference.invite(permit())
    await clock.advance(0)
    one.action()
    one.joins(CALLER)
    await expect.poll(() => one.done, { timeout: 10_000 }).toContain('lost never')
    expect(one.notes).toContain('conference.phone-refused')
  })

  it('rings no phone with the permit of another call, and gives the caller back', async () => {
    const one = begin()
    one.conference.invite(permit('c_2'))
    await clock.advance(0)
    one.action()
    one.joins(CALLER)
    await expect.poll(() => one.done, { timeout: 10_000 }).toContain('lost never')
    expect(one.asked().filter((each) => each.includes('Participants'))).toEqual([])
  })

  it('a phone that rings perhaps (500) is waited for, and is rung no second time', async () => {
    answers.Participants = { status: 500, body: { code: 20500, message: 'no', status: 500 } }
    const one = begin()
    one.conference.invite(permit())
    await clock.advance(0)
    one.action()
    one.joins(CALLER)
    await expect.poll(() => one.notes, { timeout: 10_000 }).toContain('conference.phone-refused')
    expect(one.done).not.toContain('lost never')
    one.joins(OPERATOR)
    await clock.advance(10_000)
    expect(one.done).not.toContain('lost never')
    expect(one.asked().filter((each) => each.includes('Participants'))).toHaveLength(1)
  })

  it('without a session the call is told by REST; a refusal gives it back', async () => {
    const one = begin({ session: false })
    await asked(one, `/Calls/${CALLER}.json Twiml=`)
    answers[`Calls/${CALLER}`] = { status: 500, body: {} }
    const other = begin({ session: false })
    await expect.poll(() => other.done, { timeout: 10_000 }).toContain('lost never')
  })

  it('an action that never comes: the call is told without being asked, and a late one is answered the same', async () => {
    const one = begin()
    await clock.advance(12_000)
    await asked(one, `/Calls/${CALLER}.json Twiml=`)
    expect(one.done).toEqual(['joined', 'end'])
    expect(one.action()).toContain('<Conference')
  })

  it('an action that never comes, and a call that is not taken over either: given back; a late action is answered with the words', async () => {
    answers[`Calls/${CALLER}`] = { status: 503, body: {} }
    const one = begin()
    await clock.advance(12_000)
    await expect.poll(() => one.done, { timeout: 10_000 }).toContain('lost never')
    expect(one.action()).toBe(WORDS)
  })

  it('last words that never end give the caller back, who is where they were', async () => {
    const one = begin({ heard: new Promise(() => undefined) })
    await clock.advance(30_000)
    expect([one.done, vendor.requests]).toEqual([['lost never', 'over'], []])
  })

  it('a caller whose conference was ended by somebody else asks what to do, and gets the words', async () => {
    const one = await met(CALLER, OPERATOR)
    one.conference.callerAsks()
    expect(one.done).toContain('lost left')
    one.conference.words()
    expect(one.asked().filter((each) => each.includes('Url='))).toEqual([])
  })

  it('a caller who cannot be had back: the conference is ended at last, then the call', async () => {
    answers[`Calls/${CALLER}`] = { status: 500, body: {} }
    const one = await met(CALLER)
    const back = one.conference.back()
    const failed = expect(back).rejects.toMatchObject({ code: 'unreachable' })
    for (let times = 0; times < 3; times++) await clock.advance(8000)
    await failed
    await asked(one, `/Conferences/${ROOM}.json Status=completed`)
    expect(one.done).toContain('hang-up connection')
  })

  it('the caller hangs up: the operator is left in no empty room', async () => {
    const one = await met(CALLER, OPERATOR)
    one.hangsUp()
    await asked(one, `/Conferences/${ROOM}.json Status=completed`)
    await asked(one, `/Calls/${OPERATOR}.json Status=completed`)
    expect(one.done).toEqual(['joined', 'end', 'over'])
    expect(clock.waiting).toBe(0)
  })
})
