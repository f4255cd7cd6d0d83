import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eq } from 'drizzle-orm'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGuardedFetch } from '../access/guarded-fetch.ts'
import { TestClock } from '../clock.test-kit.ts'
import { systemClock } from '../clock.ts'
import { callbacks } from '../store/schema.ts'
import { eachStore } from '../store/store.test-kit.ts'
import { createCaptcha } from './captcha.ts'
import { allowed, fresh, numberAt, openGate, question, refusal, wish } from './gate.test-kit.ts'

/** A service that speaks siteverify and, unlike Turnstile, is content to see a token twice: once is our own rule. */
let server: Server
let url: string
let host: string
let asked: URLSearchParams[] = []
let answer: (response: ServerResponse, token: string) => void
const says = (status: number, body: string) => (response: ServerResponse) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(body)
const good = (response: ServerResponse, token: string) => says(200, JSON.stringify({ success: token.startsWith('good') }))(response)

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const form = new URLSearchParams(body)
      asked.push(form)
      answer(response, form.get('response') ?? '')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  url = `http://${host}/siteverify`
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const logger = pino({ level: 'silent' })
const ours = (clock = systemClock as TestClock | typeof systemClock) =>
  createCaptcha({ url, secret: 'shh & more', fetch: createGuardedFetch({ clock, privateHosts: [host] }), logger })

describe('siteverify', () => {
  it('is asked with secret, token and address, as a form', async () => {
    asked = []
    answer = good
    expect(await ours()('good one', '203.0.113.1')).toBe(true)
    expect(asked.map((form) => Object.fromEntries(form))).toEqual([{ secret: 'shh & more', response: 'good one', remoteip: '203.0.113.1' }])
  })

  it.each([
    ['a no', 200, '{"success":false,"error-codes":["invalid-input-response"]}'],
    ['a yes in another type', 200, '{"success":"true"}'],
    ['no answer in it', 200, '{}'],
    ['not even an object', 200, 'null'],
    ['broken JSON', 200, '{"success":tr'],
    ['a yes with a fault', 500, '{"success":true}'],
    ['a yes with a redirect', 302, '{"success":true}'],
  ])('%s lets nobody in', async (_, status, body) => {
    answer = says(status, body)
    expect(await ours()('good', '203.0.113.1')).toBe(false)
  })

  it('that hangs lets nobody in, and is given up', async () => {
    const clock = new TestClock()
    const heard = Promise.withResolvers<void>()
    answer = () => heard.resolve()
    const waiting = ours(clock)('good', '203.0.113.1')
    await heard.promise
    await clock.advance(5000)
    expect(await waiting).toBe(false)
  })

  it('that is away lets nobody in', async () => {
    const away = createCaptcha({
      url: 'http://127.0.0.1:1/siteverify',
      secret: 's',
      fetch: createGuardedFetch({ clock: systemClock, privateHosts: ['127.0.0.1:1'] }),
      logger,
    })
    expect(await away('good', '203.0.113.1')).toBe(false)
  })

  it.each(['', 'x'.repeat(2049)])('is not asked about a token that cannot be one', async (token) => {
    asked = []
    expect(await ours()(token, '203.0.113.1')).toBe(false)
    expect(asked).toEqual([])
  })
})

eachStore('a gate with a captcha', (room) => {
  const open = () =>
    openGate(room.store, {
      settings: { captcha: { url, secret: 's' } },
      fetch: createGuardedFetch({ clock: systemClock, privateHosts: [host] }),
    })
  let place = 0
  const asks = (over: Parameters<typeof question>[0] = {}) =>
    question({
      number: numberAt(9000 + place++),
      agentId: fresh('agent'),
      asker: { kind: 'visitor', address: '203.0.113.50', visitorId: fresh('v') },
      ...over,
    })

  it('takes each token once, over relays, and only good ones', async () => {
    answer = good
    const gate = open()
    expect(refusal(await gate.ask(asks()))).toMatchObject({ rule: 'captcha', code: 'captcha_required' })
    expect(refusal(await gate.ask(asks({ captchaToken: 'bad' }))).rule).toBe('captcha')
    const token = fresh('good')
    allowed(await gate.ask(asks({ captchaToken: token })))
    expect(refusal(await gate.ask(asks({ captchaToken: token }))).message).toContain('used before')
    expect(refusal(await open().ask(asks({ captchaToken: token }))).message).toContain('used before')
    allowed(await gate.ask(asks({ asker: { kind: 'operator', id: 'u1' } })))
  })

  it('takes one of many questions at once with one token', async () => {
    answer = good
    const gate = open()
    const token = fresh('good')
    const answers = await Promise.all(Array.from({ length: 8 }, () => gate.ask(asks({ captchaToken: token }))))
    expect(answers.filter((each) => each.allowed).length).toBe(1)
    expect(answers.filter((each) => !each.allowed).every((each) => each.rule === 'captcha')).toBe(true)
  })

  it('keeps a token that a later rule refused', async () => {
    answer = good
    const gate = open()
    const token = fresh('good')
    await gate.ruleBook.patch('org', { limits: { number: { perHour: 0 } } })
    expect(refusal(await gate.ask(asks({ captchaToken: token }))).rule).toBe('limit_number')
    await gate.ruleBook.patch('org', { limits: null })
    expect(refusal(await gate.ask(asks({ captchaToken: token }))).message).toContain('used before')
  })

  it('takes it when a call is asked for that comes later, and wants none when it comes', async () => {
    answer = good
    const gate = open()
    const token = fresh('good')
    const later = asks({ captchaToken: token })
    expect(await wish(gate, later)).toMatchObject({ allowed: true })
    expect(await wish(gate, asks({ captchaToken: token }))).toMatchObject({ allowed: false, rule: 'captcha' })
    const { captchaToken: _, ...due } = later
    expect(refusal(await gate.ask(due)).rule).toBe('captcha')
    allowed(await gate.ask({ ...due, captchaPassed: true }))
  })

  it('takes one of many wishes at once with one token, and keeps that one', async () => {
    answer = good
    const gate = open()
    const [token, agentId] = [fresh('good'), fresh('agent')]
    const answers = await Promise.all(Array.from({ length: 8 }, () => wish(gate, asks({ agentId, captchaToken: token }))))
    expect(answers.filter((each) => each.allowed).length).toBe(1)
    expect((await room.store.db.select().from(callbacks).where(eq(callbacks.agentId, agentId))).length).toBe(1)
  })

  it('stores neither token nor secret', async () => {
    answer = good
    const token = fresh('good-and-telling')
    const gate = open()
    const asked = asks({ captchaToken: token })
    allowed(await gate.ask(asked))
    const { decisions } = await gate.decisions.list('org', { limit: 5, callId: asked.callId })
    expect(decisions.length).toBe(1)
    expect(JSON.stringify(decisions)).not.toContain(token)
  })
})
