import { changes, same } from '../../forms/values.ts'

/** What was changed and not saved, by agent: kept while the console is open, so that looking elsewhere loses nothing. */
const drafts = new Map<string, unknown>()

export const draftOf = (agentId: string, saved: unknown): unknown => drafts.get(agentId) ?? saved

export function keepDraft(agentId: string, saved: unknown, draft: unknown): void {
  if (same(saved, draft)) drafts.delete(agentId)
  else drafts.set(agentId, draft)
}

export const dropDraft = (agentId: string): void => void drafts.delete(agentId)

/** The same changes on what is stored now. */
export function rebased(before: unknown, draft: unknown, now: unknown): unknown {
  const patch = changes(before, draft)
  return patch === undefined ? now : patched(now, patch)
}

function patched(value: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const inner: Record<string, unknown> = typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
  for (const [name, next] of Object.entries(patch)) {
    if (next === null) delete inner[name]
    else inner[name] = patched(inner[name], next)
  }
  return inner
}
