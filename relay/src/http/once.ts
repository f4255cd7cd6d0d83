import type { Idempotency } from '../access/idempotency.ts'
import { Problem } from '../protocol/index.ts'
import type { HttpContext } from './endpoint.ts'

/** The header of a request that may be sent twice and must happen once. @throws Problem invalid_request */
export function idempotencyKey(c: HttpContext): string | undefined {
  const key = c.req.header('idempotency-key')
  if (key === undefined) return undefined
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) throw new Problem('invalid_request', 'Idempotency-Key: send 1 to 255 visible ASCII characters.')
  return key
}

/** Runs the work, or answers what it answered the first time under this key. */
export function once(
  idempotency: Idempotency,
  request: { scope: string; key: string | undefined; bodyHash: string },
  work: () => Promise<{ status: number; body: unknown }>,
): Promise<{ status: number; body: unknown }> {
  const { key } = request
  return key === undefined ? work() : idempotency.run({ ...request, key }, work)
}
