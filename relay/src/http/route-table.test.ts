import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createCallTokens } from '../access/call-tokens.ts'
import { ROLES, type Role, SCOPES, type Scope } from '../access/roles.ts'
import { createVisitorTokens } from '../access/visitor-tokens.ts'
import { systemClock } from '../clock.ts'
import { redactLine } from '../logger.ts'
import type { ProblemBody } from '../protocol/index.ts'
import { AUTH_SECRET, OTHER_ORGANISATION, ownPage, startTestRelay, type TestRelay } from '../relay.test-kit.ts'
import type { Endpoint } from './endpoint.ts'
import { type Furniture, furnish, keyWith, made } from './route-table.test-kit.ts'

/**
 * Every route of the real relay × everything a stranger may present. The cases come from the table's own declarations,
 * so a new route is tested by being declared, and a new kind of access does not compile until its cases are written.
 */

let house: TestRelay
let ours: Furniture['ours']
let tokens: Furniture['tokens']

beforeAll(async () => {
  house = await startTestRelay()
  ;({ ours, tokens } = await furnish(house))
})
afterAll(() => house.close())

function pathOf(route: Endpoint): string {
  return route.path.replace(/\{[^}]+\}/, () => {
    const base = Object.keys(ours).find((prefix) => route.path.startsWith(`${prefix}/`))
    if (!base) throw new Error(`Say in this test what stands for the variable of ${route.path}.`)
    return ours[base] ?? ''
  })
}

const send = (route: Endpoint, how: { token?: string; headers?: Record<string, string>; json?: unknown; body?: string } = {}) =>
  house.ask(pathOf(route), {
    method: route.method.toUpperCase(),
    ...(route.method === 'get' || how.body !== undefined ? {} : { json: {} }),
    ...how,
  })

async function refusal(answer: Promise<Response>): Promise<string> {
  const response = await answer
  if (response.status < 400) return `let in with ${response.status}`
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const problem = (await response.json()) as ProblemBody
  expect(response.status).toBe(problem.status)
  return problem.code
}

async function operatorsRoute(route: Endpoint, wanted: { role: Role; scope?: Scope }): Promise<void> {
  expect(await refusal(send(route))).toBe('unauthorized')
  for (const [what, token] of Object.entries(tokens)) expect([what, await refusal(send(route, { token }))]).toEqual([what, 'unauthorized'])
  for (const scheme of ['Basic', 'bearer:', '']) {
    expect(await refusal(send(route, { headers: { authorization: `${scheme} ${await house.token('admin')}` } }))).toBe('unauthorized')
  }
  for (const role of ROLES.slice(0, ROLES.indexOf(wanted.role))) {
    expect(await refusal(send(route, { token: await house.token(role) }))).toBe('forbidden')
  }
  const others = SCOPES.filter((scope) => scope !== wanted.scope)
  expect(await refusal(send(route, { token: await keyWith(house, others) }))).toBe('forbidden')
  expect(await refusal(send(route, { token: await keyWith(house, []) }))).toBe('forbidden')
  expect(await refusal(send(route, { token: await keyWith(house, [...SCOPES], 'org_main', true) }))).toBe('unauthorized')

  // Another organisation's admin and key: nothing of ours exists for them.
  const strangers = [
    await house.token('admin', OTHER_ORGANISATION),
    ...(wanted.scope ? [await keyWith(house, [...SCOPES], OTHER_ORGANISATION)] : []),
  ]
  for (const token of strangers) {
    const json = { digits: '1', text: 'Hello.', to: '+12025550101', role: 'viewer', test_number: '+12025550101' }
    if (route.path.includes('{')) expect(await refusal(send(route, route.method === 'get' ? { token } : { token, json }))).toBe('not_found')
    else if (route.method === 'get') {
      const text = await (await send(route, { token })).text()
      for (const id of [...Object.values(ours), 'demo']) expect(text).not.toContain(`"${id}"`)
    }
  }
}

/** What must happen with the right token: anything but a refusal of the asker. Runs last, since it deletes what it can. */
async function operatorsRouteAdmits(route: Endpoint, wanted: { role: Role; scope?: Scope }): Promise<void> {
  const keys = wanted.scope && route.method === 'get' ? [await keyWith(house, [wanted.scope])] : []
  for (const token of [...keys, await house.token(wanted.role)]) {
    expect(['unauthorized', 'forbidden', 'internal']).not.toContain(await refusal(send(route, { token })))
  }
}

async function visitorsRoute(route: Endpoint): Promise<void> {
  const ask = (agentId: string, headers: Record<string, string>, more: object = {}) =>
    refusal(send(route, { headers, json: { agentId, phoneNumber: '+12025550101', consent: true, ...more } }))
  expect(await ask('demo', {})).toBe('forbidden_origin')
  for (const origin of ['https://foreign.example', 'null', 'http://localhost:1', `${house.relay.url}.evil.example`]) {
    const answer = await send(route, { headers: { origin }, json: { agentId: 'demo', phoneNumber: '+12025550101', consent: true } })
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(await refusal(Promise.resolve(answer))).toBe('forbidden_origin')
  }
  const own = ownPage(house.relay)
  const secret = ours['/api/agents'] ?? ''
  expect(await ask(secret, own)).toBe('unauthorized')
  for (const visitorToken of [
    ...Object.values(tokens).filter((token) => token !== tokens['a visitor token']),
    await house.token('admin'),
  ]) {
    expect(await ask(secret, own, { visitorToken })).toBe('unauthorized')
  }
  const issue = createVisitorTokens({ authSecret: AUTH_SECRET, clock: systemClock }).issue
  for (const [agentId, organisationId] of [
    ['demo', 'org_main'],
    [secret, OTHER_ORGANISATION],
  ] as const) {
    const { token } = await issue({ agentId, organisationId, ttlMs: 60_000 })
    expect(await ask(secret, own, { visitorToken: token })).toBe('unauthorized')
  }
  if (route.path === '/api/web-calls') expect(await ask(secret, own, { visitorToken: tokens['a visitor token'] })).toBe('let in with 201')
}

async function signInRoute(route: Endpoint): Promise<void> {
  // The cookie counts only from the console's own pages; a stranger's page gets nothing, and learns nothing.
  for (const headers of [{ origin: 'https://foreign.example' }, { origin: 'null' }, {}] as Record<string, string>[]) {
    const json = { email: 'admin@shop.example', password: 'x', cookie: true }
    const code = await refusal(send(route, { headers: { ...headers, cookie: 'va_refresh=stolen' }, json }))
    expect(code).toBe('forbidden_origin')
  }
  for (const token of Object.values(tokens)) {
    const code = await refusal(send(route, { json: { refresh: token, email: `nobody${token.length}@shop.example`, password: 'wrong' } }))
    // Signing out never says whether there was anything to sign out of.
    expect(code).toBe(route.path.endsWith('/logout') ? 'let in with 204' : 'unauthorized')
  }
}

async function metricsRoute(route: Endpoint): Promise<void> {
  const afar = { 'x-forwarded-for': '203.0.113.9' }
  expect(await refusal(send(route, { headers: afar }))).toBe('unauthorized')
  for (const token of [...Object.values(tokens).filter((each) => each !== 'metrics-token-of-tests'), await house.token('admin')]) {
    expect(await refusal(send(route, { headers: afar, token }))).toBe('unauthorized')
  }
  expect((await send(route, { headers: afar, token: 'metrics-token-of-tests' })).status).toBe(200)
  expect((await send(route)).status).toBe(200)
}

async function carriersRoute(route: Endpoint): Promise<void> {
  const form = 'CallSid=CA00000000000000000000000000000000&From=%2B12025550101&To=%2B12025550199&CallStatus=ringing'
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  for (const signature of [undefined, 'AAAA', 'x'.repeat(500)]) {
    const proof: Record<string, string> = signature === undefined ? {} : { 'x-twilio-signature': signature }
    const how = route.method === 'get' ? { headers: proof } : { headers: { ...headers, ...proof }, body: form }
    expect(await refusal(send(route, how))).toBe('forbidden')
    for (const token of [...Object.values(tokens), await house.token('admin')]) {
      expect(await refusal(send(route, { ...how, token }))).toBe('forbidden')
    }
  }
}

async function publicRoute(route: Endpoint): Promise<void> {
  const plain = await send(route)
  expect(['unauthorized', 'forbidden', 'internal']).not.toContain(
    plain.status < 400 ? 'let in' : await refusal(Promise.resolve(plain.clone())),
  )
  // Whatever is presented changes nothing.
  for (const token of Object.values(tokens)) expect((await send(route, { token })).status).toBe(plain.status)
}

async function refuses(route: Endpoint): Promise<void> {
  const { access } = route
  switch (access.who) {
    case 'operator':
      return operatorsRoute(route, access)
    case 'visitor':
      return visitorsRoute(route)
    case 'sign-in':
      return signInRoute(route)
    case 'carrier':
      return carriersRoute(route)
    case 'metrics':
      return metricsRoute(route)
    case 'public':
      return publicRoute(route)
    default:
      return access satisfies never
  }
}

describe('every route', () => {
  it('refuses whoever has no right to it', async () => {
    expect(house.relay.routes.length).toBeGreaterThan(25)
    for (const route of house.relay.routes) {
      await refuses(route).catch((error: unknown) => {
        throw new Error(`${route.method.toUpperCase()} ${route.path}: ${error instanceof Error ? error.message : error}`, { cause: error })
      })
    }
  })

  it('admits whoever has', async () => {
    const order = ['get', 'post', 'put', 'patch', 'delete']
    for (const route of house.relay.routes.toSorted((a, b) => order.indexOf(a.method) - order.indexOf(b.method))) {
      if (route.access.who === 'operator') await operatorsRouteAdmits(route, route.access)
    }
  })
})

describe('every route that takes a body', () => {
  it('answers any body, path and query without a fault', async () => {
    const admin = await house.token('admin')
    const taking = house.relay.routes.filter(({ method }) => method !== 'get' && method !== 'delete')
    const key = fc.constantFrom(
      'email',
      'password',
      'refresh',
      'cookie',
      'name',
      'scopes',
      'userId',
      'ttlMs',
      'agentId',
      'sessionId',
      'variables',
      '__proto__',
    )
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue(), fc.constant(['calls:read']), fc.constant('demo'))
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.dictionary(key, value).map((bag) => JSON.stringify(bag)),
    )
    const type = fc.constantFrom('application/json', 'application/json; charset=utf-16', 'text/plain', 'multipart/form-data; boundary=x')
    const headers = { ...ownPage(house.relay), cookie: 'va_refresh=%E0%A4%A' }
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...taking), text, type, async (route, body, contentType) => {
        const answer = await send(route, { token: admin, headers: { ...headers, 'content-type': contentType }, body })
        const said = await answer.text()
        expect([answer.status < 500, said]).toEqual([true, said])
      }),
      { numRuns: 200 },
    )
    const reading = house.relay.routes.filter(({ method }) => method === 'get')
    const noise = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('..', '%00', '%', '\\', '%2e%2e%2f'))
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...reading), noise, noise, async (route, part, query) => {
        const path = route.path.replace(/\{[^}]+\}|\*/, () => encodeURI(part.toWellFormed()).replace(/[?#/]/g, '_') || 'x')
        const answer = await house.ask(`${path}?cursor=${encodeURIComponent(query.toWellFormed())}&limit=3`, { token: admin })
        await answer.arrayBuffer()
        expect(answer.status).toBeLessThan(500)
      }),
      { numRuns: 150 },
    )
  })
})

describe('every path with a right in it', () => {
  it('is cut short in the log', () => {
    const paths = [...house.relay.routes, ...house.relay.sockets].map(({ path }) => path).filter((path) => /\{(token|secret)\}/.test(path))
    expect(paths).toContain('/api/callbacks/{token}')
    for (const path of paths) {
      const line = redactLine(`"path":"${path.replace(/\{(token|secret)\}/, 's3cret').replace(/\{[^}]+\}/g, 'thing')}","status":500`)
      expect(line).not.toContain('s3cret')
      expect(line).toContain('"status":500')
    }
  })
})

describe('every socket', () => {
  it('is accepted and closed 4401 for whoever has no right to it', async () => {
    const longAgo = { ...systemClock, nowMs: () => Date.now() - 3_600_000 }
    const stale = createCallTokens({ purpose: 'media', authSecret: AUTH_SECRET, clock: longAgo, firstConnectMs: 1000 })
    const fresh = await made(house.ask('/api/web-calls', { method: 'POST', headers: ownPage(house.relay), json: { agentId: 'demo' } }))
    // Carriers' doors and the live rooms prove themselves in their own tests.
    for (const socket of house.relay.sockets.filter(({ access }) => access !== 'carrier' && access !== 'operator')) {
      expect(socket.access).toBe('media-token')
      const strangers = [
        ...Object.entries(tokens).filter(([what]) => what !== 'a media token'),
        ['an expired one', stale.issue(fresh.callId).token],
      ]
      for (const [what, token] of strangers) {
        const ws = new WebSocket(house.url.replace('http', 'ws') + socket.path.replace(/\{[^}]+\}/, String(token)))
        const code = await new Promise((resolve) => ws.once('close', resolve))
        expect([what, code]).toEqual([what, 4401])
      }
    }
  })
})
