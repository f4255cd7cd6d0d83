import type { ProblemBody, PublicAgent } from '@voice-agent/relay/protocol'

/** What the relay answered; a refusal by its stable code. Never rejects. */
export type Answer<Body> = { ok: true; body: Body } | { ok: false; code: string; retryAfterMs?: number; detail?: string }

const BY_STATUS: Record<number, string> = { 403: 'forbidden', 404: 'not_found', 429: 'rate_limited', 503: 'provider_unavailable' }

export async function ask<Body>(url: string, init?: RequestInit): Promise<Answer<Body>> {
  let response: Response
  try {
    response = await fetch(url, { credentials: 'omit', ...init })
  } catch {
    return { ok: false, code: init?.signal?.aborted ? 'canceled' : 'network' }
  }
  // A proxy in between may answer with a page of its own.
  const body: unknown = await response.json().catch(() => undefined)
  if (response.ok && body) return { ok: true, body: body as Body }
  const problem = body as ProblemBody | undefined
  const code = problem?.code ?? BY_STATUS[response.status] ?? 'internal'
  const seconds = Number(response.headers.get('Retry-After'))
  return { ok: false, code, ...(seconds > 0 && { retryAfterMs: seconds * 1000 }), ...(problem?.detail && { detail: problem.detail }) }
}

/** What is publicly known of an agent, asked once per agent and relay; a refusal is forgotten, so that the next click asks again. */
export class AgentCard {
  #asked: { url: string; answer: Promise<Answer<PublicAgent>> } | undefined

  get(relay: string, agentId: string): Promise<Answer<PublicAgent>> {
    const url = `${relay}/api/agents/${encodeURIComponent(agentId)}/public`
    if (this.#asked?.url !== url) {
      const asked = { url, answer: ask<PublicAgent>(url) }
      this.#asked = asked
      void asked.answer.then(({ ok }) => {
        if (!ok && this.#asked === asked) this.#asked = undefined
      })
    }
    return (this.#asked as { answer: Promise<Answer<PublicAgent>> }).answer
  }
}
