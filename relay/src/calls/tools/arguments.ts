import { z } from 'zod'

/** What is wrong with a tool's arguments, in words a model can act on; undefined when they fit. */
export type ArgumentCheck = (values: Record<string, unknown>) => string | undefined

/**
 * Reads the JSON Schema of a tool's arguments.
 * @throws an error that says which part of the schema is not understood
 */
export function argumentCheck(parameters: Record<string, unknown>): ArgumentCheck {
  // No schema of its own in zod for "any object": an empty schema would let anything pass.
  const schema = z.fromJSONSchema({ ...parameters, type: 'object' })
  return (values) => {
    const read = schema.safeParse(values)
    if (read.success) return undefined
    return read.error.issues
      .slice(0, 10)
      .map(({ path, message }) => `${path.length > 0 ? path.map(String).join('.') : 'the arguments'}: ${message}`)
      .join('; ')
  }
}
