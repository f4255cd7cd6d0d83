import type { ProblemBody, PublicAgent, WebCall, WebCallRequest } from '@voice-agent/relay/protocol'
import { CallFault } from './fault.ts'

/** The relay's two routes for visitors. Both throw CallFault. */

export const getAgent = (relay: string, agentId: string, signal?: AbortSignal): Promise<PublicAgent> =>
  ask<PublicAgent>(`${relay}/api/agents/${encodeURIComponent(agentId)}/public`, { ...(signal && { signal }) })

export const openCall = (relay: string, request: WebCallRequest, signal: AbortSignal): Promise<WebCall> =>
  ask<WebCall>(`${relay}/api/web-calls`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(request),
    signal,
  })

async function ask<Answer>(url: string, init: RequestInit): Promise<Answer> {
  let response: Response
  try {
    response = await fetch(url, { ...init, credentials: 'omit' })
  } catch {
    throw new CallFault(init.signal?.aborted ? 'canceled' : 'network')
  }
  try {
    const body = (await response.json()) as Answer | ProblemBody
    if (response.ok) return body as Answer
    throw refusal(response, (body as ProblemBody).code)
  } catch (error) {
    // A proxy in between may answer with a page of its own.
    throw error instanceof CallFault ? error : refusal(response)
  }
}

const BY_STATUS: Record<number, string> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  422: 'consent_required',
  429: 'rate_limited',
  503: 'provider_unavailable',
}

function refusal(response: Response, code?: string): CallFault {
  const seconds = Number(response.headers.get('Retry-After'))
  const chosen = code ?? BY_STATUS[response.status] ?? (response.status < 500 && !response.ok ? 'invalid_request' : 'internal')
  return new CallFault(chosen, seconds > 0 ? seconds * 1000 : undefined)
}
