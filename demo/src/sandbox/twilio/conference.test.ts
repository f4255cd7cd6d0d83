import { createHmac } from 'node:crypto'
import twilioPackage from 'twilio'
import { expect, test } from 'vitest'
import { voice } from '../gemini-live/live.test-kit.ts'
import { TWILIO_ACCOUNT } from './account.ts'
import { Customer, type PhoneRecord, withTwilio } from './customer.test-kit.ts'

/** Calls that meet in a conference, over real HTTP. */

const twilio = withTwilio()
const ONE = '+12025550101'
const OTHER = '+12025550102'
const APP = 'AP5a4db0c05a4db0c05a4db0c05a4d0004'

/** A customer that sends whoever is answered into a room, and is told of it. */
async function room(attributes = '', after = '') {
  const customer = await Customer.open()
  const events = `statusCallback="${customer.url}/room" statusCallbackEvent="start end join leave mute hold"`
  const body = `<Response><Dial><Conference ${events} ${attributes}>room &amp; board</Conference></Dial>${after}</Response>`
  for (const path of ['/voice', '/app']) customer.replies[path] = () => ({ body })
  const told = () => customer.told('/room').map(({ form }) => form.StatusCallbackEvent ?? '')
  return {
    customer,
    told,
    until: (event: string, times = 1) => customer.until(() => told().filter((each) => each === event).length >= times),
  }
}
const answering = (number: string, more: object = {}) => twilio.script({ number, does: 'answer', afterMs: 0, ...more })
const phoneOf = async (sid: unknown): Promise<PhoneRecord | undefined> =>
  (await twilio.phones()).find(({ carrierCallId }) => carrierCallId === sid)

/** How much of what was said is in what was heard, at its best place: 1 is all of it. */
function likeness(heard: Int16Array, said: Int16Array): number {
  const energy = (samples: Int16Array, from = 0, to = samples.length) => {
    let sum = 0
    for (let n = from; n < to; n++) sum += (samples[n] ?? 0) ** 2
    return sum
  }
  const own = Math.sqrt(energy(said))
  let best = 0
  for (let at = 0; at + said.length <= heard.length; at += 1) {
    let sum = 0
    // Every fourth sample is enough to find it.
    for (let n = 0; n < said.length; n += 4) sum += (heard[at + n] ?? 0) * (said[n] ?? 0)
    if (sum * 4 <= best * own * own) continue
    best = Math.max(best, (sum * 4) / (own * Math.sqrt(energy(heard, at, at + said.length)) || 1))
  }
  return best
}

test('two phones hear each other, and Twilio tells who comes and goes, signed', async () => {
  const { customer, told, until } = await room('participantLabel="caller" endConferenceOnExit="true"')
  await answering(ONE)
  const { body } = await twilio.place(customer)
  await until('participant-join')
  const join = customer.told('/room')[0]
  expect(join?.form).toMatchObject({ FriendlyName: 'room & board', ParticipantLabel: 'caller', CallSid: body.sid, Muted: 'false' })
  const conferenceSid = join?.form.ConferenceSid ?? ''
  expect(conferenceSid).toMatch(/^CF[0-9a-f]{32}$/)

  await answering(OTHER)
  const rung = await twilio.rest(`/Conferences/${conferenceSid}/Participants.json`, {
    From: TWILIO_ACCOUNT.phoneNumber,
    To: OTHER,
    Label: 'operator',
    StatusCallback: `${customer.url}/operator`,
    StatusCallbackEvent: ['answered', 'completed'],
  })
  expect([rung.status, rung.body]).toMatchObject([201, { status: 'queued', label: 'operator', conference_sid: conferenceSid }])
  await until('conference-start')
  const said = await voice.say('The lamp is blue.', 'slt', 8000)
  const answer = await voice.say('I will take two of them.', 'rms', 8000)
  const [one, other] = [await phoneOf(body.sid), await phoneOf(rung.body.call_sid)]
  await twilio.ordered(`phones/calls/${one?.id}/act`, { text: 'The lamp is blue.' })
  await twilio.ordered(`phones/calls/${other?.id}/act`, { text: 'I will take two of them.', voice: 'rms' })
  const hasHeard = async (sid: unknown) => (await phoneOf(sid))?.voice.some(({ toMs }) => toMs !== undefined)
  for (const sid of [body.sid, rung.body.call_sid]) await expect.poll(() => hasHeard(sid), { timeout: 20_000 }).toBe(true)
  const heardByOther = await twilio.audio(other?.id ?? '', 'heard')
  const heardByOne = await twilio.audio(one?.id ?? '', 'heard')
  expect(likeness(heardByOther, said)).toBeGreaterThan(0.95)
  expect(likeness(heardByOne, answer)).toBeGreaterThan(0.95)
  expect(likeness(heardByOne, said)).toBeLessThan(0.5)

  // The caller goes: it ends for both.
  await twilio.ordered(`phones/calls/${one?.id}/act`, { do: 'hang-up' })
  await until('conference-end')
  await customer.until(() => customer.told('/operator').find(({ form }) => form.CallStatus === 'completed'))
  expect(told()).toEqual([
    'participant-join',
    'participant-join',
    'conference-start',
    'participant-leave',
    'participant-leave',
    'conference-end',
  ])
  for (const { form, headers } of customer.told('/room')) {
    const signature = String(headers['x-twilio-signature'])
    expect(twilioPackage.validateRequest(TWILIO_ACCOUNT.authToken, signature, `${customer.url}/room`, form)).toBe(true)
  }
})

test('who is told to do something else leaves, and the other stays until it is ended over REST', async () => {
  const { customer, until } = await room('', '<Redirect>/next</Redirect>')
  for (const number of [ONE, OTHER]) await answering(number)
  const sids: unknown[] = []
  for (const To of [ONE, OTHER]) sids.push((await twilio.place(customer, { To })).body.sid)
  await until('conference-start')
  const away = await twilio.rest(`/Calls/${sids[0]}.json`, { Twiml: '<Response><Pause length="60"/></Response>' })
  expect(away.status).toBe(200)
  await until('participant-leave')
  const sid = customer.told('/room')[0]?.form.ConferenceSid
  expect((await twilio.rest(`/Conferences/${sid}.json`)).body.status).toBe('in-progress')
  expect((await twilio.rest(`/Conferences/${sid}.json`, { Status: 'completed' })).body.status).toBe('completed')
  await customer.until(() => customer.told('/next').find(({ form }) => form.CallSid === sids[1]))
  expect(customer.told('/next').map(({ form }) => form.CallSid)).not.toContain(sids[0])
})

test('participants can be muted, held, and asked about by call or label', async () => {
  const { customer, until } = await room('participantLabel="caller"')
  await answering(ONE)
  const { body } = await twilio.place(customer)
  await until('participant-join')
  const sid = customer.told('/room')[0]?.form.ConferenceSid
  const change = await twilio.rest(`/Conferences/${sid}/Participants/caller.json`, { Muted: 'true', Hold: 'true' })
  expect(change.body).toMatchObject({ call_sid: body.sid, muted: true, hold: true, status: 'connected' })
  await until('participant-hold')
  expect((await twilio.rest(`/Conferences/${sid}/Participants/${body.sid}.json`)).body.label).toBe('caller')
  expect((await twilio.rest(`/Conferences/${sid}/Participants.json`)).body.participants).toHaveLength(1)
  expect((await twilio.rest(`/Conferences/${sid}/Participants/nobody.json`)).status).toBe(404)
  expect((await twilio.rest('/Conferences/CF00/Participants.json', { From: ONE, To: OTHER })).status).toBe(404)
  expect((await twilio.rest(`/Conferences/${sid}/Participants.json`, { From: ONE, To: '12' })).status).toBe(400)
})

test('a phone that does not come off is told as such', async () => {
  const { customer, until } = await room()
  await answering(ONE)
  await twilio.place(customer)
  await until('participant-join')
  const sid = customer.told('/room')[0]?.form.ConferenceSid
  await twilio.script({ number: OTHER, does: 'busy' })
  const form = { From: TWILIO_ACCOUNT.phoneNumber, To: OTHER, StatusCallback: `${customer.url}/operator` }
  expect((await twilio.rest(`/Conferences/${sid}/Participants.json`, form)).status).toBe(201)
  await customer.until(() => customer.told('/operator').find((each) => each.form.CallStatus === 'busy'))
})

/** What a page's kit is let in with. */
function token(expiresInS: number, secret: string = TWILIO_ACCOUNT.apiKeySecret) {
  const part = (o: object) => Buffer.from(JSON.stringify(o)).toString('base64url')
  const grants = { identity: 'operator_1', voice: { outgoing: { application_sid: APP } } }
  const claims = { iss: TWILIO_ACCOUNT.apiKeySid, sub: TWILIO_ACCOUNT.accountSid, exp: Math.round(Date.now() / 1000) + expiresInS, grants }
  const signed = `${part({ alg: 'HS256' })}.${part(claims)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

test('a page’s kit comes in by its token, as client:…, with what it says at its connect', async () => {
  const { customer, until } = await room()
  const voiceUrl = `${customer.url}/app`
  const connect = (accessToken: string) => twilio.post('twilio/clients', { accessToken, params: { ticket: 't_1' }, voiceUrl })
  expect((await connect(token(60, 'another secret'))).status).toBe(401)
  expect(await (await connect(token(-60))).json()).toMatchObject({ code: 20_104 })
  expect((await connect(token(60))).status).toBe(201)
  const asked = await customer.until(() => customer.told('/app')[0])
  expect(asked.form).toMatchObject({ From: 'client:operator_1', To: '', ticket: 't_1' })
  await until('participant-join')
})

test('what is told of a conference can be lost', async () => {
  const { customer, told, until } = await room('endConferenceOnExit="true"')
  await twilio.order({ service: 'twilio', kind: 'callbacks-lost', match: 'conference of', only: ['participant-join'] })
  await answering(ONE, { says: [{ pauseMs: 300 }], hangsUpAfterMs: 0 })
  await twilio.place(customer)
  await until('conference-end')
  expect(told()).toEqual(['participant-leave', 'conference-end'])
})
