import { sample } from 'openapi-sampler'

/** Examples for everything that /openapi.json describes and nobody wrote one for: made from the schemas, so that they always fit. */

interface Media {
  schema?: Schema
  example?: unknown
}
type Schema = { readonly [keyword: string]: unknown }
interface Operation {
  requestBody?: { content?: Record<string, Media> }
  responses?: Record<string, { content?: Record<string, Media> }>
}
export interface Described {
  paths?: Record<string, Record<string, Operation>>
  components?: { schemas?: Record<string, Schema> }
}

/** What a word looks like that stands for itself. Only what its schema takes is used. */
const NAMED: Readonly<Record<string, string>> = {
  phoneNumber: '+12025550101',
  test_number: '+12025550101',
  number: '+12025550101',
  to: '+12025550101',
  email: 'asha@shop.example',
  name: 'Front desk',
  displayName: 'Front desk',
  text: 'The order leaves today.',
  language: 'en',
  reason: 'Asked for it on the phone.',
  notes: 'Wants a price for two hundred.',
}
/** For what only a pattern describes. */
const PATTERNED = ['Front desk', '09:30', '12-25', 'api.example.com', 'US', '+12025550101', 'sandbox']

/** Adds them to the document that is given. */
export function addExamples(document: Described): void {
  nameExamples('', document)
  const make = (media: Media) => {
    media.example ??= exampleOf(media.schema ?? {}, document)
  }
  for (const item of Object.values(document.paths ?? {}))
    for (const operation of Object.values(item)) {
      for (const [type, media] of Object.entries(operation.requestBody?.content ?? {})) if (isJson(type)) make(media)
      for (const answer of Object.values(operation.responses ?? {}))
        for (const [type, media] of Object.entries(answer.content ?? {})) if (isJson(type)) make(media)
    }
}

/** Gives strings an example of their own, where the sampler would only say `string`. */
function nameExamples(name: string, node: unknown): void {
  if (typeof node !== 'object' || node === null) return
  const schema = node as Record<string, unknown>
  if (
    schema.type === 'string' &&
    !('enum' in schema || 'const' in schema || 'default' in schema || 'format' in schema || 'example' in schema)
  ) {
    const example = [NAMED[name], ...('pattern' in schema ? PATTERNED : [])].find((text) => text !== undefined && takes(schema, text))
    if (example !== undefined) schema.example = example
  }
  for (const [inner, value] of Object.entries(schema)) nameExamples(inner, value)
}

function takes({ maxLength, minLength, pattern }: Record<string, unknown>, text: string): boolean {
  const fits = typeof pattern !== 'string' || new RegExp(pattern, 'u').test(text)
  return fits && text.length >= Number(minLength ?? 0) && text.length <= Number(maxLength ?? Number.POSITIVE_INFINITY)
}

const isJson = (type: string) => /^application\/(problem\+)?json$/.test(type)

function exampleOf(schema: Schema, document: Described): unknown {
  return sample(schema, { enablePatterns: true, quiet: true }, document)
}
