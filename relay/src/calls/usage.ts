import type { EngineEvent } from './ports.ts'

/** Adds up what a call's engines used, by model. */
export interface Usage {
  add(usage: Extract<EngineEvent, { type: 'usage' }>): void
  total(): Record<string, { inputTokens: number; outputTokens: number }> | undefined
}

export function createUsage(): Usage {
  const models = new Map<string, { inputTokens: number; outputTokens: number }>()
  return {
    add({ model, inputTokens, outputTokens }) {
      const before = models.get(model) ?? { inputTokens: 0, outputTokens: 0 }
      models.set(model, { inputTokens: before.inputTokens + inputTokens, outputTokens: before.outputTokens + outputTokens })
    },
    total: () => (models.size === 0 ? undefined : Object.fromEntries(models)),
  }
}
