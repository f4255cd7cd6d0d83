/** Why a call could not be started, as a code that has words of its own. */
export class CallFault extends Error {
  readonly code: string
  readonly retryAfterMs: number | undefined
  constructor(code: string, retryAfterMs?: number) {
    super(code)
    this.code = code
    this.retryAfterMs = retryAfterMs
  }
}

const RETRYABLE = new Set([
  'network',
  'rate_limited',
  'provider_unavailable',
  'provider_error',
  'internal',
  'sound_failed',
  'autoplay_blocked',
  'connection_lost',
  'canceled',
  'consent_required',
  'token_failed',
])

export const isRetryable = (code: string): boolean => RETRYABLE.has(code)
