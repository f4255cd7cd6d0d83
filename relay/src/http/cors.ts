import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { Access, HttpEnv } from './access.ts'
import type { HttpContext } from './endpoint.ts'

const EXPOSED = 'Retry-After'
const REQUEST_HEADERS = 'Authorization, Content-Type, Idempotency-Key, Last-Event-ID'
const PREFLIGHT_FOR_S = '600'

/** Which pages may read an answer: visitors' routes, any (the POST decides); operators' routes, the console's other origins only. */
export function cors(access: Access, consoleOrigins: () => readonly string[]): MiddlewareHandler<HttpEnv> {
  return createMiddleware<HttpEnv>(async (c, next) => {
    allowReader(c, access, consoleOrigins())
    await next()
  })
}

/** Answers a preflight. Never with credentials for visitors; for operators only the origins listed. */
export function preflight(accesses: readonly Access[], methods: readonly string[], consoleOrigins: () => readonly string[]) {
  return (c: HttpContext) => {
    for (const access of accesses) allowReader(c, access, consoleOrigins())
    if (c.res.headers.has('access-control-allow-origin')) {
      c.header('Access-Control-Allow-Methods', methods.map((method) => method.toUpperCase()).join(', '))
      c.header('Access-Control-Allow-Headers', REQUEST_HEADERS)
      c.header('Access-Control-Max-Age', PREFLIGHT_FOR_S)
    }
    return c.body(null, 204)
  }
}

function allowReader(c: HttpContext, access: Access, consoleOrigins: readonly string[]): void {
  if (access.who === 'public' || access.who === 'visitor') {
    c.header('Access-Control-Allow-Origin', '*')
    c.header('Access-Control-Expose-Headers', EXPOSED)
    return
  }
  c.header('Vary', 'Origin', { append: true })
  const origin = c.req.header('origin')
  if (access.who === 'metrics' || access.who === 'carrier' || !origin || !consoleOrigins.includes(origin)) return
  c.header('Access-Control-Allow-Origin', origin)
  c.header('Access-Control-Expose-Headers', EXPOSED)
  // Only the sign-in cookie is a credential; bearer tokens are not sent by browsers on their own.
  if (access.who === 'sign-in') c.header('Access-Control-Allow-Credentials', 'true')
}
