import { Writable } from 'node:stream'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLogger } from '../logger.ts'
import { OTHER_ORGANISATION, startTestRelay, type TestRelay } from '../relay.test-kit.ts'
import { phoneNumbers } from '../store/schema.ts'

interface Numbered {
  success: boolean
  phoneNumbers: Shown[]
  phoneNumber: Shown
  code: string
  errors?: { path: string; message: string }[]
}
interface Shown extends Record<string, unknown> {
  id: string
  webhookUrl: string
  websocketUrl?: string
  statusUrl: string
}

const PUBLIC = 'https://relay.example'
const TWILIO = {
  TWILIO_ACCOUNT_SID: `AC${'ab'.repeat(16)}`,
  TWILIO_AUTH_TOKEN: 'twilio-token-of-the-house',
  TWILIO_PHONE_NUMBER: '+12025550177',
}
const exotelConfig = {
  apiKey: 'exotel-key-of-lamps',
  apiToken: 'exotel-token-of-lamps',
  sid: 'lampshop1',
  appId: '4711-app',
  domain: 'api.in.exotel.com',
  region: 'in',
}

let house: TestRelay
let token: string
let lines = ''
beforeAll(async () => {
  const destination = new Writable({
    write(chunk, _, done) {
      lines += String(chunk)
      done()
    },
  })
  const logger = createLogger({ level: 'trace', destination })
  house = await startTestRelay({ env: { PUBLIC_URL: PUBLIC, ...TWILIO }, extras: { logger } })
  token = await house.token('admin')
})
afterAll(() => house.close())

let last = 0
/** A fresh number of ours, valid and unused. */
const fresh = () => `+9198765${String(++last).padStart(5, '0')}`

async function ask(method: string, path = '', json?: unknown, who = token) {
  const answer = await house.ask(`/api/phone-numbers${path}`, { method, token: who, ...(json === undefined ? {} : { json }) })
  const text = await answer.text()
  return { status: answer.status, type: answer.headers.get('content-type'), text, body: JSON.parse(text) as Numbered }
}
const list = async (who = token) => (await ask('GET', '', undefined, who)).body.phoneNumbers
async function imported(more: object = {}): Promise<Shown> {
  const { status, body } = await ask('POST', '', { phoneNumber: fresh(), provider: 'exotel', exotelConfig, ...more })
  expect(status).toBe(201)
  return body.phoneNumber
}
async function refused(method: string, path: string, json?: unknown, who = token) {
  const { status, type, body, text } = await ask(method, path, json, who)
  expect(type).toBe('application/problem+json')
  expect(body.success).toBe(false)
  expect(text).not.toMatch(/exotel-(key|token)/)
  return { status, code: body.code, paths: body.errors?.map(({ path: each }) => each) }
}

describe('the numbers API', () => {
  it('imports, lists, changes and deletes a number as the guide does it', async () => {
    const phoneNumber = '+919876543210'
    const made = await ask('POST', '', {
      phoneNumber: '+91 98765-43210',
      displayName: 'Support Line',
      provider: 'exotel',
      exotelConfig,
      linkedAgentId: 'demo',
      userId: 'mukul',
    })
    expect(made.status).toBe(201)
    const { id } = made.body.phoneNumber
    expect(made.body).toMatchObject({
      success: true,
      phoneNumber: {
        phoneNumber,
        displayName: 'Support Line',
        provider: 'exotel',
        linkedAgentId: 'demo',
        status: 'active',
        isActive: true,
      },
    })
    const listed = await ask('GET', '?userId=mukul')
    expect(listed.status).toBe(200)
    expect(listed.body.success).toBe(true)
    expect(listed.body.phoneNumbers).toContainEqual(made.body.phoneNumber)

    const changed = await ask('PUT', '', { id, displayName: 'New Name', linkedAgentId: null, status: 'inactive' })
    expect(changed.status).toBe(200)
    expect(changed.body).toMatchObject({
      success: true,
      phoneNumber: { id, displayName: 'New Name', linkedAgentId: null, isActive: false, status: 'inactive', phoneNumber },
    })
    expect(
      (
        await ask('PUT', `/${id}`, {
          isActive: true,
          inboundAnswer: 'url',
          allowedIps: ['203.0.113.0/24', '2001:db8::1'],
          carriers: ['exotel'],
        })
      ).body,
    ).toMatchObject({
      phoneNumber: { id, status: 'active', inboundAnswer: 'url', allowedIps: ['203.0.113.0/24', '2001:db8::1'], carriers: ['exotel'] },
    })
    expect((await ask('GET', `/${id}`)).body.phoneNumber).toMatchObject({ id, displayName: 'New Name', inboundAnswer: 'url' })

    expect(await ask('DELETE', `?id=${id}`)).toMatchObject({ status: 200, body: { success: true } })
    expect(await refused('GET', `/${id}`)).toMatchObject({ status: 404, code: 'not_found' })
    const again = await imported({ phoneNumber })
    expect(await ask('DELETE', `/${again.id}`)).toMatchObject({ status: 200, body: { success: true } })
    expect(await refused('DELETE', `?id=${again.id}`)).toMatchObject({ status: 404 })
  })

  it('gives complete URLs under PUBLIC_URL, a socket for Exotel alone', async () => {
    const { id, webhookUrl, websocketUrl, statusUrl } = await imported()
    const secret = '[A-Za-z0-9_-]{43}'
    expect(webhookUrl).toMatch(new RegExp(`^${PUBLIC}/api/telephony/webhook/${id}/${secret}$`))
    expect(statusUrl).toMatch(new RegExp(`^${PUBLIC}/api/telephony/status/${id}/${secret}$`))
    expect(websocketUrl).toMatch(new RegExp(`^wss://relay.example/api/telephony/ws/${id}/${secret}\\?sample-rate=8000$`))
    expect(websocketUrl).not.toContain(webhookUrl.split('/').at(-1))
    const optima = await imported({ provider: 'optima', optimaConfig: { token: 'optima-token' }, exotelConfig: undefined })
    expect(optima.websocketUrl).toBeUndefined()
  })

  it('takes what a carrier sets as an object, as itself or as JSON text', async () => {
    const relay = { attributes: { ttsProvider: 'ElevenLabs', interruptSensitivity: 'medium' }, languages: [], parameters: {} }
    const config = { accountSid: TWILIO.TWILIO_ACCOUNT_SID, authToken: 'token-of-a-number' }
    for (const given of [relay, JSON.stringify(relay)]) {
      const number = await imported({ provider: 'twilio', exotelConfig: undefined, twilioConfig: { ...config, relay: given } })
      expect(number).toMatchObject({ twilioConfig: { relay } })
    }
  })

  it.each(['imported', 'env-twilio'])('takes %s back as it told it', async (which) => {
    const told = which === 'imported' ? await imported() : (await ask('GET', `/${which}`)).body.phoneNumber
    const { updatedAt: _, ...same } = told
    const { status, body } = await ask('PUT', '', told)
    expect([status, body.phoneNumber]).toEqual([200, expect.objectContaining(same)])
  })

  it('tells what each carrier’s numbers are able to do', async () => {
    const [exotel, env] = [await imported(), (await list()).find(({ id }) => id === 'env-twilio')]
    expect(env).toMatchObject({ abilities: { places: true, streams: true, signs: true } })
    expect(exotel).toMatchObject({ abilities: { places: true, streams: true, signs: false } })
    const optima = { phoneNumber: '+919000000077', provider: 'optima', exotelConfig: undefined, optimaConfig: { token: 't' } }
    expect(await imported(optima)).toMatchObject({ abilities: { places: true, streams: true, transfers: false } })
  })

  it.each([
    [{ phoneNumber: '12345' }, 'invalid_phone_number', ['phoneNumber']],
    [{ phoneNumber: '+1234567890' }, 'invalid_phone_number', ['phoneNumber']],
    [{ phoneNumber: '+91987654321000' }, 'invalid_phone_number', ['phoneNumber']],
    [{ phoneNumber: undefined }, 'invalid_request', ['phoneNumber']],
    [{ provider: 'acme' }, 'invalid_request', ['provider']],
    [{ exotelConfig: undefined }, 'invalid_request', ['exotelConfig.apiKey', 'exotelConfig.apiToken', 'exotelConfig.sid']],
    [{ exotelConfig: { ...exotelConfig, apiToken: '' } }, 'invalid_request', ['exotelConfig.apiToken', 'exotelConfig.apiToken']],
    [{ exotelConfig: { ...exotelConfig, domain: 'evil.example' } }, 'invalid_request', ['exotelConfig.domain']],
    [{ exotelConfig: { ...exotelConfig, region: 'mars' } }, 'invalid_request', ['exotelConfig.region']],
    [{ exotelConfig: undefined, twilioConfig: { accountSid: 'x' } }, 'invalid_request', ['exotelConfig']],
    [{ provider: 'twilio', twilioConfig: { accountSid: 'AC1', authToken: 'x' } }, 'invalid_request', ['twilioConfig.accountSid']],
    [{ provider: 'optima', optimaConfig: { token: 't', apiBaseUrl: 'http://10.0.0.1' } }, 'invalid_request', ['optimaConfig.apiBaseUrl']],
    [
      { provider: 'optima', optimaConfig: { token: 't', apiBaseUrl: 'https://evil.example' } },
      'invalid_request',
      ['optimaConfig.apiBaseUrl'],
    ],
    [{ provider: 'jiocx', jiocxConfig: { organizationName: 'Shop' } }, 'invalid_request', ['jiocxConfig.username', 'jiocxConfig.password']],
    [{ linkedAgentId: 'nobody' }, 'invalid_request', ['linkedAgentId']],
    [{ allowedIps: ['203.0.113.0/33'] }, 'invalid_request', ['allowedIps.0']],
    [{ displayName: 'a\u0000b' }, 'invalid_request', ['displayName']],
    [{ status: 'asleep' }, 'invalid_request', ['status']],
  ])('refuses to import %j', async (more, code, paths) => {
    const before = (await list()).length
    const answer = await refused('POST', '', { phoneNumber: fresh(), provider: 'exotel', exotelConfig, ...more })
    expect(answer).toEqual({ status: 400, code, paths })
    expect((await list()).length).toBe(before)
  })

  it('keeps a number once in an organisation, and again in another', async () => {
    const phoneNumber = fresh()
    const first = await imported({ phoneNumber })
    const second = await imported()
    expect(await refused('POST', '', { phoneNumber, provider: 'exotel', exotelConfig })).toMatchObject({ status: 409, code: 'conflict' })
    expect(await refused('PUT', `/${second.id}`, { phoneNumber })).toMatchObject({ status: 409, code: 'conflict' })
    expect((await ask('PUT', `/${first.id}`, { phoneNumber, displayName: 'same' })).status).toBe(200)
    const other = await house.token('admin', OTHER_ORGANISATION)
    expect((await ask('POST', '', { phoneNumber, provider: 'exotel', exotelConfig }, other)).status).toBe(201)
    const together = fresh()
    const at = await Promise.all([0, 1, 2].map(() => ask('POST', '', { phoneNumber: together, provider: 'exotel', exotelConfig })))
    expect(at.map(({ status }) => status).toSorted()).toEqual([201, 409, 409])
  })

  it('shows and lends nothing to another organisation', async () => {
    const { id } = await imported()
    const other = await house.token('admin', OTHER_ORGANISATION)
    const agent = await house.ask('/api/agents', { method: 'POST', token: other, json: { name: 'Theirs' } })
    const { agent: theirs } = (await agent.json()) as { agent: { id: string } }
    for (const foreign of [id, 'env-twilio']) {
      expect((await list(other)).map((each) => each.id)).not.toContain(foreign)
      const attempts = [
        ['GET', `/${foreign}`],
        ['PUT', `/${foreign}`, { displayName: 'mine' }],
        ['PUT', '', { id: foreign, displayName: 'mine' }],
        ['DELETE', `/${foreign}`],
        ['DELETE', `?id=${foreign}`],
        ['POST', `/${foreign}/rotate-secret`],
      ] as const
      for (const [method, path, json] of attempts) expect(await refused(method, path, json, other)).toMatchObject({ status: 404 })
    }
    expect(await refused('PUT', `/${id}`, { linkedAgentId: theirs.id })).toMatchObject({ status: 400, paths: ['linkedAgentId'] })
    expect(await refused('PUT', '/env-twilio', { linkedAgentId: theirs.id })).toMatchObject({ status: 400, paths: ['linkedAgentId'] })
  })

  it('is for operators to read and for admins to change, and viewers see no secrets', async () => {
    const { id } = await imported()
    const [viewer, operator] = [await house.token('viewer'), await house.token('operator')]
    expect(await refused('GET', '', undefined, viewer)).toMatchObject({ status: 403 })
    expect(await refused('GET', `/${id}`, undefined, 'nonsense')).toMatchObject({ status: 401 })
    expect((await ask('GET', `/${id}`, undefined, operator)).status).toBe(200)
    for (const [method, path] of [
      ['PUT', `/${id}`],
      ['DELETE', `/${id}`],
      ['POST', ''],
      ['POST', `/${id}/rotate-secret`],
    ] as const) {
      expect(await refused(method, path, method === 'DELETE' ? undefined : {}, operator)).toMatchObject({ status: 403 })
    }
  })

  it('forgets the link when the agent goes', async () => {
    const made = await house.ask('/api/agents', { method: 'POST', token, json: { name: 'Short-lived' } })
    const { agent } = (await made.json()) as { agent: { id: string } }
    const { id } = await imported({ linkedAgentId: agent.id })
    await ask('PUT', '/env-twilio', { linkedAgentId: agent.id })
    await house.ask(`/api/agents/${agent.id}`, { method: 'DELETE', token })
    for (const each of [id, 'env-twilio']) expect((await ask('GET', `/${each}`)).body.phoneNumber).toMatchObject({ linkedAgentId: null })
  })
})

describe('credentials of a number', () => {
  const secrets = [exotelConfig.apiKey, exotelConfig.apiToken, exotelConfig.sid, exotelConfig.appId, ...Object.values(TWILIO).slice(0, 2)]

  it('never come back: not from any route, whatever is sent, nor from the database or the log', async () => {
    const field = fc.constantFrom('apiKey', 'apiToken', 'sid', 'appId', 'domain', 'region', 'authToken', 'token')
    const value = fc.oneof(fc.string({ maxLength: 12 }), fc.constant(null), fc.constant('api.exotel.com'), fc.constant('us'))
    const body = fc.record(
      {
        displayName: fc.string({ maxLength: 12 }),
        exotelConfig: fc.dictionary(field, value, { maxKeys: 4 }),
        provider: fc.constantFrom('exotel', 'twilio'),
        isActive: fc.boolean(),
        status: fc.constantFrom('active', 'inactive', 'odd'),
        linkedAgentId: fc.constantFrom('demo', null, '', 'nobody'),
        phoneNumber: fc.constantFrom('+919876598765', 'odd'),
      },
      { requiredKeys: [] },
    )
    const { id } = await imported()
    const target = fc.constantFrom(id, 'env-twilio')
    const step = fc.oneof(
      fc.tuple(
        fc.constant('PUT'),
        target.map((each) => `/${each}`),
        body,
      ),
      fc.tuple(
        fc.constant('PUT'),
        fc.constant(''),
        fc.tuple(target, body).map(([each, more]) => ({ ...more, id: each })),
      ),
      fc.tuple(
        fc.constant('POST'),
        target.map((each) => `/${each}/rotate-secret`),
        fc.constant({}),
      ),
      fc.tuple(fc.constant('GET'), fc.constantFrom('', `/${id}`, '/env-twilio'), fc.constant(undefined)),
      fc.tuple(
        fc.constant('POST'),
        fc.constant(''),
        body.map((more) => ({ phoneNumber: '+919876512345', exotelConfig, ...more })),
      ),
      fc.tuple(fc.constant('DELETE'), fc.constantFrom('', '/env-twilio', '?id=env-twilio'), fc.constant(undefined)),
    )
    await fc.assert(
      fc.asyncProperty(step, async ([method, path, json]) => {
        const { text, status } = await ask(method, path, json)
        expect(status).toBeLessThan(500)
        for (const secret of secrets) expect(text).not.toContain(secret)
        expect(text).not.toContain('sealed')
      }),
      { numRuns: 150 },
    )
    const rows = await house.relay.store.db.select().from(phoneNumbers)
    const stored = rows.flatMap((row) => [JSON.stringify(row), Buffer.from(row.config).toString('latin1')]).join()
    const shown = (await list()).flatMap(({ webhookUrl, websocketUrl }) =>
      [webhookUrl, websocketUrl ?? 'x/none'].map((url) => url.split('/').at(-1) ?? ''),
    )
    expect(lines).toContain('/api/phone-numbers')
    for (const secret of [...secrets, ...shown]) {
      expect(stored).not.toContain(secret)
      expect(lines).not.toContain(secret)
    }
  })

  it('are replaced one by one, and stay behind when the host changes', async () => {
    const { id } = await imported()
    const before = await ask('GET', `/${id}`)
    expect(before.body.phoneNumber).toMatchObject({
      credentialsSet: ['apiKey', 'apiToken', 'sid', 'appId'],
      exotelConfig: { domain: 'api.in.exotel.com', region: 'in' },
    })
    const changed = await ask('PUT', `/${id}`, { exotelConfig: { apiToken: 'newer', appId: null } })
    expect(changed.body.phoneNumber).toMatchObject({ credentialsSet: ['apiKey', 'apiToken', 'sid'] })
    const moved = await refused('PUT', `/${id}`, { exotelConfig: { domain: 'other.exotel.com' } })
    expect(moved).toEqual({
      status: 400,
      code: 'invalid_request',
      paths: ['apiKey', 'apiToken', 'sid'].map((each) => `exotelConfig.${each}`),
    })
    const whole = { exotelConfig: { domain: 'other.exotel.com', apiKey: 'k2', apiToken: 't2', sid: 's2' } }
    expect((await ask('PUT', `/${id}`, whole)).body.phoneNumber).toMatchObject({ exotelConfig: { domain: 'other.exotel.com' } })
    expect(await refused('PUT', `/${id}`, { provider: 'twilio' })).toMatchObject({ status: 400 })
  })
})

describe('rotate-secret', () => {
  it.each(['imported', 'env-twilio'])('gives %s new URLs, and keeps them', async (which) => {
    const before = which === 'imported' ? await imported() : ((await list()).find(({ id }) => id === which) as Shown)
    const secretOf = (number: Shown) => number.webhookUrl.split('/').at(-1) ?? ''
    const { status, body } = await ask('POST', `/${before.id}/rotate-secret`)
    expect(status).toBe(200)
    const after = body.phoneNumber
    expect(after).toMatchObject({ id: before.id, phoneNumber: before.phoneNumber })
    expect(secretOf(after)).not.toBe(secretOf(before))
    expect((await ask('GET', `/${before.id}`)).body.phoneNumber).toEqual(after)
  })
})
