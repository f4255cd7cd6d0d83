import type { CarriedWebCall, PublicAgent, WebCall, WebCallRequest } from '@voice-agent/relay/protocol'
import type { CallConfig } from '../element/events.ts'
import type { Beginning, Inside } from '../element/inside.ts'
import type { Answer } from '../element/relay-client.ts'
import { modesOf } from './call-me.ts'
import type { Consent } from './consent.ts'
import { Conversation } from './conversation.ts'
import type { DeskMemory } from './desk-view.ts'
import { CallFault } from './fault.ts'
import type { Talk, TalkOptions } from './talk.ts'

/** What admitting uses of the desk. */
interface DeskAtDoor {
  agent(): Promise<PublicAgent>
  readonly phone: { show(): unknown }
  readonly agreed: Consent
}

/**
 * Whether a call may be opened, and with what. Everything stays inside the click where the agent is known already. Rejects with
 * CallFault: `no_agent`, `unavailable`, `unsupported`, `canceled`, `forbidden` (the agent only rings phones: that is shown),
 * `consent_required` (the terms are shown).
 */
export async function admit(
  inside: Inside,
  memory: DeskMemory,
  how: Beginning,
  desk: DeskAtDoor,
  signal: AbortSignal,
): Promise<{ agent: PublicAgent; inWriting: boolean }> {
  const { element } = inside
  const inWriting = element.textOnly || how.text !== undefined
  if (!inWriting && !('AudioContext' in globalThis)) throw new CallFault('unsupported')
  // Known already, everything up to the request happens inside the click; else the sound at least must.
  let { agent } = memory
  if (!agent || agent.id !== element.agentId) {
    if (!inWriting) how.sound?.()
    agent = await desk.agent()
  }
  if (signal.aborted) throw new CallFault('canceled')
  if (!modesOf(element.mode, agent).talk) {
    void desk.phone.show()
    throw new CallFault('forbidden')
  }
  if (agent.terms && !desk.agreed.given(agent.terms.version)) {
    memory.termsShown = (await import('../panel/terms.ts')).prepareTerms(inside)
    memory.gate = { text: how.text }
    inside.setOpen(true)
    throw new CallFault('consent_required')
  }
  return { agent, inWriting }
}

/**
 * Asks the page (`va-before-call`), its owner's server (`tokenProvider`), then the relay. Rejects with CallFault: `canceled`,
 * `token_failed`, and whatever the relay refuses with.
 */
export async function openWithRelay(
  inside: Inside,
  agent: PublicAgent,
  how: { modality: 'voice' | 'text'; sessionId: string | undefined; signal: AbortSignal; openSound: () => unknown },
  loadKit: () => Promise<typeof import('../twilio/index.ts')> = () => import('../twilio/index.ts'),
): Promise<{ opened: WebCall; modality: 'voice' | 'text'; talk: (o: TalkOptions) => Talk }> {
  const { element } = inside
  const { dynamicVariables: variables, userId } = element
  const config: CallConfig = {
    agentId: agent.id,
    modality: how.modality,
    language: inside.language(),
    ...(variables && { variables }),
    ...(userId && { userId }),
    ...(how.sessionId && { sessionId: how.sessionId }),
  }
  if (!inside.emit('va-before-call', { config }, { cancelable: true })) throw new CallFault('canceled')
  inside.setState('connecting')
  const request: WebCallRequest = {
    ...config,
    // Without query and fragment: they may hold what is nobody's business.
    page: { url: location.origin + location.pathname, title: document.title.slice(0, 300) },
    ...(agent.terms && { consent: true }),
    ...(element.transport === 'twilio' && config.modality === 'voice' && { transport: 'twilio' }),
  }
  if (element.tokenProvider) {
    if (config.modality === 'voice') how.openSound()
    request.visitorToken = await Promise.resolve()
      .then(element.tokenProvider)
      .catch(() => {
        throw new CallFault('token_failed')
      })
  }
  const post = (url: string, body: object, signal: AbortSignal | null = null) =>
    inside.ask<WebCall>(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    })
  const kit = request.transport && loadKit().catch(() => {})
  const answer = post(`${inside.relay()}/api/web-calls`, request, how.signal)
  // Opening the loudspeaker may hold the page up for a moment: the request is under way meanwhile, and this is still the click.
  if (config.modality === 'voice') how.openSound()
  const opened = granted(await answer)
  const talk = !kit ? (o: TalkOptions) => new Conversation(o) : (await kit)?.talkOverTwilio
  if (!talk) {
    // Nobody joins: it would keep its seat until the relay stops waiting, whether or not the visitor still does.
    void post((opened as unknown as CarriedWebCall).messagesUrl, { type: 'hangup' })
    throw new CallFault('load_failed')
  }
  return { opened, modality: config.modality, talk }
}

/** The answer's body; throws CallFault when it is a refusal. */
export function granted<Body>(answer: Answer<Body>): Body {
  if (answer.ok) return answer.body
  throw new CallFault(answer.code, answer.retryAfterMs)
}
