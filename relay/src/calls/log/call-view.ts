import type { CallCost, CallRow, CallStatus, EndReason, ModelUsage } from '../../protocol/index.ts'
import type { calls } from '../../store/schema.ts'

export type StoredCall = typeof calls.$inferSelect

function costOf(models: Record<string, ModelUsage>): CallCost {
  const costs = Object.values(models).map(({ cost }) => cost)
  const amount = costs.reduce<number | undefined>((sum, cost) => (sum === undefined || cost === undefined ? undefined : sum + cost), 0)
  return { models, ...(amount === undefined ? {} : { amount: Math.round(amount * 1e6) / 1e6 }) }
}

/** What can be done to a call that lives, in the words of the routes: `hangup`, `say`, `context`, `whisper`, `listen`, `takeover`, `dtmf`, `transfer`. */
export type Capabilities = (call: Pick<StoredCall, 'kind' | 'carrier'>) => string[]

const webCapabilities: Capabilities = () => ['hangup', 'say', 'context', 'whisper', 'listen', 'takeover']

/** A row as operators see it. `details` are the opened ones, empty when they are gone. */
export function viewOf(row: StoredCall, details: Record<string, unknown> = {}, able: Capabilities = webCapabilities): CallRow {
  const endMs = row.endedAt?.getTime()
  return {
    id: row.id,
    sessionId: row.sessionId,
    agentId: row.agentId,
    kind: row.kind,
    direction: row.direction,
    ...(row.carrier ? { carrier: row.carrier } : {}),
    ...(typeof details.from === 'string' ? { from: details.from } : {}),
    ...(typeof details.to === 'string' ? { to: details.to } : {}),
    status: row.status as CallStatus,
    ...(row.endReason ? { endReason: row.endReason as EndReason } : {}),
    startedAt: row.startedAt.toISOString(),
    ...(row.connectedAt ? { connectedAt: row.connectedAt.toISOString() } : {}),
    ...(row.endedAt ? { endedAt: row.endedAt.toISOString() } : {}),
    ...(endMs === undefined ? {} : { durationMs: row.connectedAt ? Math.max(0, endMs - row.connectedAt.getTime()) : 0 }),
    ai: row.ai,
    ...(row.heldBy ? { heldBy: { id: row.heldBy, name: row.heldByName ?? '' } } : {}),
    recording: row.recording !== null,
    ...(row.usage ? { cost: costOf(row.usage as Record<string, ModelUsage>) } : {}),
    capabilities: row.endedAt ? [] : able(row),
  }
}
