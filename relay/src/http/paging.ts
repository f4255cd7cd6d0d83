import { z } from 'zod'

/** Lists answer `{<name>: […], nextCursor}`; the cursor is null on the last page. */

export const PageQuery = z.object({
  /** As the last answer gave it. */
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_.:=+/-]{1,256}$/, 'must be a nextCursor of ours')
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

export function listPage<N extends string, S extends z.ZodType>(name: N, item: S) {
  return z.object({ [name]: z.array(item), nextCursor: z.string().nullable() } as Record<N, z.ZodArray<S>> & {
    nextCursor: z.ZodNullable<z.ZodString>
  })
}
