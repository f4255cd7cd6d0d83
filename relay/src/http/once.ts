import { createHash } from 'node:crypto'
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

/** Runs the work, or answers what it answered the first time under this key. `asked`: what must be the same then. */
export function once(
  idempotency: Idempotency,
  { asked, key, scope }: { scope: string; key: string | undefined; asked: unknown },
  work: () => Promise<{ status: number; body: unknown }>,
): Promise<{ status: number; body: unknown }> {
  if (key === undefined) return work()
  const bodyHash = createHash('sha256').update(JSON.stringify(asked)).digest('base64url')
  return idempotency.run({ scope, key, bodyHash }, work)
}
