import type { Field, GroupField, TextField } from './field.ts'
import type { Schema } from './schema.ts'

/** Texts that may be longer get several lines. */
const LONG = 300
/** A schema may lead back to itself; deeper than this it is shown as JSON. */
const DEEPEST = 8

interface Place {
  required: boolean
  refs: Readonly<Record<string, Schema>>
  depth: number
}

/** A JSON schema → what a form draws. Never throws: what it does not know is a field of JSON. */
export function readSchema(schema: Schema, o: { refs?: Readonly<Record<string, Schema>> } = {}): Field {
  return read(schema, { required: true, refs: o.refs ?? {}, depth: 0 })
}

/** The same for an object, whose fields are wanted; anything else has none. */
export function readGroup(schema: Schema | undefined, o: { refs?: Readonly<Record<string, Schema>> } = {}): GroupField {
  const field = schema && readSchema(schema, o)
  return field?.is === 'group' ? field : { is: 'group', required: true, fields: {} }
}

function read(given: Schema, place: Place): Field {
  const { schema, nullable } = withoutNull(resolved(given, place))
  const { type } = schema
  const common = {
    required: place.required,
    ...(schema.default === undefined ? {} : { fallback: schema.default }),
    ...(schema.description === undefined ? {} : { hint: schema.description }),
    ...(nullable ? { nullable } : {}),
  }
  const json: Field = { is: 'json', asText: type === 'string', ...common }
  if (place.depth > DEEPEST) return json
  if (schema.contentMediaType === 'application/json') return json
  const options = words(schema)
  if (options) return { is: 'choice', options, ...common }
  if (type === 'boolean') return { is: 'switch', ...common }
  if (type === 'string') return { is: 'text', ...textOf(schema), ...common }
  if (type === 'integer' || type === 'number') {
    return { is: 'number', whole: type === 'integer', ...some({ min: schema.minimum, max: schema.maximum }), ...common }
  }
  if (type === 'array') return { ...listOf(schema, place, json), ...common } as Field
  if (type === 'object') return { ...objectOf(schema, place, json), ...common } as Field
  return json
}

function textOf({ minLength, maxLength, pattern, format, writeOnly }: Schema): Omit<TextField, 'is' | 'required'> {
  return {
    lines: (maxLength ?? 0) >= LONG && format === undefined && !writeOnly,
    secret: writeOnly === true,
    ...some({ minLength, maxLength, pattern, format }),
  }
}

function listOf({ items, minItems, maxItems }: Schema, place: Place, json: Field): Partial<Field> & { is: Field['is'] } {
  if (!items) return json
  const options = words(resolved(items, place))
  const bounds = some({ minItems, maxItems })
  if (options) return { is: 'choices', options, ...bounds }
  const item = read(items, { ...place, required: true, depth: place.depth + 1 })
  if (item.is === 'text' && !item.secret) return { is: 'lines', item, ...bounds }
  if (item.is === 'group') return { is: 'list', item, ...bounds }
  return json
}

function objectOf(schema: Schema, place: Place, json: Field): Partial<Field> & { is: Field['is'] } {
  const required = new Set([...(schema.required ?? []), ...(schema['x-required'] ?? [])])
  const entries = Object.entries(schema.properties ?? {})
  const inside = { ...place, depth: place.depth + 1 }
  if (entries.length > 0) {
    return {
      is: 'group',
      fields: Object.fromEntries(entries.map(([name, each]) => [name, read(each, { ...inside, required: required.has(name) })])),
    }
  }
  const { additionalProperties: rest } = schema
  if (typeof rest !== 'object' || Object.keys(rest).length === 0) return json
  const item = read(rest, { ...inside, required: true })
  return item.is === 'json' ? json : { is: 'table', item }
}

/** The closed list of a schema's words; `const` counts. */
function words(schema: Schema): readonly string[] | undefined {
  const list = schema.enum ?? (schema.const === undefined ? undefined : [schema.const])
  const named = list?.filter((each) => each !== null)
  return named && named.length > 0 && named.every((each) => typeof each === 'string') ? named : undefined
}

function resolved(schema: Schema, { refs }: Place): Schema {
  let at = schema
  for (let hops = 0; at.$ref !== undefined && hops < DEEPEST; hops++) at = refs[at.$ref.split('/').at(-1) ?? ''] ?? {}
  return at.allOf?.length === 1 ? { ...at, ...at.allOf[0] } : at
}

/** `string | null` → string, nullable. */
function withoutNull(schema: Schema): { schema: Schema; nullable: boolean } {
  if (Array.isArray(schema.type)) {
    const kinds = schema.type.filter((kind) => kind !== 'null')
    const { type: _, ...rest } = schema
    return { schema: kinds.length === 1 ? { ...rest, type: kinds[0] } : rest, nullable: kinds.length < schema.type.length }
  }
  const arms = schema.anyOf?.filter((arm) => arm.type !== 'null')
  if (arms?.length !== 1) return { schema, nullable: false }
  const { anyOf, ...rest } = schema
  return { schema: { ...rest, ...arms[0] }, nullable: anyOf?.length !== 1 }
}

/** Without the fields that are undefined. */
function some<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
