import { createRoute } from '@hono/zod-openapi'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { z } from 'zod'
import { ROLES } from '../access/roles.ts'
import type { SignedIn, SignIn } from '../access/sign-in.ts'
import { Problem } from '../protocol/problem.ts'
import { SIGN_IN } from './access.ts'
import { body, type Endpoint, endpoint, type HttpContext, json } from './endpoint.ts'

/** Signing in, staying signed in, signing out. Pages of the console keep the refresh token in a cookie that scripts cannot read. */

const COOKIE = 'va_refresh'
const COOKIE_RULES = { httpOnly: true, secure: true, sameSite: 'Strict', path: '/api/auth' } as const

const User = z.object({ id: z.string(), email: z.string(), role: z.enum(ROLES), organisationId: z.string() })
/** `refresh` is missing where the cookie holds it. */
const Tokens = z.object({ access: z.string(), refresh: z.string().optional(), expiresAt: z.iso.datetime() })
const Session = z.object({ tokens: Tokens, user: User })

const Login = z.object({
  email: z.string().trim().min(3).max(254),
  password: z.string().min(1).max(256),
  /** The console's pages: keep the refresh token in a cookie instead of the answer. */
  cookie: z.boolean().optional(),
})
const Refresh = z.object({ refresh: z.string().max(512).optional() })

const login = createRoute({
  method: 'post',
  path: '/api/auth/login',
  tags: ['sign-in'],
  summary: 'Sign in with e-mail and password',
  request: { body: body(Login) },
  responses: { 200: json('Signed in: the access token is good for 15 minutes.', Session) },
})
const refresh = createRoute({
  method: 'post',
  path: '/api/auth/refresh',
  tags: ['sign-in'],
  summary: 'Trade the refresh token for new ones; a second use of one revokes the whole sign-in',
  request: { body: { ...body(Refresh), required: false } },
  responses: { 200: json('New tokens.', Session) },
})
const logout = createRoute({
  method: 'post',
  path: '/api/auth/logout',
  tags: ['sign-in'],
  summary: 'Sign out: the refresh token and all that came from the same sign-in stop working',
  request: { body: { ...body(Refresh), required: false } },
  responses: { 204: { description: 'Signed out.' } },
})

/** `consoleOrigins`: whose pages may use the cookie, the relay's own included. */
export function auth(rooms: { signIn: SignIn; consoleOrigins: () => readonly string[] }): Endpoint[] {
  const ownPage = (c: HttpContext) => {
    const origin = c.req.header('origin')
    if (origin === undefined || !rooms.consoleOrigins().includes(origin)) {
      throw new Problem('forbidden_origin', 'The sign-in cookie counts only from the console’s own pages.')
    }
  }
  const answer = (session: SignedIn, inCookie: boolean) => ({
    tokens: {
      access: session.access.token,
      ...(inCookie ? {} : { refresh: session.refresh.token }),
      expiresAt: new Date(session.access.expiresAtMs).toISOString(),
    },
    user: session.user,
  })
  const keep = (c: HttpContext, session: SignedIn) =>
    setCookie(c, COOKIE, session.refresh.token, { ...COOKIE_RULES, maxAge: Math.floor(session.refresh.ttlMs / 1000) })

  return [
    endpoint(SIGN_IN, login, async (c) => {
      const { email, password, cookie } = c.req.valid('json')
      if (cookie) ownPage(c)
      const session = await rooms.signIn.login({ email, password, address: c.get('address'), browser: c.req.header('user-agent') })
      if (cookie) keep(c, session)
      return c.json(answer(session, cookie === true), 200)
    }),
    endpoint(SIGN_IN, refresh, async (c) => {
      const given = presented(c, c.req.valid('json').refresh, ownPage)
      if (!given) throw new Problem('unauthorized', 'There is no refresh token: sign in.')
      try {
        const session = await rooms.signIn.refresh(given.token)
        if (given.inCookie) keep(c, session)
        return c.json(answer(session, given.inCookie), 200)
      } catch (error) {
        if (given.inCookie && error instanceof Problem) deleteCookie(c, COOKIE, COOKIE_RULES)
        throw error
      }
    }),
    endpoint(SIGN_IN, logout, async (c) => {
      const given = presented(c, c.req.valid('json').refresh, ownPage)
      if (given) await rooms.signIn.logout(given.token)
      if (given?.inCookie) deleteCookie(c, COOKIE, COOKIE_RULES)
      return c.body(null, 204)
    }),
  ]
}

/** The body's token goes first; the cookie's counts only from the console's own pages. */
function presented(
  c: HttpContext,
  inBody: string | undefined,
  ownPage: (c: HttpContext) => void,
): { token: string; inCookie: boolean } | undefined {
  if (inBody) return { token: inBody, inCookie: false }
  const token = getCookie(c, COOKIE)
  if (!token) return undefined
  ownPage(c)
  return { token, inCookie: true }
}
