import { pino } from 'pino'
import { beforeAll, describe, expect, it } from 'vitest'
import { HOUSE_ORGANISATION, type Principal } from '../access/roles.ts'
import type { Agent } from '../agents/agents.ts'
import { Persona } from '../agents/persona.ts'
import type { CallingRules } from '../gate/calling-rules.ts'
import { allowed, numberAt, openGate, question } from '../gate/gate.test-kit.ts'
import type { GateHouse } from '../gate/index.ts'
import { createMetrics } from '../metrics.ts'
import { Problem } from '../protocol/index.ts'
import { eachStore } from '../store/store.test-kit.ts'
import { createApp } from './app.ts'
import { gateRoutes } from './gate.ts'

const people: Record<string, Principal> = {
  admin: { kind: 'user', organisationId: 'org', userId: 'u1', role: 'admin' },
  operator: { kind: 'user', organisationId: 'org', userId: 'u2', role: 'operator' },
  viewer: { kind: 'user', organisationId: 'org', userId: 'u3', role: 'viewer' },
  house: { kind: 'user', organisationId: HOUSE_ORGANISATION, userId: 'u5', role: 'admin' },
  clerk: { kind: 'user', organisationId: HOUSE_ORGANISATION, userId: 'u6', role: 'operator' },
  stranger: { kind: 'user', organisationId: 'other', userId: 'u4', role: 'admin' },
}
const agent: Agent = {
  id: 'demo',
  organisationId: 'org',
  persona: Persona.parse({ name: 'Demo', callbackCountries: ['US'] }),
  createdAt: new Date(),
  updatedAt: new Date(),
}

eachStore('the gate over HTTP', (room) => {
  let gate: GateHouse
  let ask: (method: string, path: string, json?: unknown, who?: string) => Promise<Response>
  beforeAll(() => {
    gate = openGate(room.store)
    const { app } = createApp(
      gateRoutes({
        gate,
        agents: { get: async (organisationId) => (organisationId === 'org' ? agent : undefined) },
        carrierFor: async () => 'twilio',
      }),
      {
        logger: pino({ level: 'silent' }),
        metrics: createMetrics({ activeCalls: () => 0, sockets: () => 0, logDepth: () => 0 }),
        trustProxy: { kind: 'none' },
        audit: { write: async () => undefined },
        consoleOrigins: () => [],
        gate: {
          metricsToken: () => false,
          async identify(bearer) {
            const who = people[bearer ?? '']
            if (!who) throw new Problem('unauthorized', 'Sign in.')
            return who
          },
        },
      },
    )
    ask = async (method, path, json, who = 'admin') =>
      app.request(path, {
        method,
        headers: { authorization: `Bearer ${who}`, ...(json === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      })
  })
  const read = async <T = Record<string, never>>(answer: Response | Promise<Response>) => (await (await answer).json()) as T

  describe('the do-not-call list', () => {
    it('takes a number, shows it, refuses it at the gate, and lets it go by number or by id', async () => {
      const until = new Date(Date.now() + 86_400_000).toISOString()
      const added = await ask('POST', '/api/do-not-call', { phoneNumber: '+1 (212) 234-0300', reason: 'Asked by e-mail.', until })
      expect(added.status).toBe(201)
      const { doNotCall: entry } = await read<{ doNotCall: { id: string; phoneNumber: string } }>(added)
      expect(entry).toMatchObject({ phoneNumber: numberAt(300), reason: 'Asked by e-mail.', until })
      expect(await read(ask('GET', '/api/do-not-call', undefined, 'viewer'))).toEqual({ doNotCall: [entry], nextCursor: null })
      expect(await read(ask('GET', '/api/do-not-call', undefined, 'stranger'))).toEqual({ doNotCall: [], nextCursor: null })
      expect(await gate.ask(question({ number: numberAt(300) }))).toMatchObject({ allowed: false, rule: 'do_not_call' })

      // The same number again is the same entry, now for good.
      const again = await read<{ doNotCall: object }>(ask('POST', '/api/do-not-call', { phoneNumber: numberAt(300) }))
      expect(again.doNotCall).toEqual({ id: entry.id, phoneNumber: numberAt(300), createdAt: expect.any(String) })
      expect((await ask('DELETE', `/api/do-not-call/${entry.id}`, undefined, 'stranger')).status).toBe(404)
      expect((await ask('DELETE', '/api/do-not-call', { phoneNumber: numberAt(300) }, 'stranger')).status).toBe(404)
      expect((await ask('DELETE', '/api/do-not-call', { phoneNumber: '+12122340300' })).status).toBe(204)
      expect((await ask('DELETE', `/api/do-not-call/${entry.id}`)).status).toBe(404)
      allowed(await gate.ask(question({ number: numberAt(300) })))
    })

    it.each([{ phoneNumber: '+1234567890' }, { phoneNumber: '212 555 0123' }, { phoneNumber: 'x' }])(
      'refuses %j with invalid_phone_number',
      async (json) => {
        const answer = await ask('POST', '/api/do-not-call', json)
        expect([answer.status, (await read(answer)).code]).toEqual([400, 'invalid_phone_number'])
      },
    )

    it('pages', async () => {
      for (const place of [310, 311, 312]) await ask('POST', '/api/do-not-call', { phoneNumber: numberAt(place) })
      const first = await read<{ doNotCall: object[]; nextCursor: string }>(ask('GET', '/api/do-not-call?limit=2'))
      const rest = await read<typeof first>(ask('GET', `/api/do-not-call?limit=2&cursor=${first.nextCursor}`))
      expect([first.doNotCall.length, rest.doNotCall.length, rest.nextCursor]).toEqual([2, 1, null])
    })
  })

  describe('the house’s own list', () => {
    it('is kept by its admins alone, and keeps every organisation from ringing', async () => {
      const path = '/api/house/do-not-call'
      const phoneNumber = numberAt(315)
      for (const who of ['admin', 'stranger']) {
        expect((await ask('GET', path, undefined, who)).status).toBe(404)
        expect((await ask('POST', path, { phoneNumber }, who)).status).toBe(404)
        expect((await ask('DELETE', path, { phoneNumber }, who)).status).toBe(404)
      }
      expect((await ask('GET', path, undefined, 'clerk')).status).toBe(403)
      const added = await ask('POST', path, { phoneNumber, reason: 'A hospital.' }, 'house')
      expect(added.status).toBe(201)
      const { doNotCall: entry } = await read<{ doNotCall: { id: string } }>(added)
      expect(await read(ask('GET', path, undefined, 'house'))).toEqual({ doNotCall: [entry], nextCursor: null })
      expect(await gate.ask(question({ number: phoneNumber }))).toMatchObject({ allowed: false, rule: 'do_not_call' })
      // It stands on no organisation's list, so none can take it off.
      expect((await ask('DELETE', '/api/do-not-call', { phoneNumber })).status).toBe(404)
      expect((await ask('DELETE', `${path}/${entry.id}`, undefined, 'stranger')).status).toBe(404)
      expect((await ask('DELETE', `${path}/${entry.id}`, undefined, 'house')).status).toBe(204)
      allowed(await gate.ask(question({ number: phoneNumber })))
    })
  })

  describe('the calling rules', () => {
    it('can be set whole: what a default has and they have not is not in force', async () => {
      const before = (await read<{ callingRules: CallingRules }>(ask('GET', '/api/calling-rules'))).callingRules
      const rules = { ...before, hours: { US: { service: [] } }, prices: { '*': { '+': 0.25 } }, currency: 'INR' }
      const put = await ask('PUT', '/api/calling-rules', rules)
      expect([put.status, (await read(put)).callingRules]).toEqual([200, rules])
      expect((await read(ask('GET', '/api/calling-rules'))).callingRules).toEqual(rules)
      // A default that comes later reaches what was left alone.
      await ask('PATCH', '/api/calling-rules', { hours: { US: null }, currency: null })
      expect((await read(ask('GET', '/api/calling-rules'))).callingRules).toMatchObject({ currency: 'USD', hours: { US: before.hours.US } })
      for (const [json, who, status] of [
        [{ ...rules, limits: {} }, 'admin', 400],
        [{ currency: 'INR' }, 'admin', 400],
        [rules, 'operator', 403],
      ] as const)
        expect((await ask('PUT', '/api/calling-rules', json, who)).status).toBe(status)
      await ask('PUT', '/api/calling-rules', before)
      expect((await read(ask('GET', '/api/calling-rules'))).callingRules).toEqual(before)
    })

    it('show the defaults, take a merge patch, and go back by null; the gate follows at once', async () => {
      const before = await read(ask('GET', '/api/calling-rules'))
      expect(before.callingRules).toMatchObject({ currency: 'USD', consent: { marketing: true }, limits: { number: { perHour: 5 } } })
      const patched = await ask('PATCH', '/api/calling-rules', {
        limits: { number: { perHour: 0 } },
        prices: { twilio: { '+1212': 0.01 } },
      })
      expect(patched.status).toBe(200)
      expect((await read(patched)).callingRules).toMatchObject({
        limits: { number: { perHour: 0, perDay: 12 } },
        prices: { '*': { '+': 0.5 }, twilio: { '+1212': 0.01 } },
      })
      expect(await gate.ask(question({ number: numberAt(320) }))).toMatchObject({ allowed: false, rule: 'limit_number' })
      await ask('PATCH', '/api/calling-rules', { limits: null, prices: { twilio: null } })
      expect(await read(ask('GET', '/api/calling-rules'))).toEqual(before)
      allowed(await gate.ask(question({ number: numberAt(320) })))
    })

    it.each([
      { hours: { US: { marketing: [{ days: ['mon'], from: '20:00', to: '10:00' }] } } },
      { hours: { America: { marketing: [] } } },
      { hours: { US: { 'a\0b': [] } } },
      { hours: JSON.parse('{"__proto__": {"a\\u0000": 1}}') },
      { limits: { everything: { perHour: 1 } } },
      { limits: { number: { perHour: -1 } } },
      { consent: { marketing: 'no' } },
      { countries: ['usa'] },
      { unknown: true },
    ])('refuse %j', async (json) => {
      const answer = await ask('PATCH', '/api/calling-rules', json)
      const said = await read(answer)
      expect([answer.status, said.code]).toEqual([400, 'invalid_request'])
    })

    it('are the admins’ alone, and each organisation’s own', async () => {
      for (const who of ['viewer', 'operator']) {
        expect((await ask('GET', '/api/calling-rules', undefined, who)).status).toBe(403)
        expect((await ask('PATCH', '/api/calling-rules', {}, who)).status).toBe(403)
      }
      await ask('PATCH', '/api/calling-rules', { countries: ['IN'] }, 'stranger')
      expect((await read(ask('GET', '/api/calling-rules'))).callingRules).toMatchObject({ countries: [] })
    })
  })

  describe('decisions', () => {
    it('are listed newest first, masked, to operators of the organisation', async () => {
      await gate.doNotCall.add('org', { e164: numberAt(330) })
      await gate.ask(question({ callId: 'told', number: numberAt(330) }))
      const all = await ask('GET', '/api/gate/decisions?callId=told', undefined, 'operator')
      const text = await all.text()
      expect(JSON.parse(text)).toMatchObject({
        decisions: [{ callId: 'told', phoneNumber: '+121••••••30', allowed: false, rule: 'do_not_call', amount: 0, settled: false }],
        nextCursor: null,
      })
      expect(text).not.toContain(numberAt(330))
      expect(text).not.toContain('insteadOf')
      expect((await ask('GET', '/api/gate/decisions', undefined, 'viewer')).status).toBe(403)
      expect((await read(ask('GET', '/api/gate/decisions?callId=told', undefined, 'stranger'))).decisions).toEqual([])
    })

    it('say which answer they came in place of', async () => {
      const wish = question({ callId: 'over-two', number: numberAt(331), carrier: 'exotel' })
      const { permit } = allowed(await gate.ask(wish))
      permit.redeem(permit)
      allowed(await gate.instead({ ...wish, carrier: 'twilio' }, permit))
      const { decisions } = await read<{ decisions: { id: string }[] }>(ask('GET', '/api/gate/decisions?callId=over-two'))
      expect(decisions).toHaveLength(2)
      expect(decisions.filter((each) => 'insteadOf' in each)).toMatchObject([{ carrier: 'twilio', insteadOf: permit.decisionId }])
    })

    it('page without losing or repeating one', async () => {
      for (let i = 0; i < 5; i++) await gate.ask(question({ number: '+1234567890', callId: 'paged' }))
      const seen: string[] = []
      let cursor = ''
      do {
        type Page = { decisions: { id: string }[]; nextCursor: string | null }
        const page = await read<Page>(ask('GET', `/api/gate/decisions?callId=paged&limit=2${cursor && `&cursor=${cursor}`}`))
        seen.push(...page.decisions.map(({ id }) => id))
        cursor = page.nextCursor ?? ''
      } while (cursor)
      expect([seen.length, new Set(seen).size]).toEqual([5, 5])
    })
  })

  describe('a dry run', () => {
    it('answers as the gate would, and leaves nothing behind', async () => {
      const count = async () => (await gate.decisions.list('org', { limit: 200 })).decisions.length
      const before = await count()
      const yes = await read(ask('POST', '/api/gate/check', { phoneNumber: '(212) 234-0340', purpose: 'requested', consent: true }))
      expect(yes).toMatchObject({ allowed: true, rule: 'requested', phoneNumber: numberAt(340), country: 'US' })
      const no = await read(ask('POST', '/api/gate/check', { phoneNumber: '+493012345678' }))
      expect(no).toMatchObject({ allowed: false, rule: 'country', code: 'country_blocked', message: expect.stringContaining('Germany') })
      expect(await count()).toBe(before)
      expect(JSON.stringify(yes)).not.toContain('permit')
      expect((await ask('POST', '/api/gate/check', { phoneNumber: numberAt(340) }, 'stranger')).status).toBe(404)
    })
  })
})
