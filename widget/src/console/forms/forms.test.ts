import { expect } from '@esm-bundle/chai'
import * as fc from 'fast-check'
import { sayWith } from '../words.ts'
import { faultsIn } from './check-value.ts'
import { readSchema } from './read-schema.ts'
import type { Schema } from './schema.ts'
import { blank, changes, same, valueAt, withValue } from './values.ts'
import { humanName, wordsOf } from './words.ts'

/** A schema of the kinds that the API uses, with a value that fits it. */
type Pair = { schema: Schema; value: unknown }
const name = fc.stringMatching(/^[a-z]{1,8}$/)
const text: fc.Arbitrary<Pair> = fc
  .record({ minLength: fc.integer({ min: 0, max: 3 }), extra: fc.integer({ min: 0, max: 400 }), filler: fc.stringMatching(/^[a-z]{3}$/) })
  .map(({ minLength, extra, filler }) => ({
    schema: { type: 'string', minLength, maxLength: minLength + extra },
    value: filler.slice(0, minLength),
  }))
const number: fc.Arbitrary<Pair> = fc
  .tuple(fc.integer({ min: -1000, max: 1000 }), fc.nat(1000), fc.nat(1000))
  .map(([minimum, up, more]) => ({ schema: { type: 'integer', minimum, maximum: minimum + up + more }, value: minimum + up }))
const choice: fc.Arbitrary<Pair> = fc
  .uniqueArray(name, { minLength: 1, maxLength: 4 })
  .chain((options) => fc.constantFrom(...options).map((value) => ({ schema: { type: 'string', enum: options }, value })))
const flag: fc.Arbitrary<Pair> = fc.boolean().map((value) => ({ schema: { type: 'boolean' }, value }))
const { pair } = fc.letrec<{ pair: Pair; group: Pair; list: Pair; table: Pair }>((tie) => ({
  pair: fc.oneof({ depthSize: 'small', withCrossShrink: true }, text, number, choice, flag, tie('group'), tie('list'), tie('table')),
  group: fc.dictionary(name, tie('pair'), { minKeys: 1, maxKeys: 4 }).map((pairs) => ({
    schema: {
      type: 'object',
      properties: Object.fromEntries(Object.entries(pairs).map(([key, { schema }]) => [key, schema])),
      required: Object.keys(pairs).slice(1),
    },
    value: Object.fromEntries(Object.entries(pairs).map(([key, { value }]) => [key, value])),
  })),
  list: fc.tuple(tie('pair'), fc.nat(3)).map(([{ schema, value }, count]) => ({
    schema: { type: 'array', items: schema, minItems: count, maxItems: count + 2 },
    value: Array.from({ length: count }, () => value),
  })),
  table: fc.tuple(tie('pair'), fc.uniqueArray(name, { maxLength: 3 })).map(([{ schema, value }, names]) => ({
    schema: { type: 'object', additionalProperties: schema },
    value: Object.fromEntries(names.map((each) => [each, value])),
  })),
}))
const json = fc.jsonValue({ maxDepth: 3 })
const t = sayWith({})

/** RFC 7396, as the relay does it. */
function merged(before: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  // Of entries: a name may be `__proto__`.
  const result = new Map<string, unknown>(
    typeof before === 'object' && before !== null && !Array.isArray(before) ? Object.entries(before) : [],
  )
  for (const [key, inner] of Object.entries(patch)) {
    if (inner === null) result.delete(key)
    else result.set(key, merged(result.get(key), inner))
  }
  return Object.fromEntries(result)
}

describe('forms from schemas', () => {
  it('reads whatever a schema says without failing', () => {
    fc.assert(fc.property(fc.oneof(json, pair), (schema) => void readSchema((schema ?? {}) as Schema)))
    const loop: Schema = { type: 'object', properties: { inner: { $ref: '#/components/schemas/Loop' } } }
    expect(readSchema(loop, { refs: { Loop: loop } }).is).to.equal('group')
  })

  it('finds no fault in a value that fits', () => {
    fc.assert(
      fc.property(pair, ({ schema, value }) => {
        expect(faultsIn(readSchema(schema), value, t)).to.deep.equal([])
      }),
    )
  })

  it('finds the fault, and where it is', () => {
    const field = readSchema({
      type: 'object',
      required: ['name'],
      properties: {
        name: { type: 'string', minLength: 1 },
        url: { type: 'string', format: 'uri' },
        country: { type: 'string', pattern: '^[A-Z]{2}$' },
        limits: { type: 'object', properties: { silenceMs: { type: 'integer', minimum: 5000, maximum: 600_000 } } },
        questions: {
          type: 'array',
          maxItems: 1,
          items: { type: 'object', required: ['answer'], properties: { answer: { type: 'string', minLength: 1 } } },
        },
        hours: { type: 'object', additionalProperties: { type: 'string', maxLength: 3 } },
      },
    })
    const value = {
      url: 'shop',
      country: 'USA',
      limits: { silenceMs: 20 },
      questions: [{ answer: 'yes' }, {}],
      hours: { IN: 'long' },
    }
    expect(Object.fromEntries(faultsIn(field, value, t).map(({ path, message }) => [path, message]))).to.deep.equal({
      name: 'This is needed.',
      url: 'Write a whole address such as https://shop.example/terms.',
      country: 'This is not in the form that is needed.',
      'limits.silenceMs': 'At least 5 s.',
      questions: 'At most 1.',
      'questions.1.answer': 'This is needed.',
      'hours.IN': 'Write at most 3 characters.',
    })
  })

  it('takes null where the relay takes it, and the flags a description lost for granted', () => {
    const field = readSchema({ type: ['string', 'null'], pattern: '^\\P{C}*$/u' })
    expect(field).to.include({ is: 'text', nullable: true })
    expect(faultsIn(field, null, t)).to.deep.equal([])
    expect(faultsIn(field, 'Zoë', t)).to.deep.equal([])
    expect(readSchema({ anyOf: [{ type: 'integer' }, { type: 'null' }] })).to.include({ is: 'number', nullable: true })
  })

  it('begins a new item with what is in force', () => {
    const field = readSchema({
      type: 'object',
      required: ['digit', 'action'],
      properties: { digit: { type: 'string' }, action: { type: 'string', enum: ['say', 'end'], default: 'end' }, say: { type: 'string' } },
    })
    expect(blank(field)).to.deep.equal({ digit: '', action: 'end' })
  })
})

describe('values of forms', () => {
  const object = fc.dictionary(name, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 })
  const withoutNull = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((each) => each ?? 0)
    if (typeof value !== 'object' || value === null) return value ?? 0
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutNull(inner)]))
  }

  it('keeps what it was given, where it was given', () => {
    fc.assert(
      fc.property(object, fc.array(name, { minLength: 1, maxLength: 3 }), json, (value, path, next) => {
        const changed = withValue(value, path, next)
        expect(same(valueAt(changed, path), next)).to.equal(true)
        expect(Object.keys(withValue(value, path, undefined) as object)).to.satisfy((keys: string[]) =>
          keys.every((key) => key in value || key === path[0]),
        )
      }),
    )
  })

  it('tells changes that make the one of the other', () => {
    fc.assert(
      fc.property(object, object, (before, after) => {
        const wanted = withoutNull(after)
        const patch = changes(before, wanted)
        expect(same(patch === undefined ? before : merged(before, patch), wanted)).to.equal(true)
        expect(changes(wanted, structuredClone(wanted))).to.equal(undefined)
      }),
    )
  })
})

describe('words of fields', () => {
  it('finds words by path, whatever the place in a list, and makes names readable otherwise', () => {
    const table = { 'questions.*.answer': { label: 'Answer', hint: 'Spoken.' } }
    expect(wordsOf(table, ['questions', '12', 'answer'], sayWith({ Answer: 'Antwort' }))).to.deep.equal({
      label: 'Antwort',
      hint: 'Spoken.',
    })
    expect(wordsOf(table, ['limits', 'silenceMs'], t).label).to.equal('Silence')
    expect(humanName('callsPerVisitorPerHour')).to.equal('Calls per visitor per hour')
    expect(humanName('end_call')).to.equal('End call')
  })
})
