import type { ModelUsage } from '../protocol/index.ts'
import type { EngineEvent } from './ports.ts'

/** What a model's tokens cost, per million, in the owner's currency. */
export type Prices = Readonly<Record<string, { input: number; output: number }>>

/** Adds up what a call's engines used, by model, and what it cost. */
export interface Usage {
  add(usage: Extract<EngineEvent, { type: 'usage' }>): void
  total(): Record<string, ModelUsage> | undefined
}

interface Tokens {
  inputTokens: number
  outputTokens: number
}

const MILLION = 1_000_000

export function createUsage(prices: Prices = {}): Usage {
  return new CallUsage(prices)
}

class CallUsage implements Usage {
  readonly #prices: Prices
  #models: Map<string, Tokens> | undefined = undefined

  constructor(prices: Prices) {
    this.#prices = prices
  }

  add({ model, inputTokens, outputTokens }: Parameters<Usage['add']>[0]) {
    this.#models ??= new Map()
    const before = this.#models.get(model) ?? { inputTokens: 0, outputTokens: 0 }
    this.#models.set(model, { inputTokens: before.inputTokens + inputTokens, outputTokens: before.outputTokens + outputTokens })
  }
  total() {
    return this.#models && Object.fromEntries([...this.#models].map(([model, used]) => [model, this.#priced(model, used)]))
  }

  #priced(model: string, used: Tokens): ModelUsage {
    const price = this.#prices[model]
    if (!price) return used
    const cost = (used.inputTokens * price.input + used.outputTokens * price.output) / MILLION
    return { ...used, cost: Math.round(cost * MILLION) / MILLION }
  }
}
