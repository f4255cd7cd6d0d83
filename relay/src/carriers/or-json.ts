import { z } from 'zod'

/** As JSON text too: forms and variables hold nothing else. */
export const orJson = <T>(schema: z.ZodType<T>) =>
  z.preprocess((given, context) => {
    if (typeof given !== 'string') return given
    try {
      return JSON.parse(given) as unknown
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON such as {"name": "value"}' })
      return z.NEVER
    }
  }, schema)
