import type { CallbackAccepted, PublicAgent } from '@voice-agent/relay/protocol'
import type { CallbackConfig, CallbackOptions } from '../element/events.ts'
import type { Inside } from '../element/inside.ts'
import type { Attempts } from './attempt.ts'
import { codeOf, countriesOf, dialled, e164, guessCountry } from './countries.ts'

/** Why a phone will not ring. */
export interface Refused {
  ok: false
  code: string
  /** The relay's own words: why, and what to do instead. */
  detail?: string | undefined
  retryAfterMs?: number | undefined
}
export type Asked = { ok: true; accepted: CallbackAccepted } | Refused

/** A number however it is written, as E.164; without its country it is taken for the one given, or the first guess. Else nothing. */
export function numberOf(text: unknown, agent: PublicAgent, language: string, country?: string): string {
  if (typeof text !== 'string') return ''
  if (/^(\+|00)/.test(dialled(text))) return e164(text, '1')
  const guess = country ?? guessCountry(countriesOf(agent.callbackCountries, language), language, navigator.languages)
  const code = codeOf(guess ?? '')
  return code ? e164(text, code) : ''
}

/** A moment as RFC 3339; undefined when none is given, nothing when it is not one. */
export function momentOf(at: CallbackOptions['scheduleAt']): string | undefined {
  if (at === undefined) return undefined
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}

/** What the relay is asked for, and the page may still change. */
export function configOf(
  { element, language }: Inside,
  known: { agentId: string; number: string; scheduleAt: string | undefined; sessionId: string | undefined },
  options: CallbackOptions,
): CallbackConfig {
  const { agentId, number, scheduleAt, sessionId } = known
  const variables = options.variables ?? element.dynamicVariables
  return {
    agentId,
    phoneNumber: number,
    language: options.language ?? language(),
    ...(options.carrier && { carrier: options.carrier }),
    ...(options.name && { name: options.name }),
    ...(scheduleAt && { scheduleAt }),
    ...(variables && { variables }),
    ...(sessionId && { sessionId }),
  }
}

/**
 * Asks the relay to ring. A request whose answer got lost is asked again with the same key; whatever the relay answered is an answer.
 * The key belongs to what is asked for, so a fresh token is not another request.
 */
export async function askToRing(
  { ask, relay, element }: Inside,
  config: CallbackConfig,
  captchaToken: string | undefined,
  attempts: Attempts,
): Promise<Asked> {
  const body = { ...config, consent: true as const }
  const key = attempts.keyFor(JSON.stringify(body))
  let visitorToken: string | undefined
  try {
    visitorToken = await element.tokenProvider?.()
  } catch {
    return { ok: false, code: 'token_failed' }
  }
  const answer = await ask<CallbackAccepted>(`${relay()}/api/click-to-call`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
    body: JSON.stringify({ ...body, ...(captchaToken && { captchaToken }), ...(visitorToken && { visitorToken }) }),
  })
  // Before the key is forgotten: another tab finds either of them.
  if (answer.ok) attempts.rung(config.phoneNumber)
  // Without the relay's own words it may have been a proxy: the phone may ring.
  if (answer.ok || answer.detail !== undefined) attempts.answered()
  if (answer.ok) return { ok: true, accepted: answer.body }
  return answer.detail === undefined ? { ...answer, code: 'network' } : answer
}

const FINAL = /^(forbidden|not_found|no_agent|unauthorized|invalid_|number_|country_|in_callback)/

/** Asking again may help. */
export const mayAskAgain = (code: string): boolean => !FINAL.test(code)
