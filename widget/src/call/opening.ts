import type { PublicAgent, WebCall, WebCallRequest } from '@voice-agent/relay/protocol'
import type { CallConfig } from '../element/events.ts'
import type { Inside } from '../element/inside.ts'
import type { Answer } from '../element/relay-client.ts'
import { CallFault } from './fault.ts'

/**
 * Asks the page (`va-before-call`), its owner's server (`tokenProvider`), then the relay. Rejects with CallFault: `canceled`,
 * `token_failed`, and whatever the relay refuses with.
 */
export async function openWithRelay(
  inside: Inside,
  agent: PublicAgent,
  how: { modality: 'voice' | 'text'; sessionId: string | undefined; signal: AbortSignal; openSound: () => unknown },
): Promise<{ opened: WebCall; modality: 'voice' | 'text' }> {
  const { element } = inside
  const config: CallConfig = {
    agentId: agent.id,
    modality: how.modality,
    language: inside.language(),
    ...(element.dynamicVariables && { variables: element.dynamicVariables }),
    ...(element.userId && { userId: element.userId }),
    ...(how.sessionId && { sessionId: how.sessionId }),
  }
  if (!inside.emit('va-before-call', { config }, { cancelable: true })) throw new CallFault('canceled')
  inside.setState('connecting')
  const request: WebCallRequest = {
    ...config,
    // Without query and fragment: they may hold what is nobody's business.
    page: { url: location.origin + location.pathname, title: document.title.slice(0, 300) },
    ...(agent.terms && { consent: true }),
  }
  if (element.tokenProvider) {
    if (config.modality === 'voice') how.openSound()
    request.visitorToken = await tokenOf(element.tokenProvider)
  }
  const answer = inside.ask<WebCall>(`${inside.relay()}/api/web-calls`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(request),
    signal: how.signal,
  })
  // Opening the loudspeaker may hold the page up for a moment: the request is under way meanwhile, and this is still the click.
  if (config.modality === 'voice') how.openSound()
  const opened = granted(await answer)
  if (how.signal.aborted) throw new CallFault('canceled')
  return { opened, modality: config.modality }
}

/** The answer's body; throws CallFault when it is a refusal. */
export function granted<Body>(answer: Answer<Body>): Body {
  if (answer.ok) return answer.body
  throw new CallFault(answer.code, answer.retryAfterMs)
}

async function tokenOf(provider: () => string | Promise<string>): Promise<string> {
  try {
    return await provider()
  } catch {
    throw new CallFault('token_failed')
  }
}
