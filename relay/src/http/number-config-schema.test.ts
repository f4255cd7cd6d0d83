import { describe, expect, it } from 'vitest'
import { CARRIER_TABLE } from '../carriers/index.ts'
import { configSchema } from './number-config-schema.ts'

describe.each(CARRIER_TABLE.map((carrier) => [carrier.name, carrier] as const))(
  'what /openapi.json tells of numbers at %s',
  (_, carrier) => {
    const { properties, 'x-required': required } = configSchema(carrier)

    it('marks every credential, and nothing that may be read again', () => {
      const marked = Object.entries(properties).filter(([, schema]) => schema.writeOnly === true)
      expect(marked.length).toBeGreaterThan(0)
      for (const [name, schema] of Object.entries(properties))
        expect([name, schema.writeOnly === true]).toEqual([name, !carrier.config.shown.includes(name)])
    })

    it('has only fields that can be given as text, and all that are required', () => {
      for (const schema of Object.values(properties)) expect(schema.type).toBe('string')
      for (const name of required) expect(properties).toHaveProperty(name)
      expect(carrier.config.schema.safeParse({}).success).toBe(required.length === 0)
    })
  },
)
