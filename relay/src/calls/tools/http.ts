import { FetchRefused, type GuardedFetch } from '../../access/guarded-fetch.ts'
import type { ToolSpec } from '../../agents/tool-spec.ts'
import { ArgumentsUnusable, requestOf } from './request.ts'

/** Asks a service of the owner's. Resolves with what the model may know; never rejects, and never tells a secret. */
export type AskService = (
  ask: { agentId: string; tool: ToolSpec; arguments: Record<string, unknown> },
  signal: AbortSignal,
) => Promise<unknown>

export function createAskService(o: {
  fetch: GuardedFetch
  /** The header values of a tool, opened. @throws when they cannot be */
  openHeaders: (agentId: string, tool: ToolSpec) => Record<string, string> | Promise<Record<string, string>>
}): AskService {
  return async ({ agentId, tool, arguments: values }, signal) => {
    if (!tool.http) return { error: `The tool ${tool.name} names no service.` }
    const { method, allowedHosts } = tool.http
    try {
      const request = requestOf(tool.http, values)
      const headers = await o.openHeaders(agentId, tool)
      const { status, content } = await o.fetch({ ...request, method, headers, allowedHosts, timeoutMs: tool.timeoutMs }, signal)
      const told = hideSecrets(content, Object.values(headers))
      if (status < 200 || status >= 300) return { error: `The service answered with status ${status}.`, answer: told }
      return told === '' || told === null ? { ok: true } : told
    } catch (error) {
      if (error instanceof FetchRefused || error instanceof ArgumentsUnusable) return { error: error.message }
      return { error: `The tool ${tool.name} could not be used.` }
    }
  }
}

/** Shorter ones would turn up in any text, and are no secrets. */
const SHORTEST_SECRET = 6

/** Services that echo what they were sent must not make a secret known to the model. */
function hideSecrets(value: unknown, secrets: readonly string[]): unknown {
  // `Bearer x`: the part that counts may be echoed alone.
  const parts = secrets
    .flatMap((secret) => [secret, ...secret.split(' ')])
    .filter((part) => part.length >= SHORTEST_SECRET && !/^bearer$/i.test(part))
  const hide = (inner: unknown): unknown => {
    if (typeof inner === 'string') return parts.reduce((text, part) => text.replaceAll(part, '(hidden)'), inner)
    if (Array.isArray(inner)) return inner.map(hide)
    if (typeof inner !== 'object' || inner === null) return inner
    return Object.fromEntries(Object.entries(inner).map(([name, each]) => [String(hide(name)), hide(each)]))
  }
  return parts.length === 0 ? value : hide(value)
}
