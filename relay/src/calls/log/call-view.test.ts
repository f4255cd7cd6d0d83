import { expect, test } from 'vitest'
import { type StoredCall, viewOf } from './call-view.ts'

const row = { startedAt: new Date(0), recording: null, ai: 'active' } as unknown as StoredCall

test('a call costs what its models cost, and no sum is told while one has no price', () => {
  const live = { inputTokens: 10, outputTokens: 20, cost: 0.25 }
  const text = { inputTokens: 1, outputTokens: 2 }
  expect(viewOf(row)).not.toHaveProperty('cost')
  expect(viewOf({ ...row, usage: { live, other: { ...text, cost: 0.5 } } }).cost).toMatchObject({ amount: 0.75 })
  expect(viewOf({ ...row, usage: { live, text } }).cost).toEqual({ models: { live, text } })
})
