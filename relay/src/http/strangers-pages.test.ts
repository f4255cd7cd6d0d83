import { OpenAPIHono } from '@hono/zod-openapi'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestRelay, type TestRelay } from '../relay.test-kit.ts'
import type { HttpEnv } from './access.ts'
import type { Endpoint } from './endpoint.ts'
import { ownPages } from './pages.ts'

/** What pages of other origins may read of the real relay's every route, and what they may show in a frame. */

const DESK = 'https://desk.example'
const STRANGERS = ['https://foreign.example', 'null', `${DESK}.foreign.example`, 'http://desk.example']

let house: TestRelay
beforeAll(async () => {
  house = await startTestRelay({ env: { CONSOLE_ORIGINS: DESK } })
})
afterAll(() => house.close())

const address = (route: Endpoint) => route.path.replace(/\{[^}]+\}|\*/g, 'nothing')
const asks = (route: Endpoint, origin: string, method: string = route.method.toUpperCase()) =>
  house.ask(address(route), { method, headers: { origin }, ...(['POST', 'PUT', 'PATCH'].includes(method) ? { json: {} } : {}) })
const reader = (answer: Response) => answer.headers.get('access-control-allow-origin')
const named = (route: Endpoint) => `${route.method.toUpperCase()} ${route.path}`
const framing = (answer: Response) => /frame-ancestors ([^;]+)/.exec(answer.headers.get('content-security-policy') ?? '')?.[1]

describe('every route', () => {
  it('that operators or carriers use is read by no page but the console’s, asked or preflighted', async () => {
    const guarded = house.relay.routes.filter(({ access }) => access.who !== 'public' && access.who !== 'visitor')
    expect(guarded.length).toBeGreaterThan(30)
    for (const route of guarded) {
      for (const origin of STRANGERS) {
        expect([named(route), reader(await asks(route, origin))]).toEqual([named(route), null])
        expect([named(route), reader(await asks(route, origin, 'OPTIONS'))]).toEqual([named(route), null])
      }
      const forTheDesk = route.access.who === 'metrics' || route.access.who === 'carrier' ? null : DESK
      const answer = await asks(route, DESK)
      expect([named(route), reader(answer)]).toEqual([named(route), forTheDesk])
      expect(answer.headers.get('vary')).toContain('Origin')
      const preflight = await asks(route, DESK, 'OPTIONS')
      expect([named(route), preflight.status, reader(preflight)]).toEqual([named(route), 204, forTheDesk])
      if (forTheDesk) expect(preflight.headers.get('access-control-allow-methods')).toContain(route.method.toUpperCase())
      // A page elsewhere never sends the sign-in cookie but to the routes that sign in.
      expect(preflight.headers.get('access-control-allow-credentials')).toBe(route.access.who === 'sign-in' ? 'true' : null)
    }
  })

  it('for visitors and of pages is read by any page, without credentials', async () => {
    for (const route of house.relay.routes.filter(({ access }) => access.who === 'public' || access.who === 'visitor')) {
      const answer = await asks(route, 'https://foreign.example')
      expect([named(route), reader(answer), answer.headers.get('access-control-allow-credentials')]).toEqual([named(route), '*', null])
    }
  })

  it('is shown in nobody’s frame, but the console in those of CONSOLE_ORIGINS', async () => {
    for (const route of house.relay.routes) {
      const answer = await asks(route, 'https://foreign.example')
      if (answer.status === 304 || answer.status === 302) continue
      const page = answer.headers.get('content-type')?.startsWith('text/html')
      const expected = route.path === '/console' ? DESK : "'none'"
      const policy = framing(answer)
      if (page || policy !== undefined) expect([named(route), policy]).toEqual([named(route), expected])
      else expect([named(route), answer.headers.get('content-type')]).toEqual([named(route), expect.not.stringContaining('html')])
    }
    expect(framing(await house.ask('/console'))).toBe(DESK)
    expect(framing(await house.ask('/docs'))).toBe("'none'")
  })
})

describe('without CONSOLE_ORIGINS', () => {
  it('nobody frames the console', async () => {
    const app = new OpenAPIHono<HttpEnv>()
    // Whether it is built is another test's matter.
    app.onError((_, c) => c.text('', 404))
    for (const page of ownPages({ framedBy: [], widget: new Map() })) page.mount(app, [])
    expect(framing(await app.request('/console'))).toBe("'none'")
  })
})
