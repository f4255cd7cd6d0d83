import { describe, expect, it } from 'vitest'
import { TWILIO_ACCOUNT } from '../twilio/account.ts'
import { Customer, withTwilio } from '../twilio/customer.test-kit.ts'
import { JIOCX_ACCOUNT } from './account.ts'
import vectors from './jiocx.vectors.json' with { type: 'json' }

const sandbox = withTwilio()
const { dltEntityId, organization, password, senderId, username } = JIOCX_ACCOUNT
const [ONE, OTHER] = ['+919000000001', '+919000000002']

interface Told {
  call_id: string
  status: string
  message: string
}
async function ask(method: string, path: string, body?: object, token?: string) {
  const answer = await fetch(`${sandbox.url()}/jiocx/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, string> }
}
const login = async () => (await ask('POST', vectors.login.path, { organization, username, password })).body.token ?? ''
/** Joins two phones; what is told comes to the customer. */
async function join(o: Record<string, unknown> = {}) {
  const customer = await Customer.open()
  const token = await login()
  const body = { ...vectors.click2call.json, from: ONE, to: OTHER, caller_id: senderId, webhook_url: `${customer.url}/jiocx`, ...o }
  const placed = await ask('POST', vectors.click2call.path, body, token)
  const { call_id: id = '' } = placed.body
  const told = () => customer.webhooks.filter(({ path }) => path === '/jiocx').map(({ text }) => JSON.parse(text) as Told)
  const until = (status: string) => customer.until(() => told().find((each) => each.status === status))
  return { customer, id, placed, told, token, until }
}

describe('who asks', () => {
  it('logs in, and is let in until the token expires', async () => {
    expect(Object.keys((await ask('POST', vectors.login.path, { organization, username, password })).body)).toEqual(
      Object.keys(vectors.login.response),
    )
    expect((await ask('POST', vectors.login.path, { organization, username, password: 'wrong' })).status).toBe(401)
    await sandbox.ordered('jiocx/settings', { tokenAs: 'accessToken', tokenUses: 2 })
    const { accessToken: token } = (await ask('POST', vectors.login.path, { organization, username, password })).body
    const statuses = []
    for (let n = 0; n < 3; n++) statuses.push((await ask('GET', '/voice/status/none', undefined, token)).status)
    expect(statuses).toEqual([404, 404, 401])
    await sandbox.ordered('jiocx/settings', { tokenUses: 0, tokenAs: 'token' })
    const next = await login()
    await sandbox.post('jiocx/expire')
    expect((await ask('GET', '/voice/status/none', undefined, next)).status).toBe(401)
    expect((await ask('GET', '/voice/status/none')).status).toBe(401)
  })

  it('shows user and password in every body, where that is wanted: a GET has none', async () => {
    await sandbox.ordered('jiocx/settings', { auth: 'body' })
    const own = { username, password }
    await sandbox.script({ number: ONE, does: 'no-answer' })
    const { id, placed } = await join(own)
    expect(placed.status).toBe(200)
    expect((await join({ username, password: 'wrong' })).placed.status).toBe(401)
    expect((await ask('GET', `/voice/status/${id}`)).status).toBe(401)
    for (const [path, body] of [
      [`/voice/status/${id}`, own],
      ['/voice/status', { ...own, call_id: id }],
    ] as const)
      expect((await ask('POST', path, body)).body.call_id).toBe(id)
    expect((await ask('POST', '/voice/status', own)).status).toBe(404)
    expect((await ask('POST', '/account/credits', own)).status).toBe(200)
    expect((await ask('POST', '/voice/hangup', { call_id: id })).status).toBe(401)
    expect((await ask('POST', '/voice/hangup', { ...own, call_id: id })).body.success).toBe(true)
    await sandbox.ordered('jiocx/settings', { auth: 'bearer' })
    expect((await ask('POST', `/voice/status/${id}`, {}, await login())).status).toBe(405)
  })

  it.each([
    [{ caller_id: 'OTHER' }, 403],
    [{ dlt_entity_id: '7' }, 403],
    [{ from: '9000000001' }, 400],
    [{ timeout: 0 }, 400],
  ])('is refused with %j: %i', async (more, status) => {
    const { placed } = await join(more)
    expect(placed.status).toBe(status)
    expect(await sandbox.phones()).toEqual([])
  })

  it('must have credit, and the DLT entity where that is wanted', async () => {
    await sandbox.ordered('jiocx/settings', { credits: 1, dltNeeded: true })
    expect((await join()).placed.status).toBe(403)
    expect((await join({ dlt_entity_id: dltEntityId })).placed.status).toBe(200)
    expect((await join({ dlt_entity_id: dltEntityId })).placed.status).toBe(402)
  })
})

describe('two phones', () => {
  it('are rung one after the other and hear each other, until one hangs up', async () => {
    // The one that is rung last hangs up: the first might take the ringing for a voice, and leave too early.
    await sandbox.script({ number: ONE, says: [{ pauseMs: 20_000 }] })
    await sandbox.script({ number: OTHER, says: [{ text: 'Good morning, this is the shop.' }], hangsUpAfterMs: 100 })
    const { id, placed, told, token, until } = await join()
    expect(Object.keys(placed.body)).toEqual(Object.keys(vectors.click2call.response))
    await until('completed')
    expect(told().map(({ status }) => status)).toEqual(['connecting', 'connected', 'completed'])
    expect((await ask('GET', `/voice/status/${id}`, undefined, token)).body).toMatchObject({
      call_id: id,
      status: 'completed',
      message: '',
    })
    const [first, second] = await sandbox.phones()
    expect([first, second].map((each) => each?.end)).toEqual(['hung-up', 'hung-up'])
    const heard = await sandbox.audio(id, 'heard')
    expect(heard.some((sample) => Math.abs(sample) > 2000)).toBe(true)
  })

  it.each([
    [ONE, 'decline', 'first party: busy', 1],
    [OTHER, 'no-answer', 'second party: no answer', 2],
    [OTHER, 'busy', 'second party: busy', 2],
    [OTHER, 'fail', 'second party: number not in service', 2],
  ] as const)('fail when %s does %s: %s', async (number, does, message, rung) => {
    await sandbox.script({ number, does })
    if (number === OTHER) await sandbox.script({ number: ONE, says: [{ pauseMs: 9000 }] })
    const { until } = await join({ timeout: 1 })
    expect(await until('failed')).toMatchObject({ message })
    expect(await sandbox.phones()).toHaveLength(rung)
  })

  it('are hung up when that is asked, once', async () => {
    for (const number of [ONE, OTHER]) await sandbox.script({ number, says: [{ pauseMs: 9000 }] })
    const { id, token, until } = await join()
    await until('connected')
    expect((await ask('POST', `/voice/hangup/${id}`, {}, token)).body).toEqual({ success: true, message: '' })
    await until('completed')
    expect((await sandbox.phones()).map(({ state }) => state)).toEqual(['over', 'over'])
    expect((await ask('POST', `/voice/hangup/${id}`, {}, token)).body.success).toBe(false)
    expect((await ask('POST', '/voice/hangup/none', {}, token)).status).toBe(404)
  })

  it('may be a number of another carrier: there the call comes in, and both hear each other', async () => {
    await sandbox.script({ number: ONE, says: [{ waitForSpeechMs: 300 }, { text: 'Yes, hello.' }, { digits: '5' }, { pauseMs: 9000 }] })
    const customer = await Customer.open()
    customer.replies['/voice'] = () => ({
      body: '<Response><Gather numDigits="1" timeout="20" action="/keys"><Say>Welcome to the shop.</Say></Gather></Response>',
    })
    customer.replies['/keys'] = () => ({ body: '<Response><Hangup/></Response>' })
    await sandbox.ordered('twilio/numbers', { phoneNumber: TWILIO_ACCOUNT.phoneNumber, voiceUrl: `${customer.url}/voice` })
    const { until } = await join({ to: TWILIO_ACCOUNT.phoneNumber })
    await until('completed')
    const asked = customer.webhooks.map(({ path, form }) => [path, form.Direction, form.From, form.Digits])
    expect(asked).toEqual([
      ['/voice', 'inbound', JIOCX_ACCOUNT.phoneNumber, undefined],
      ['/keys', 'inbound', JIOCX_ACCOUNT.phoneNumber, '5'],
    ])
    await sandbox.ordered('jiocx/settings', { shows: 'first' })
    await sandbox.script({ number: ONE, says: [{ digits: '5' }, { pauseMs: 9000 }] })
    const again = await join({ to: TWILIO_ACCOUNT.phoneNumber })
    await again.until('completed')
    expect(customer.webhooks.at(-1)?.form.From).toBe(ONE)
  })
})

describe('a recorded message', () => {
  it('is played to the phone, and the call ends with it', async () => {
    await sandbox.script({ number: ONE, says: [{ pauseMs: 9000 }] })
    const customer = await Customer.open()
    const header = Buffer.alloc(44)
    header.write('RIFF', 0, 'latin1')
    header.write('WAVEfmt ', 8, 'latin1')
    for (const [at, value] of [
      [16, 16],
      [24, 8000],
      [28, 16_000],
    ] as const)
      header.writeUInt32LE(value, at)
    for (const [at, value] of [
      [20, 1],
      [22, 1],
      [32, 2],
      [34, 16],
    ] as const)
      header.writeUInt16LE(value, at)
    header.write('data', 36, 'latin1')
    header.writeUInt32LE(16_000, 40)
    customer.replies['/a.wav'] = () => ({ body: Buffer.concat([header, Buffer.alloc(16_000, 'ab')]) as unknown as string })
    const body = {
      ...vectors.obd.json,
      to: ONE,
      caller_id: senderId,
      audio_url: `${customer.url}/a.wav`,
      webhook_url: `${customer.url}/jiocx`,
    }
    const { body: placed, status } = await ask('POST', vectors.obd.path, body, await login())
    expect(status).toBe(200)
    await customer.until(() =>
      customer.webhooks.find(({ path, text }) => path === '/jiocx' && (JSON.parse(text) as Told).status === 'completed'),
    )
    expect((await sandbox.audio(placed.call_id ?? '', 'heard')).length).toBeGreaterThanOrEqual(8000)
    expect((await ask('POST', vectors.obd.path, { ...body, audio_url: `${customer.url}/none` }, await login())).status).toBe(400)
  })
})

describe('what goes wrong', () => {
  it('is ordered: errors before and after the phone rings, silence, calls that never leave, lost and repeated callbacks', async () => {
    const order = (kind: string, more: object = {}) => sandbox.order({ service: 'jiocx', kind: kind as 'place-500', ...more })
    await order('place-500')
    expect((await join()).placed.status).toBe(500)
    await order('place-stuck')
    const { id, token } = await join()
    await order('status', { status: 503 })
    expect((await ask('GET', `/voice/status/${id}`, undefined, token)).status).toBe(503)
    expect((await ask('GET', `/voice/status/${id}`, undefined, token)).body.status).toBe('initiated')
    await order('update-404')
    expect((await ask('POST', `/voice/hangup/${id}`, {}, token)).status).toBe(404)
    expect(await sandbox.phones()).toEqual([])
    await order('place-then-500')
    await sandbox.script({ number: ONE, does: 'decline' })
    const rung = await join()
    expect(rung.placed.status).toBe(500)
    await rung.until('failed')
    await order('callbacks-repeated')
    await sandbox.script({ number: ONE, does: 'decline' })
    const repeated = await join()
    await repeated.customer.until(() => repeated.told().filter(({ status }) => status === 'failed').length === 2)
  })
})
