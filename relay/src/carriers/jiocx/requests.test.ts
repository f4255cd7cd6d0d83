import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Permit } from '../../calls/ports.ts'
import { TestClock } from '../../clock.test-kit.ts'
import { createLogger } from '../../logger.ts'
import { readSettings, type Settings } from '../../settings.ts'
import type { PlaceOrder } from '../carrier.ts'
import { JiocxConfig } from './config.ts'
import { jiocx } from './index.ts'
import vectors from './jiocx.vectors.json' with { type: 'json' }

/** What JioCX is asked, seen by a server that hands out tokens and takes only those that it has not let expire. */

interface Asked {
  line: string
  body: unknown
  authorization: string | undefined
  headers: Record<string, unknown>
}
/** A login’s answer of the vectors, with this token. */
const withToken = (answer: object, token: string) => Object.fromEntries(Object.keys(answer).map((name) => [name, token]))

let asked: Asked[]
let valid: Set<string>
let tokens: number
let answers: Record<string, { status?: number; body: object }>
let clock: TestClock
let settings: Settings
let origin: string
let server: ReturnType<typeof createServer>

beforeEach(async () => {
  asked = []
  valid = new Set()
  tokens = 0
  clock = new TestClock()
  answers = {}
  server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const line = `${request.method} ${request.url}`
    const { authorization } = request.headers
    asked.push({ line, body: text === '' ? undefined : JSON.parse(text), authorization, headers: request.headers })
    const give = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (line === 'POST /v1/auth/login') {
      const own = answers[line]
      if (own) return void give(own.status ?? 200, own.body)
      tokens += 1
      valid.add(`T${tokens}`)
      return void give(200, withToken(tokens % 2 ? vectors.login.response : vectors.login.response_variant, `T${tokens}`))
    }
    if (!valid.has(authorization?.replace('Bearer ', '') ?? '')) return void give(401, { message: 'token expired' })
    const { body, status = 200 } = answers[line] ?? { status: 404, body: {} }
    give(status, body)
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  settings = readSettings({ JIOCX_API_BASE_URL: `${origin}/v1` })
  answers[`POST /v1${vectors.click2call.path}`] = { body: vectors.click2call.response }
  answers[`GET /v1${vectors.status.path}`] = { body: vectors.status.response }
  answers[`POST /v1${vectors.hangup.path}`] = { body: vectors.hangup.response }
  answers[`POST /v1${vectors.obd.path}`] = { body: vectors.click2call.response_variant }
})
afterEach(async () => {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
})

const config = JiocxConfig.parse({ organizationName: 'ORG', username: 'USER', password: 'PASS', apiKey: 'K', senderId: 'SENDER' })
const open = (own: Partial<JiocxConfig> = {}, env?: Record<string, string>) =>
  jiocx.open(
    { ...config, ...own },
    {
      settings: env ? readSettings({ JIOCX_API_BASE_URL: `${origin}/v1`, ...env }) : settings,
      clock,
      logger: createLogger({ level: 'silent' }),
    },
  )
const { from, to } = vectors.click2call.json
const permit = (number = from): Permit => ({
  callId: 'c_1',
  number,
  decisionId: 'd_1',
  redeem(use) {
    if (use.number !== number || use.callId !== 'c_1') throw new Error('for another call or number')
  },
})
const order: PlaceOrder = {
  callId: 'c_1',
  to: from,
  bridgeTo: to,
  from: '+911140845784',
  urls: { answer: 'https://r/a', status: 'https://r/s', recording: 'https://r/r', machine: 'https://r/m' },
  answerWithinMs: 30_000,
  maxDurationMs: 600_000,
  record: false,
  detectMachine: 'no',
}
const lines = () => asked.map(({ line }) => line.replace('/v1', ''))

describe('JioCX is asked', () => {
  it('to join two phones, word for word: log in, then the phone of who asked, then the other', async () => {
    const placed = await open().place(permit(), order)
    expect(placed).toEqual({ carrierCallId: 'c1', status: 'initiated' })
    expect(asked).toMatchObject([
      { line: `POST /v1${vectors.login.path}`, body: vectors.login.json },
      { line: `POST /v1${vectors.click2call.path}`, body: vectors.click2call.json, authorization: 'Bearer T1' },
    ])
    expect(asked[1]?.body).toEqual(vectors.click2call.json)
    expect(asked[1]?.headers).toMatchObject({ 'x-api-key': 'K', 'x-sender-id': 'SENDER', 'content-type': 'application/json' })
  })

  it('with the headers of the vectors, whichever way its answers are written', async () => {
    const { headers, json, response, response_variant: variant } = vectors.click2call
    for (const body of [response, variant]) {
      answers[`POST /v1${vectors.click2call.path}`] = { body }
      const account = open({ apiKey: headers['X-API-Key'], senderId: headers['X-Sender-ID'] })
      expect(await account.place(permit(), order)).toEqual({ carrierCallId: variant.callId, status: variant.status })
      expect(asked.at(-1)?.body).toEqual({ ...json, caller_id: headers['X-Sender-ID'] })
      const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
      expect(asked.at(-1)?.headers).toMatchObject({ ...sent, authorization: `${headers.Authorization}1` })
    }
  })

  it('with the DLT entity, where there is one, and under the names that are set', async () => {
    await open({ dltEntityId: '110100' }).place(permit(), order)
    expect(asked.at(-1)?.body).toEqual({ ...vectors.click2call.json, dlt_entity_id: '110100' })
    const fields = { dltEntityId: 'entity', statusUrl: 'webhook_url', maxDuration: 'limit', timeout: '' }
    await open({
      dltEntityId: '110100',
      fields,
      numberFormat: 'national',
      body: { dlt_template_id: 7 },
      headers: { 'X-Tenant': 'shop' },
    }).place(permit(), order)
    expect(asked.at(-1)?.body).toEqual({
      from: '9876543210',
      to: '9812345678',
      caller_id: 'SENDER',
      entity: '110100',
      webhook_url: 'https://r/s',
      limit: 600,
      dlt_template_id: 7,
    })
    expect(asked.at(-1)?.headers['x-tenant']).toBe('shop')
  })

  it('at other paths, by other methods', async () => {
    answers['POST /v1/c2c'] = { body: { data: { id: 77 }, status: 'QUEUED' } }
    answers['GET /v1/end/77'] = { body: {} }
    const own = open({ paths: { call: '/c2c', hangUp: 'GET /end/{call_id}' }, answers: { callId: ['data.id'] } })
    expect(await own.place(permit(), order)).toEqual({ carrierCallId: '77', status: 'initiated' })
    await own.hangUp('77')
    expect(lines()).toEqual(['POST /auth/login', 'POST /c2c', 'GET /end/77'])
  })

  it('how a call stands, and to end it', async () => {
    expect(await open().status('c1')).toMatchObject({ carrierCallId: 'c1', status: vectors.status.response.status })
    await open().hangUp('c1')
    expect(lines()).toEqual(['POST /auth/login', 'GET /voice/status/c1', 'POST /voice/hangup/c1'])
    expect(await open().status('../auth/login?')).toBeUndefined()
    expect(lines().at(-1)).toBe('GET /voice/status/..%2Fauth%2Flogin%3F')
  })

  it('to play a recorded message', async () => {
    const { audio_url: audioUrl, ...rest } = vectors.obd.json
    const account = open()
    const message = { callId: 'c_1', to: rest.to, from: rest.from, audioUrl, statusUrl: 'https://r/s' }
    expect(await account.playRecording?.(permit(rest.to), message)).toEqual({ carrierCallId: 'c1', status: 'initiated' })
    expect(asked.at(-1)).toMatchObject({ line: `POST /v1${vectors.obd.path}`, body: vectors.obd.json })
    await expect(account.playRecording?.(permit(), message)).rejects.toThrow('another call or number')
  })

  it('nothing without a second phone: the permit stays', async () => {
    let redeemed = 0
    const { bridgeTo: _, ...alone } = order
    await expect(open().place({ ...permit(), redeem: () => void redeemed++ }, alone)).rejects.toMatchObject({
      code: 'refused',
      placed: 'no',
    })
    expect([redeemed, asked.length]).toEqual([0, 0])
  })

  it('to end what is over already: its refusal is looked into, and only a call that lives is a fault', async () => {
    answers['POST /v1/voice/hangup/c1'] = { body: { success: false, message: 'no such call' } }
    answers['GET /v1/voice/status/c1'] = { body: { call_id: 'c1', status: 'completed' } }
    await open().hangUp('c1')
    answers['GET /v1/voice/status/c1'] = { body: { call_id: 'c1', status: 'connected' } }
    await expect(open().hangUp('c1')).rejects.toMatchObject({ code: 'refused' })
  })
})

describe('a login', () => {
  it('is one for all who ask at once, and for every call of the account', async () => {
    await Promise.all(Array.from({ length: 8 }, () => open().status('c1')))
    await open().place(permit(), order)
    expect(tokens).toBe(1)
    await open({ password: 'OTHER' }).status('c1')
    expect(tokens).toBe(2)
  })

  it('is renewed when its token is refused: once, whoever finds out, and what was refused is asked again with the new one', async () => {
    await open().status('c1')
    valid.clear()
    const all = await Promise.all([open().place(permit(), order), ...Array.from({ length: 6 }, () => open().status('c1'))])
    expect(all.every((each) => each?.carrierCallId === 'c1')).toBe(true)
    expect(tokens).toBe(2)
    expect(asked.filter(({ line, authorization }) => line.includes('click2call') && authorization === 'Bearer T2')).toHaveLength(1)
  })

  it('that does not help is a fault, and no circle', async () => {
    await open().status('c1')
    valid.clear()
    valid.add = () => valid
    await expect(open().place(permit(), order)).rejects.toMatchObject({ code: 'unauthorized', placed: 'no' })
    expect(lines().slice(2)).toEqual(['POST /voice/click2call', 'POST /auth/login', 'POST /voice/click2call'])
    await expect(open().status('c1')).rejects.toMatchObject({ code: 'unauthorized' })
    expect(lines().slice(5)).toEqual(['POST /auth/login', 'GET /voice/status/c1'])
  })

  it.each([
    [{ status: 401, body: {} }, 'unauthorized'],
    [{ status: 503, body: {} }, 'server_error'],
    [{ body: { token: '' } }, 'malformed'],
    [{ body: { token: 'a\r\nb' } }, 'malformed'],
  ] as const)('that fails with %j rings nothing: %s', async (answer, code) => {
    answers['POST /v1/auth/login'] = answer
    await expect(open().place(permit(), order)).rejects.toMatchObject({ code, placed: 'no' })
    expect(lines()).toEqual(['POST /auth/login'])
    delete answers['POST /v1/auth/login']
    await clock.advance(5000)
    await open().place(permit(), order)
  })

  it('is not needed with an API key, or with user and password in every body', async () => {
    valid.add('')
    await open({ auth: 'api-key' }).place(permit(), order)
    await open({}, { JIOCX_AUTH: 'body' }).place(permit(), order)
    expect(lines()).toEqual(['POST /voice/click2call', 'POST /voice/click2call'])
    expect(asked.map(({ authorization }) => authorization)).toEqual([undefined, undefined])
    expect(asked[1]?.body).toEqual({ ...vectors.login.json, ...vectors.click2call.json })
  })
})

describe('the doctor', () => {
  const look = async (env: Record<string, string | undefined> = {}) => {
    const all = {
      JIOCX_ORGANIZATION_NAME: 'ORG',
      JIOCX_USERNAME: 'USER',
      JIOCX_PASSWORD: 'PASS',
      JIOCX_SENDER_ID: 'SENDER',
      JIOCX_DLT_ENTITY_ID: '1',
    }
    const settings = readSettings({ ...all, JIOCX_API_BASE_URL: `${origin}/v1`, ...env })
    const found = await jiocx.examine?.({
      settings,
      clock: new TestClock(),
      logger: createLogger({ level: 'silent' }),
      unreachable: undefined,
    })
    return found?.map(({ state, text }) => `${state} ${text.split(':')[0]}`)
  }

  it('logs in, asks for the credit where it is known how, and says what is missing', async () => {
    const set = ['ok account and sender are set', 'ok JioCX takes the user name and password']
    expect(await look()).toEqual([...set, 'note its credit is not looked at'])
    answers['GET /v1/credits'] = { body: { data: { balance: '12.5' } } }
    const JIOCX_PATHS = '{"credit":"/credits"}'
    expect(await look({ JIOCX_PATHS })).toEqual([...set, 'ok credit 12.5'])
    answers['GET /v1/credits'] = { body: { credits: 0 } }
    expect(await look({ JIOCX_PATHS })).toEqual([...set, 'note no credit is left'])
    answers['POST /v1/auth/login'] = { status: 401, body: {} }
    expect((await look())?.[1]).toBe('note JioCX does not accept the account’s credentials')
    expect((await look({ JIOCX_DLT_ENTITY_ID: '' }))?.[1]).toBe('note JIOCX_DLT_ENTITY_ID is missing')
    const before = asked.length
    expect(await look({ JIOCX_PASSWORD: '' })).toEqual(['note off'])
    expect(asked.length).toBe(before)
  })
})
