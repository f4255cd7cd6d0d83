import { createHash } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import type { Idempotency } from '../access/idempotency.ts'
import type { HttpContext } from './endpoint.ts'

/** The headers of a request that may be sent twice and must happen once. */
export const onceHeaders = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'send 1 to 255 visible ASCII characters')
    .optional()
    .openapi({
      description:
        'However often the request comes with this key, it happens once, and every answer within a day is the first one; the key with another request is 409. A refusal that has done nothing is not kept.',
      example: '5f0c2f0e-6f2a-4a53-9d0b-0f4b1c9f7e11',
    }),
})

/** As `onceHeaders` has let it in. */
export const idempotencyKey = (c: HttpContext): string | undefined => c.req.header('idempotency-key')

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
