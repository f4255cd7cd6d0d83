import { expect, test } from 'vitest'
import { argumentCheck } from './arguments.ts'

const order = argumentCheck({
  type: 'object',
  properties: {
    id: { type: 'integer' },
    colour: { type: 'string', enum: ['red', 'blue'] },
    at: { type: 'array', items: { type: 'string' } },
  },
  required: ['id'],
})

test('arguments that fit pass, also with others beside them', () => {
  expect(order({ id: 1, colour: 'red', at: ['x'], more: true })).toBeUndefined()
  expect(argumentCheck({})({ any: 1 })).toBeUndefined()
})

test('what is wrong is named, so that a model can mend it', () => {
  expect(order({})).toContain('id: ')
  expect(order({ id: '1', colour: 'green', at: [1] })).toMatch(/id: .*; colour: .*; at\.0: /)
  expect(argumentCheck({ type: 'object', properties: {}, additionalProperties: false })({ x: 1 })).toContain('the arguments: ')
})

test('a schema that is not understood is refused', () => {
  expect(() => argumentCheck({ properties: { a: { type: 'strin' } } })).toThrow()
  expect(() => argumentCheck({ properties: { a: { not: { type: 'string' } } } })).toThrow()
})
