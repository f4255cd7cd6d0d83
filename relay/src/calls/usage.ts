import type { ModelUsage } from '../protocol/index.ts'
import type { EngineEvent } from './ports.ts'

/** What a model's tokens cost, per million, in the owner's currency. */
export type Prices = Readonly<Record<string, { input: number; output: number }>>

/** Adds up what a call's engines used, by model, and what it cost. */
export interface Usage {
  add(usage: Extract<EngineEvent, { type: 'usage' }>): void
  total(): Record<string, ModelUsage> | undefined
}

const MILLION = 1_000_000

export function createUsage(prices: Prices = {}): Usage {
  const models = new Map<string, { inputTokens: number; outputTokens: number }>()
  const priced = (model: string, used: { inputTokens: number; outputTokens: number }): ModelUsage => {
    const price = prices[model]
    if (!price) return used
    const cost = (used.inputTokens * price.input + used.outputTokens * price.output) / MILLION
    return { ...used, cost: Math.round(cost * MILLION) / MILLION }
  }
  return {
    add({ model, inputTokens, outputTokens }) {
      const before = models.get(model) ?? { inputTokens: 0, outputTokens: 0 }
      models.set(model, { inputTokens: before.inputTokens + inputTokens, outputTokens: before.outputTokens + outputTokens })
    },
    total: () => (models.size === 0 ? undefined : Object.fromEntries([...models].map(([model, used]) => [model, priced(model, used)]))),
  }
}
