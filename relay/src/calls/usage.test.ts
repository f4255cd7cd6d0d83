import { expect, test } from 'vitest'
import { createUsage } from './usage.ts'

test('tokens add up by model, and cost what the owner says they do', () => {
  const usage = createUsage({ live: { input: 3, output: 12 } })
  expect(usage.total()).toBeUndefined()
  usage.add({ type: 'usage', model: 'live', inputTokens: 100_000, outputTokens: 10_000 })
  usage.add({ type: 'usage', model: 'live', inputTokens: 100_000, outputTokens: 10_000 })
  usage.add({ type: 'usage', model: 'other', inputTokens: 5, outputTokens: 7 })
  expect(usage.total()).toEqual({
    live: { inputTokens: 200_000, outputTokens: 20_000, cost: 0.84 },
    other: { inputTokens: 5, outputTokens: 7 },
  })
})
