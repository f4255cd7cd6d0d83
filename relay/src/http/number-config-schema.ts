import { z } from 'zod'
import type { Carrier } from '../carriers/carrier.ts'

type JsonSchema = Record<string, unknown>

/**
 * What a carrier's numbers are set up with, as /openapi.json tells it: every field as text (null takes it away), credentials `writeOnly`;
 * an object is told as JSON text, which forms can hold, and may be sent as itself.
 */
export function configSchema({ config }: Pick<Carrier, 'config'>): { properties: Record<string, JsonSchema>; 'x-required': string[] } {
  const { properties = {}, required = [] } = z.toJSONSchema(config.schema, { io: 'input', unrepresentable: 'any' })
  const told = Object.entries(properties).flatMap(([name, raw]): [string, JsonSchema][] => {
    const field = textField(raw as JsonSchema, takesJson(config.schema, name))
    return field ? [[name, config.shown.includes(name) ? field : { ...field, writeOnly: true }]] : []
  })
  return { properties: Object.fromEntries(told), 'x-required': [...required] }
}

function textField(schema: JsonSchema, asJson: boolean): JsonSchema | undefined {
  if (schema.type === 'string') return schema
  return asJson ? { type: 'string', contentMediaType: 'application/json', description: 'JSON, or the object itself.' } : undefined
}

function takesJson(schema: z.ZodType, name: string): boolean {
  if (!(schema instanceof z.ZodObject)) return false
  return schema.shape[name]?.safeParse('{}').success === true
}
