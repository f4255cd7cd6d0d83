import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { Problem } from '../protocol/problem.ts'
import type { HttpEnv } from './access.ts'

/** How much of a body that is too large is still read away, so that the client, busy sending, gets to read the refusal. */
const DISCARD_BYTES = 32 * 1024 * 1024

/** Refuses bodies over `maxBytes` with payload_too_large. hono's own answers at once, and the connection breaks under the client. */
export function bodyLimit(maxBytes: number): MiddlewareHandler<HttpEnv> {
  return createMiddleware<HttpEnv>(async (c, next) => {
    const stream = c.req.raw.body
    const headers = c.req.raw.headers
    if (!stream || headers.get('content-length') === '0') {
      if (headers.has('content-type')) c.req.raw = withoutType(c.req.raw)
      return next()
    }
    const declared = headers.has('transfer-encoding') ? undefined : Number(headers.get('content-length') ?? Number.NaN)
    // Node itself holds a client to the length it declared.
    if (declared !== undefined && declared <= maxBytes) return next()
    const kept: Uint8Array[] = []
    let size = 0
    for await (const chunk of stream) {
      size += chunk.length
      if (size <= maxBytes) kept.push(chunk)
      if (size > DISCARD_BYTES) break
    }
    if (size > maxBytes) throw new Problem('payload_too_large', `The body is larger than ${Math.round(maxBytes / 1024)} KiB.`)
    c.req.raw = new Request(c.req.raw, { body: Buffer.concat(kept) })
    await next()
  })
}

/** Many clients name a type for the body that they do not send: without it, an optional body is absent instead of broken JSON. */
function withoutType(request: Request): Request {
  const headers = new Headers(request.headers)
  headers.delete('content-type')
  return new Request(request.url, { method: request.method, headers })
}
